#include <config.h>

#include <string.h>

#include "kernels/cpu.h"
#include "kernels/extend.h"
#include "kernels/extend_batch.h"
#include "kernels/extend_global_batch.h"
#include "kernels/extend_variants.h"

/* 1. the batch */
static gw_status_t check_params(const gw_extend_params_t *p, gw_err_t *err)
{
    if (p->n_letters < 1 || p->n_letters > GW_EXTEND_MAX_LETTERS)
        return gw_err_set(err, GW_EINTERNAL, "alignment scoring: %d letters; 1 to %d are allowed",
                          p->n_letters, GW_EXTEND_MAX_LETTERS);
    if (p->gap_open < 0 || p->gap_extend < 0 || p->end_bonus < 0 ||
        p->gap_open > GW_EXTEND_MAX_PENALTY || p->gap_extend > GW_EXTEND_MAX_PENALTY ||
        p->end_bonus > GW_EXTEND_MAX_PENALTY)
        return gw_err_set(err, GW_EINTERNAL,
                          "alignment scoring: gap open %d, gap extend %d, end bonus %d; each must "
                          "lie within 0..%d",
                          p->gap_open, p->gap_extend, p->end_bonus, GW_EXTEND_MAX_PENALTY);
    return GW_OK;
}

int64_t gw_extend_largest_score(const gw_extend_params_t *p)
{
    int64_t largest = 1;
    for (int i = 0; i < p->n_letters * p->n_letters; i++) {
        int s = p->matrix[i] < 0 ? -p->matrix[i] : p->matrix[i];
        largest = s > largest ? s : largest;
    }
    return largest;
}

/* letter_cost: what one letter of query or target can add to or take from a score */
static gw_status_t check_batch(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                               int64_t letter_cost, gw_err_t *err)
{
    for (size_t i = 0; i < b->n; i++) {
        if (b->q_len[i] < 0 || b->t_len[i] < 0 || b->q_off[i] < 0 || b->t_off[i] < 0)
            return gw_err_set(err, GW_EINTERNAL, "alignment pair %zu: negative offset or length",
                              i);
        int64_t letters = (int64_t)b->q_len[i] + b->t_len[i];
        if (letters * letter_cost + 2 * ((int64_t)p->gap_open + p->end_bonus) >=
            GW_EXTEND_MAX_VALUE)
            return gw_err_set(err, GW_EINTERNAL,
                              "alignment pair %zu: %d x %d letters could pass the largest score", i,
                              b->q_len[i], b->t_len[i]);
    }
    return GW_OK;
}

/* 2. scoring */
void gw_extend_params_dna(gw_extend_params_t *p, int match, int mismatch, int n_score, int gap_open,
                          int gap_extend, int end_bonus)
{
    memset(p, 0, sizeof *p);
    p->n_letters = 5;
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 5; b++)
            p->matrix[a * 5 + b] = (int8_t)(a == 4 || b == 4 ? n_score : a == b ? match : mismatch);
    p->gap_open = gap_open;
    p->gap_extend = gap_extend;
    p->end_bonus = end_bonus;
}

/* 3. score and ends */
/* NULL for the reference */
static const gw_extend_simd_t *simd_of(gw_cpu_level_t level)
{
    switch (level) {
    case GW_CPU_PORTABLE:
        return &gw_extend_simd_portable;
#if defined(__x86_64__) || defined(__i386__)
    case GW_CPU_AVX2:
        return &gw_extend_simd_avx2;
    case GW_CPU_AVX512:
        return &gw_extend_simd_avx512;
#endif
    default:
        return NULL;
    }
}

gw_status_t gw_extend_score_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                               const gw_extend_params_t *p, int32_t *score, gw_err_t *err)
{
    const gw_extend_simd_t *simd = simd_of(level);
    return simd ? gw_extend_batch_run(simd, b, p, score, NULL, err)
                : gw_extend_score_ref(b, p, score, err);
}

gw_status_t gw_extend_ends_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                              const gw_extend_params_t *p, gw_extend_hit_t *hit, gw_err_t *err)
{
    const gw_extend_simd_t *simd = simd_of(level);
    return simd ? gw_extend_batch_run(simd, b, p, NULL, hit, err)
                : gw_extend_ends_ref(b, p, hit, err);
}

gw_status_t gw_extend_score(const gw_extend_batch_t *b, const gw_extend_params_t *p, int32_t *score,
                            gw_err_t *err)
{
    gw_status_t st = gw_extend_check(b, p, false, err);
    return st == GW_OK ? gw_extend_score_at(gw_cpu_level(), b, p, score, err) : st;
}

gw_status_t gw_extend_ends(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                           gw_extend_hit_t *hit, gw_err_t *err)
{
    gw_status_t st = gw_extend_check(b, p, false, err);
    return st == GW_OK ? gw_extend_ends_at(gw_cpu_level(), b, p, hit, err) : st;
}

/* 4. banded alignment with CIGAR */
gw_status_t gw_extend_global_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                                const gw_extend_params_t *p, const int32_t *diag,
                                const int32_t *width, gw_extend_cigars_t *out, gw_err_t *err)
{
    const gw_extend_simd_t *simd = simd_of(level);
    return simd ? gw_extend_global_run(simd, b, p, diag, width, out, err)
                : gw_extend_global_ref(b, p, diag, width, out, err);
}

gw_status_t gw_extend_global(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                             const int32_t *diag, const int32_t *width, gw_extend_cigars_t *out,
                             gw_err_t *err)
{
    gw_status_t st = gw_extend_check(b, p, true, err);
    if (st != GW_OK)
        return st;
    out->n_cigar = 0;
    return gw_extend_global_at(gw_cpu_level(), b, p, diag, width, out, err);
}

/* 5. checks */
gw_status_t gw_extend_check(const gw_extend_batch_t *b, const gw_extend_params_t *p, bool global,
                            gw_err_t *err)
{
    gw_status_t st = check_params(p, err);
    int64_t cost = st == GW_OK ? gw_extend_largest_score(p) : 0;
    if (global && p->gap_extend > cost)
        cost = p->gap_extend;
    return st == GW_OK ? check_batch(b, p, cost, err) : st;
}
