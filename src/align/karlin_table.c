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
    {"BLOSUM62", 10, 1, {0.2489, -3.474, -28.9, 1.927, 14.4, 14.1}},
    {"BLOSUM45", 14, 2, {0.1983, -3.257, -23.5, 1.487, 12.9, 12.8}},
    {"BLOSUM50", 13, 2, {0.1955, -3.211, -21.1, 1.270, 9.6, 9.5}},
    {"BLOSUM80", 10, 1, {0.3012, -2.566, -11.7, 0.990, 4.0, 3.8}},
    {"BLOSUM90", 10, 1, {0.2908, -2.543, -11.2, 0.898, 3.4, 3.3}},
    {"PAM30", 9, 1, {0.2926, -2.220, -5.7, 0.461, 1.1, 0.9}},
    {"PAM70", 10, 1, {0.2931, -2.307, -8.0, 0.671, 2.0, 1.9}},
    {"PAM250", 14, 2, {0.1910, -3.420, -26.4, 1.696, 16.9, 16.8}},
    {"match 2, mismatch -3", 5, 2, {0.5914, -1.581, -1.9, 0.783, 0.8, 0.8}},
    {"match 1, mismatch -3", 5, 2, {1.3741, -0.334, -0.2, 1.046, 0.1, 0.1}},
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
