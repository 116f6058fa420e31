#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/selfcheck.h"
#include "engine/selfcheck_draw.h"
#include "kernels/extend_variants.h"
#include "kernels/gapless.h"
#include "kernels/pairhmm_variants.h"

/* 1. the processor */
void gw_cpu_info(gw_cpu_info_t *out)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(out->model, sizeof out->model, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        colon += strspn(colon, ": \t");
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(out->model, sizeof out->model, "%.*s", (int)sizeof out->model - 1, colon);
        break;
    }
    if (f)
        fclose(f);
    out->cores = gw_thread_cores();
    out->memory = gw_mem_physical();
}

/* 2. the self-check on the processor */
static gw_selfcheck_row_t *row_of(gw_selfcheck_row_t *row, int *n, const char *kernel,
                                  gw_cpu_level_t level)
{
    for (int i = 0; i < *n; i++)
        if (row[i].level == level && strcmp(row[i].kernel, kernel) == 0)
            return &row[i];
    row[*n] = (gw_selfcheck_row_t){.kernel = kernel, .level = level, .device = -1};
    return &row[(*n)++];
}

static gw_status_t check_extend(gw_selfcheck_room_t *r, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                gw_selfcheck_row_t *row, int *n, gw_err_t *err)
{
    int32_t got[GW_SELFCHECK_PAIRS], want[GW_SELFCHECK_PAIRS];
    gw_status_t st = gw_extend_ends_ref(b, p, r->want_hit, err);
    r->want_cigars.score = r->want_global;
    r->want_cigars.cigar_off = r->want_off;
    r->cigars.score = r->global;
    r->cigars.cigar_off = r->cigar_off;
    r->want_cigars.n_cigar = 0;
    if (st == GW_OK)
        st = gw_extend_global_ref(b, p, r->diag, r->width, &r->want_cigars, err);
    gw_gapless_score_ref(b, p, r->diag, r->width, want);
    for (int l = GW_CPU_PORTABLE; st == GW_OK && l < GW_CPU_LEVELS; l++) {
        gw_cpu_level_t level = (gw_cpu_level_t)l;
        if (!gw_cpu_has(level))
            continue;
        gw_selfcheck_row_t *ends = row_of(row, n, "extend-ends", level),
                           *global = row_of(row, n, "extend-global", level),
                           *gapless = row_of(row, n, "extend-gapless", level);
        st = gw_extend_ends_at(level, b, p, r->hit, err);
        r->cigars.n_cigar = 0;
        if (st == GW_OK)
            st = gw_extend_global_at(level, b, p, r->diag, r->width, &r->cigars, err);
        gw_gapless_score_at(level, b, p, r->diag, r->width, got);
        for (int i = 0; st == GW_OK && i < GW_SELFCHECK_PAIRS; i++) {
            gapless->answers++;
            gapless->wrong += got[i] != want[i];
            int64_t from = r->cigar_off[i], len = r->cigar_off[i + 1] - from;
            ends->answers++;
            ends->wrong += memcmp(&r->hit[i], &r->want_hit[i], sizeof *r->hit) != 0;
            global->answers++;
            global->wrong += r->global[i] != r->want_global[i] || from != r->want_off[i] ||
                             r->cigar_off[i + 1] != r->want_off[i + 1] ||
                             (len > 0 && memcmp(r->cigars.cigar + from, r->want_cigars.cigar + from,
                                                (size_t)len * sizeof(uint32_t)) != 0);
        }
    }
    return st;
}

static gw_status_t check_pairhmm(gw_selfcheck_room_t *r, const gw_pairhmm_batch_t *b, gw_selfcheck_row_t *row,
                                 int *n, gw_err_t *err)
{
    gw_status_t st = gw_pairhmm_log10_ref(b, r->want_lik, err);
    for (int l = GW_CPU_PORTABLE; st == GW_OK && l < GW_CPU_LEVELS; l++) {
        if (!gw_cpu_has((gw_cpu_level_t)l))
            continue;
        gw_selfcheck_row_t *x = row_of(row, n, "pairhmm", (gw_cpu_level_t)l);
        st = gw_pairhmm_log10_at((gw_cpu_level_t)l, b, r->lik, err);
        for (int i = 0; st == GW_OK && i < GW_SELFCHECK_READS * GW_SELFCHECK_HAPS; i++) {
            x->answers++;
            x->wrong += memcmp(&r->lik[i], &r->want_lik[i], sizeof *r->lik) != 0;
        }
    }
    return st;
}

gw_status_t gw_selfcheck_run(uint64_t seed, int rounds, gw_selfcheck_row_t *row, int *n,
                             gw_err_t *err)
{
    gw_selfcheck_room_t *r = gw_calloc(1, sizeof *r);
    gw_rng_t rng;
    *n = 0;
    if (!r)
        return gw_err_nomem(err, "checking the kernels");
    gw_rng_init(&rng, seed);
    gw_status_t st = GW_OK;
    for (int i = 0; st == GW_OK && i < rounds; i++) {
        gw_extend_params_t p;
        gw_selfcheck_draw_params(&rng, i, &p);
        gw_extend_batch_t pairs = gw_selfcheck_draw_pairs(r, &rng, p.n_letters);
        st = check_extend(r, &pairs, &p, row, n, err);
        if (st != GW_OK)
            break;
        gw_selfcheck_draw_pairs(r, &rng, 5);
        gw_pairhmm_batch_t reads = gw_selfcheck_draw_reads(r, &rng);
        st = check_pairhmm(r, &reads, row, n, err);
    }
    free(r->want_cigars.cigar);
    free(r->cigars.cigar);
    free(r);
    return st;
}
