/* Prints the rows of src/align/karlin_table.c: karlin_table [PAIRS [NAME ...]]. With 4 million pairs
 * (the default is half a million) a row takes some minutes. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/karlin.h"
#include "base/thread.h"

static const struct {
    const char *matrix; /* NULL: nucleotides */
    int match, mismatch, open, extend;
} systems[] = {{"BLOSUM62", 0, 0, 11, 1}, {"BLOSUM62", 0, 0, 10, 1}, {"BLOSUM45", 0, 0, 14, 2},
               {"BLOSUM50", 0, 0, 13, 2}, {"BLOSUM80", 0, 0, 10, 1}, {"BLOSUM90", 0, 0, 10, 1},
               {"PAM30", 0, 0, 9, 1},     {"PAM70", 0, 0, 10, 1},    {"PAM250", 0, 0, 14, 2},
               {NULL, 2, 3, 5, 2},        {NULL, 1, 3, 5, 2}};

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc <= 2;
}

int main(int argc, char **argv)
{
    gw_err_t err = {0};
    gw_engine_t *engine = NULL;
    long pairs = argc > 1 ? atol(argv[1]) : 1 << 19;
    if (pairs < 1 || gw_engine_create("cpu", gw_thread_cores(), &engine, &err) != GW_OK) {
        fprintf(stderr, "karlin_table: %s\n", err.msg);
        return 1;
    }
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        gw_dbscoring_t s;
        gw_karlin_t k;
        gw_scorematrix_t m;
        gw_status_t st = GW_OK;
        if (!systems[i].matrix)
            gw_dbscoring_dna(&s, systems[i].match, systems[i].mismatch, systems[i].open,
                             systems[i].extend);
        else if ((st = gw_scorematrix_load(systems[i].matrix, &m, &err)) == GW_OK)
            gw_dbscoring_protein(&s, &m, systems[i].open, systems[i].extend);
        if (st == GW_OK && !wanted(s.name, argc, argv))
            continue;
        if (st == GW_OK)
            st = gw_karlin_fit(&s, pairs, engine, &k, &err);
        if (st != GW_OK) {
            fprintf(stderr, "karlin_table: %s\n", err.msg);
            return 1;
        }
        printf("    {\"%s\", %d, %d, {%.4f, %.3f, %.1f, %.3f, %.1f, %.1f}},\n", s.name,
               systems[i].open, systems[i].extend, k.lambda, k.log_k, k.len_base, k.len_rise,
               k.var_rise, k.cov_rise);
        fflush(stdout);
    }
    gw_engine_destroy(engine);
    return 0;
}
