#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cuda/gpuextend.h"
#include "cuda/gpuglobal.h"
#include "cuda/gpugram.h"
#include "cuda/gpuident.h"
#include "cuda/gpukin.h"
#include "cuda/gpupairhmm.h"
#include "cuda/gpuseeding.h"
#include "cuda/gputhread.h"
#include "engine/selfcheck.h"
#include "engine/selfcheck_draw.h"
#include "kernels/extend_variants.h"
#include "kernels/gapless.h"
#include "kernels/pairhmm_variants.h"

/* 3. on a device */
enum {
    SCORE,
    ENDS,
    GLOBAL,
    GAPLESS,
    IDENT,
    SEEDS,
    PAIRHMM,
    LEFT,
    APPLY,
    SQUARE,
    KINSHIP,
    THREAD,
    KERNELS
};
static const char *const names[KERNELS] = {
    "extend-score", "extend-ends", "extend-global", "extend-gapless", "extend-ident", "seed",
    "pairhmm",      "gram-left",   "gram-apply",    "gram-square",    "kinship",      "thread"};

/* n answers of size bytes each */
static void compare(gw_selfcheck_row_t *row, const void *got, const void *want, size_t n,
                    size_t size)
{
    const uint8_t *a = got, *b = want;
    for (size_t i = 0; i < n; i++) {
        row->answers++;
        row->wrong += memcmp(a + i * size, b + i * size, size) != 0;
    }
}

static gw_status_t check_extend(gw_gpu_t *g, gw_selfcheck_room_t *r, const gw_extend_batch_t *b,
                                const gw_extend_params_t *p, gw_selfcheck_row_t *row, gw_err_t *err)
{
    int32_t score[GW_SELFCHECK_PAIRS], want[GW_SELFCHECK_PAIRS];
    gw_status_t st = gw_extend_ends_ref(b, p, r->want_hit, err);
    if (st == GW_OK)
        st = gw_gpuextend_score(g, b, p, score, err);
    if (st == GW_OK)
        st = gw_gpuextend_ends(g, b, p, r->hit, err);
    for (size_t i = 0; i < b->n; i++)
        want[i] = r->want_hit[i].score;
    r->want_cigars.score = r->want_global;
    r->want_cigars.cigar_off = r->want_off;
    r->want_cigars.n_cigar = 0;
    r->cigars.score = r->global;
    r->cigars.cigar_off = r->cigar_off;
    if (st == GW_OK)
        st = gw_extend_global_ref(b, p, r->diag, r->width, &r->want_cigars, err);
    if (st == GW_OK)
        st = gw_gpuglobal_run(g, b, p, r->diag, r->width, &r->cigars, err);
    if (st != GW_OK)
        return st;
    compare(&row[SCORE], score, want, b->n, sizeof *score);
    compare(&row[ENDS], r->hit, r->want_hit, b->n, sizeof *r->hit);
    for (size_t i = 0; i < b->n; i++) {
        int64_t from = r->cigar_off[i], len = r->cigar_off[i + 1] - from;
        row[GLOBAL].answers++;
        row[GLOBAL].wrong += r->global[i] != r->want_global[i] || from != r->want_off[i] ||
                             r->cigar_off[i + 1] != r->want_off[i + 1] ||
                             (len > 0 && memcmp(r->cigars.cigar + from, r->want_cigars.cigar + from,
                                                (size_t)len * sizeof(uint32_t)) != 0);
    }
    return GW_OK;
}

static gw_status_t check_gapless(gw_gpu_t *g, gw_selfcheck_room_t *r, const gw_extend_batch_t *b,
                                 const gw_extend_params_t *p, gw_selfcheck_row_t *row,
                                 gw_err_t *err)
{
    int32_t score[GW_SELFCHECK_PAIRS], want[GW_SELFCHECK_PAIRS];
    gw_gapless_score_ref(b, p, r->diag, r->width, want);
    gw_status_t st = gw_gpuextend_gapless(g, b, p, r->diag, r->width, score, err);
    if (st == GW_OK)
        compare(row, score, want, b->n, sizeof *score);
    return st;
}

static gw_status_t check_ident(gw_gpu_t *g, gw_selfcheck_room_t *r, const gw_ident_batch_t *b,
                               const gw_ident_params_t *p, gw_selfcheck_row_t *row, gw_err_t *err)
{
    gw_status_t st = gw_ident_batch(b, p, r->want_answer, err);
    if (st == GW_OK)
        st = gw_gpuident_run(g, b, p, r->answer, err);
    for (size_t i = 0; i < b->pairs.n && st == GW_OK; i++) {
        const gw_ident_answer_t *x = &r->answer[i], *y = &r->want_answer[i];
        row->answers++; /* the value means nothing where nothing aligns */
        bool means = y->score > 0 || (b->ask[i] & ~GW_IDENT_TURNED) == GW_IDENT_STRAYS;
        row->wrong += x->score != y->score || (means && x->value != y->value);
    }
    return st;
}

