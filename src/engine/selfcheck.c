#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/selfcheck.h"
#include "kernels/extend_variants.h"
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
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    out->memory = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
}

/* 2. the self-check */
enum { PAIRS = 150, LETTERS = 300, READS = 12, HAPS = 5 };

typedef struct {
    uint8_t query[PAIRS * LETTERS], target[PAIRS * LETTERS];
    int64_t q_off[PAIRS], t_off[PAIRS];
    int32_t q_len[PAIRS], t_len[PAIRS], diag[PAIRS], width[PAIRS];
    gw_extend_hit_t want_hit[PAIRS], hit[PAIRS];
    int32_t want_global[PAIRS], global[PAIRS];
    int64_t want_off[PAIRS + 1], off[PAIRS + 1];
    uint8_t qual[4][READS * LETTERS];
    int64_t read_off[READS + 1], hap_off[HAPS + 1], read_group[2], hap_group[2];
    double want_lik[READS * HAPS], lik[READS * HAPS];
    gw_extend_cigars_t want_cigars, cigars;
} room_t;

/* Queries are noisy copies of their targets; some pairs are long enough to pass 8 bits. */
static gw_extend_batch_t draw_pairs(room_t *r, gw_rng_t *rng, int letters)
{
    for (int i = 0; i < PAIRS; i++) {
        r->q_off[i] = r->t_off[i] = (int64_t)i * LETTERS;
        r->q_len[i] = (int32_t)gw_rng_below(rng, LETTERS);
        r->t_len[i] = (int32_t)gw_rng_below(rng, LETTERS);
        r->diag[i] = (r->t_len[i] - r->q_len[i]) / 2;
        r->width[i] = abs(r->diag[i]) + 1 + (int32_t)gw_rng_below(rng, 20);
        uint8_t *q = r->query + r->q_off[i], *t = r->target + r->t_off[i];
        for (int k = 0; k < LETTERS; k++) {
            t[k] = (uint8_t)gw_rng_below(rng, (uint64_t)letters);
            q[k] = gw_rng_below(rng, 30) ? t[k] : (uint8_t)gw_rng_below(rng, (uint64_t)letters);
        }
        if (i % 3 == 0) /* a gap */
            memmove(q + 40, q + 43, LETTERS - 43);
    }
    return (gw_extend_batch_t){PAIRS, r->query, r->target, r->q_off, r->t_off, r->q_len, r->t_len};
}

static gw_pairhmm_batch_t draw_reads(room_t *r, gw_rng_t *rng)
{
    r->read_group[1] = READS;
    r->hap_group[1] = HAPS;
    for (int i = 0; i < READS; i++)
        r->read_off[i + 1] = r->read_off[i] + 1 + (int64_t)gw_rng_below(rng, LETTERS);
    for (int h = 0; h < HAPS; h++)
        r->hap_off[h + 1] = r->hap_off[h] + 1 + (int64_t)gw_rng_below(rng, LETTERS);
    for (int k = 0; k < READS * LETTERS; k++) {
        r->qual[0][k] = (uint8_t)(2 + gw_rng_below(rng, 40));
        r->qual[1][k] = r->qual[2][k] = (uint8_t)(30 + gw_rng_below(rng, 15));
        r->qual[3][k] = 10;
    }
    return (gw_pairhmm_batch_t){1,           r->read_group, r->hap_group, r->query,
                                r->qual[0],  r->qual[1],    r->qual[2],   r->qual[3],
                                r->read_off, r->target,     r->hap_off};
}

static gw_selfcheck_row_t *row_of(gw_selfcheck_row_t *row, int *n, const char *kernel,
                                  gw_cpu_level_t level)
{
    for (int i = 0; i < *n; i++)
        if (row[i].level == level && strcmp(row[i].kernel, kernel) == 0)
            return &row[i];
    row[*n] = (gw_selfcheck_row_t){.kernel = kernel, .level = level};
    return &row[(*n)++];
}

