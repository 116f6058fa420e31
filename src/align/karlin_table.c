/* 2. gapped scores: usual ones, fitted beforehand. Written by tests/bench/karlin_table. */
#include <config.h>

#include <string.h>

#include "align/karlin.h"

static const struct {
    const char *name;
    int32_t open, extend;
    gw_karlin_t k;
} known[] = {
    {"BLOSUM62", 11, 1, {0.2705, -3.032, -20.5, 1.542, 9.6, 9.4}},
    {"PAM30", 9, 1, {0.2953, -2.119, -5.5, 0.453, 1.1, 0.9}},
    {"match 2, mismatch -3", 5, 2, {0.5910, -1.599, -1.6, 0.768, 0.8, 0.8}},
};

bool gw_karlin_known(const gw_dbscoring_t *s, gw_karlin_t *k)
{
    for (size_t i = 0; s->named && i < sizeof known / sizeof *known; i++)
        if (strcmp(s->name, known[i].name) == 0 && s->params.gap_open == known[i].open &&
            s->params.gap_extend == known[i].extend) {
            *k = known[i].k;
            return true;
        }
    return false;
}