static gw_status_t check_seeds(gw_gpu_t *g, gw_selfcheck_room_t *r, const gw_extend_batch_t *reads,
                               gw_selfcheck_row_t *row, gw_err_t *err)
{
    gw_seed_table_t t = gw_selfcheck_draw_seeds(r);
    gw_seeding_batch_t b = {reads->n, reads->query, reads->q_off, reads->q_len};
    const void *piece[GW_GPUSEEDING_PIECES];
    uint64_t bytes[GW_GPUSEEDING_PIECES];
    gw_gpu_tables_t *kept = NULL;
    gw_seeding_out_t *x = &r->places, *y = &r->want_places;
    gw_gpuseeding_pieces(&t, piece, bytes);
    gw_status_t st = gw_seeding_start(x, b.n, err);
    if (st == GW_OK)
        st = gw_seeding_start(y, b.n, err);
    if (st == GW_OK)
        st = gw_seeding_ref(&t, &b, 0, b.n, y, err);
    if (st == GW_OK)
        st = gw_gpu_tables_send(g, piece, bytes, GW_GPUSEEDING_PIECES, &kept, err);
    if (st == GW_OK)
        st = gw_gpuseeding_run(g, kept, &t, &b, 0, b.n, x, err);
    gw_gpu_tables_free(kept);
    for (size_t i = 0; i < b.n && st == GW_OK; i++) {
        size_t n = (size_t)(y->first[i + 1] - y->first[i]);
        row->answers++;
        row->wrong += x->first[i] != y->first[i] || x->first[i + 1] != y->first[i + 1] ||
                      x->n_seeds[i] != y->n_seeds[i] || x->n_skipped[i] != y->n_skipped[i] ||
                      (n > 0 && memcmp(x->candidate + x->first[i], y->candidate + y->first[i],
                                       n * sizeof *x->candidate) != 0);
    }
    return st;
}

static gw_status_t check_pairhmm(gw_gpu_t *g, gw_selfcheck_room_t *r, const gw_pairhmm_batch_t *b,
                                 gw_selfcheck_row_t *row, gw_err_t *err)
{
    gw_status_t st = gw_pairhmm_log10_ref(b, r->want_lik, err);
    if (st == GW_OK)
        st = gw_gpupairhmm_log10(g, b, r->lik, err);
    if (st == GW_OK)
        compare(row, r->lik, r->want_lik, GW_SELFCHECK_READS * GW_SELFCHECK_HAPS, sizeof *r->lik);
    return st;
}

static gw_status_t check_gram(gw_gpu_t *g, const gw_gram_block_t *b, const float *q,
                              gw_selfcheck_row_t *row, gw_err_t *err)
{
    enum {
        L = GW_GRAM_LANES,
        D = GW_GRAM_DLANES,
        N = GW_SELFCHECK_SAMPLES,
        V = GW_SELFCHECK_VARIANTS,
        TILES = (N + D - 1) / D
    };
    float y[2][V * L], h[2][N * L];
    double *k = gw_calloc(2 * TILES * N * D, sizeof *k), *want = k + TILES * N * D;
    gw_status_t st = k ? GW_OK : gw_err_nomem(err, "checking the kernels");
    if (st == GW_OK)
        st = gw_gram_ref.left(b, 1, q, y[1], err);
    if (st == GW_OK)
        st = gw_gram_ref.right(b, 1, y[1], h[1], err);
    for (int64_t t = 0; t < TILES && st == GW_OK; t++)
        st = gw_gram_ref.tile(b, NULL, t, want + t * N * D, err);
    if (st == GW_OK)
        st = gw_gpugram_left(g, b, 1, q, y[0], err);
    if (st == GW_OK)
        st = gw_gpugram_apply(g, b, 1, q, h[0], err);
    if (st == GW_OK)
        st = gw_gpugram_square(g, b, 0, TILES, k, err);
    if (st == GW_OK) {
        compare(&row[LEFT], y[0], y[1], V * L, sizeof y[0][0]);
        compare(&row[APPLY], h[0], h[1], N * L, sizeof h[0][0]);
        compare(&row[SQUARE], k, want, TILES * N * D, sizeof *k);
    }
    free(k);
    return st;
}

/* rows of samples are any bytes: here those of the genotypes as they lie */
static gw_status_t check_kinship(gw_gpu_t *g, const gw_gram_block_t *b, gw_selfcheck_row_t *row,
                                 gw_err_t *err)
{
    enum { N = 40, BYTES = 24 };
    _Static_assert(N * BYTES <= GW_SELFCHECK_VARIANTS * GW_SELFCHECK_SAMPLES / 4, "rows");
    int32_t sum[4 * N * (N - 1) / 2] = {0}, want[4 * N * (N - 1) / 2] = {0};
    gw_gram_kin_t in = {N, BYTES, b->geno};
    for (int64_t i = 0; i < N; i++)
        for (int64_t j = i + 1; j < N; j++) {
            int64_t x[4];
            gw_gram_ref.kin(in.row + i * BYTES, in.row + j * BYTES, 4 * BYTES, x);
            for (int c = 0; c < 4; c++)
                want[4 * gw_gram_kin_pair(N, i, j) + (uint64_t)c] = (int32_t)x[c];
        }
    gw_status_t st = gw_gpukin_add(g, &in, 0, N, sum, err);
    if (st == GW_OK)
        compare(row, sum, want, sizeof sum / sizeof *sum / 4, 4 * sizeof *sum);
    return st;
}