static gw_status_t check_extend(room_t *r, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                gw_selfcheck_row_t *row, int *n, gw_err_t *err)
{
    gw_status_t st = gw_extend_ends_ref(b, p, r->want_hit, err);
    r->want_cigars.score = r->want_global;
    r->want_cigars.cigar_off = r->want_off;
    r->cigars.score = r->global;
    r->cigars.cigar_off = r->off;
    r->want_cigars.n_cigar = 0;
    if (st == GW_OK)
        st = gw_extend_global_ref(b, p, r->diag, r->width, &r->want_cigars, err);
    for (int l = GW_CPU_PORTABLE; st == GW_OK && l < GW_CPU_LEVELS; l++) {
        gw_cpu_level_t level = (gw_cpu_level_t)l;
        if (!gw_cpu_has(level))
            continue;
        gw_selfcheck_row_t *ends = row_of(row, n, "extend-ends", level),
                           *global = row_of(row, n, "extend-global", level);
        st = gw_extend_ends_at(level, b, p, r->hit, err);
        r->cigars.n_cigar = 0;
        if (st == GW_OK)
            st = gw_extend_global_at(level, b, p, r->diag, r->width, &r->cigars, err);
        for (int i = 0; st == GW_OK && i < PAIRS; i++) {
            int64_t from = r->off[i], len = r->off[i + 1] - from;
            ends->answers++;
            ends->wrong += memcmp(&r->hit[i], &r->want_hit[i], sizeof *r->hit) != 0;
            global->answers++;
            global->wrong += r->global[i] != r->want_global[i] || from != r->want_off[i] ||
                             r->off[i + 1] != r->want_off[i + 1] ||
                             (len > 0 && memcmp(r->cigars.cigar + from, r->want_cigars.cigar + from,
                                                (size_t)len * sizeof(uint32_t)) != 0);
        }
    }
    return st;
}

static gw_status_t check_pairhmm(room_t *r, const gw_pairhmm_batch_t *b, gw_selfcheck_row_t *row,
                                 int *n, gw_err_t *err)
{
    gw_status_t st = gw_pairhmm_log10_ref(b, r->want_lik, err);
    for (int l = GW_CPU_PORTABLE; st == GW_OK && l < GW_CPU_LEVELS; l++) {
        if (!gw_cpu_has((gw_cpu_level_t)l))
            continue;
        gw_selfcheck_row_t *x = row_of(row, n, "pairhmm", (gw_cpu_level_t)l);
        st = gw_pairhmm_log10_at((gw_cpu_level_t)l, b, r->lik, err);
        for (int i = 0; st == GW_OK && i < READS * HAPS; i++) {
            x->answers++;
            x->wrong += memcmp(&r->lik[i], &r->want_lik[i], sizeof *r->lik) != 0;
        }
    }
    return st;
}

gw_status_t gw_selfcheck_run(uint64_t seed, int rounds, gw_selfcheck_row_t *row, int *n,
                             gw_err_t *err)
{
    room_t *r = gw_calloc(1, sizeof *r);
    gw_rng_t rng;
    *n = 0;
    if (!r)
        return gw_err_nomem(err, "checking the kernels");
    gw_rng_init(&rng, seed);
    gw_status_t st = GW_OK;
    for (int i = 0; st == GW_OK && i < rounds; i++) {
        gw_extend_params_t p;
        gw_extend_params_dna(&p, 1 + i % 2, -4, -1, 6, 1, i % 3 * 5);
        if (i % 4 == 3) { /* an alphabet like protein's */
            p.n_letters = 20;
            for (int k = 0; k < 400; k++)
                p.matrix[k] = (int8_t)(k % 21 == 0 ? 6 : -(int)gw_rng_below(&rng, 4));
        }
        gw_extend_batch_t pairs = draw_pairs(r, &rng, p.n_letters);
        st = check_extend(r, &pairs, &p, row, n, err);
        if (st != GW_OK)
            break;
        draw_pairs(r, &rng, 5);
        gw_pairhmm_batch_t reads = draw_reads(r, &rng);
        st = check_pairhmm(r, &reads, row, n, err);
    }
    free(r->want_cigars.cigar);
    free(r->cigars.cigar);
    free(r);
    return st;
}