static gw_status_t check_thread(gw_gpu_t *g, const gw_thread_templates_t *t,
                                const gw_thread_query_t *q, gw_selfcheck_row_t *row, gw_err_t *err)
{
    int32_t score[GW_SELFCHECK_TEMPLATES], want[GW_SELFCHECK_TEMPLATES];
    int32_t order[GW_SELFCHECK_TEMPLATES];
    const void *piece[GW_GPUTHREAD_PIECES];
    uint64_t bytes[GW_GPUTHREAD_PIECES];
    gw_gpu_tables_t *kept = NULL;
    gw_gputhread_pieces(t, piece, bytes);
    gw_status_t st = gw_thread_order(t, order, err);
    if (st == GW_OK)
        st = gw_gpu_tables_send(g, piece, bytes, GW_GPUTHREAD_PIECES, &kept, err);
    if (st == GW_OK) /* half with templates that stay there, half with templates that are sent */
        st = gw_gputhread_score(g, kept, t, order, q, 0, t->n / 2, score, err);
    if (st == GW_OK)
        st = gw_gputhread_score(g, NULL, t, order, q, t->n / 2, t->n - t->n / 2, score, err);
    gw_gpu_tables_free(kept);
    for (size_t i = 0; i < t->n && st == GW_OK; i++)
        st = gw_thread_score_ref(t, q, i, &want[i], err);
    if (st == GW_OK)
        compare(row, score, want, t->n, sizeof *score);
    return st;
}

static gw_status_t run_round(gw_gpu_t *g, gw_selfcheck_room_t *r, gw_rng_t *rng, int i,
                             gw_selfcheck_row_t *row, gw_err_t *err)
{
    gw_extend_params_t p;
    gw_thread_templates_t t;
    gw_thread_query_t q;
    gw_selfcheck_draw_params(rng, i, &p);
    gw_extend_batch_t pairs = gw_selfcheck_draw_pairs(r, rng, p.n_letters);
    gw_status_t st = check_extend(g, r, &pairs, &p, row, err);
    if (st == GW_OK)
        st = check_gapless(g, r, &pairs, &p, &row[GAPLESS], err);
    gw_ident_params_t ident;
    pairs = gw_selfcheck_draw_pairs(r, rng, 5);
    gw_ident_batch_t questions = gw_selfcheck_draw_questions(r, rng, &pairs, &ident);
    if (st == GW_OK)
        st = check_ident(g, r, &questions, &ident, &row[IDENT], err);
    if (st == GW_OK)
        st = check_seeds(g, r, &pairs, &row[SEEDS], err);
    gw_pairhmm_batch_t reads = gw_selfcheck_draw_reads(r, rng);
    if (st == GW_OK)
        st = check_pairhmm(g, r, &reads, &row[PAIRHMM], err);
    gw_gram_block_t block = gw_selfcheck_draw_genos(r, rng);
    if (st == GW_OK)
        st = check_gram(g, &block, r->q, row, err);
    if (st == GW_OK)
        st = check_kinship(g, &block, &row[KINSHIP], err);
    gw_selfcheck_draw_library(r, rng, &t, &q);
    return st == GW_OK ? check_thread(g, &t, &q, &row[THREAD], err) : st;
}

gw_status_t gw_selfcheck_device(int device, uint64_t seed, int rounds, gw_selfcheck_row_t *row,
                                int *n, gw_err_t *err)
{
    gw_selfcheck_room_t *r = gw_calloc(1, sizeof *r);
    gw_gpu_info_t info;
    gw_gpu_t *g = NULL;
    gw_rng_t rng;
    gw_rng_init(&rng, seed);
    *n = KERNELS;
    for (int k = 0; k < KERNELS; k++)
        row[k] = (gw_selfcheck_row_t){.kernel = names[k], .device = device};
    gw_status_t st = r ? gw_gpu_info(device, &info, err) : gw_err_nomem(err, "checking the kernels");
    if (st == GW_OK)
        st = gw_gpu_create(device, info.budget, &g, err);
    for (int i = 0; i < rounds && st == GW_OK; i++)
        st = run_round(g, r, &rng, i, row, err);
    gw_gpu_destroy(g);
    if (r) {
        free(r->want_cigars.cigar);
        free(r->cigars.cigar);
        gw_seeding_release(&r->want_places);
        gw_seeding_release(&r->places);
    }
    free(r);
    return st;
}
