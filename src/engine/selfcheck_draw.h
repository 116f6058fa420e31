/* src/engine/selfcheck_draw.h -- random batches for the self-check; for src/engine only
 */
#ifndef GW_ENGINE_SELFCHECK_DRAW_H
#define GW_ENGINE_SELFCHECK_DRAW_H

#include "base/hash.h"
#include "kernels/extend.h"
#include "kernels/gram.h"
#include "kernels/ident_batch.h"
#include "kernels/pairhmm.h"
#include "kernels/seeding.h"
#include "kernels/thread_score.h"

enum {
    GW_SELFCHECK_PAIRS = 150,
    GW_SELFCHECK_LETTERS = 300,
    GW_SELFCHECK_READS = 12,
    GW_SELFCHECK_HAPS = 5,
    GW_SELFCHECK_SAMPLES = 72,
    GW_SELFCHECK_VARIANTS = 70,
    GW_SELFCHECK_TEMPLATES = 30,
    GW_SELFCHECK_COLUMNS = 900,
    GW_SELFCHECK_ROWS_OF_QUERY = 150,
    GW_SELFCHECK_BUCKET_BITS = 9
};

typedef struct {
    uint8_t query[GW_SELFCHECK_PAIRS * GW_SELFCHECK_LETTERS], target[GW_SELFCHECK_PAIRS * GW_SELFCHECK_LETTERS];
    int64_t q_off[GW_SELFCHECK_PAIRS], t_off[GW_SELFCHECK_PAIRS];
    int32_t q_len[GW_SELFCHECK_PAIRS], t_len[GW_SELFCHECK_PAIRS], diag[GW_SELFCHECK_PAIRS], width[GW_SELFCHECK_PAIRS];
    gw_extend_hit_t want_hit[GW_SELFCHECK_PAIRS], hit[GW_SELFCHECK_PAIRS];
    int32_t want_global[GW_SELFCHECK_PAIRS], global[GW_SELFCHECK_PAIRS];
    int64_t want_off[GW_SELFCHECK_PAIRS + 1], cigar_off[GW_SELFCHECK_PAIRS + 1];
    uint8_t qual[4][GW_SELFCHECK_READS * GW_SELFCHECK_LETTERS];
    int64_t read_off[GW_SELFCHECK_READS + 1], hap_off[GW_SELFCHECK_HAPS + 1], read_group[2], hap_group[2];
    double want_lik[GW_SELFCHECK_READS * GW_SELFCHECK_HAPS], lik[GW_SELFCHECK_READS * GW_SELFCHECK_HAPS];
    gw_extend_cigars_t want_cigars, cigars;
    /* devices only: a block of genotypes and a library of templates */
    uint8_t geno[GW_SELFCHECK_VARIANTS * GW_SELFCHECK_SAMPLES / 4];
    double mean[GW_SELFCHECK_VARIANTS], scale[GW_SELFCHECK_VARIANTS];
    float q[GW_SELFCHECK_SAMPLES * GW_GRAM_LANES];
    int64_t off[GW_SELFCHECK_TEMPLATES + 1];
    uint8_t pp[GW_SELFCHECK_COLUMNS * GW_THREAD_LETTERS],
        env[GW_SELFCHECK_COLUMNS * GW_THREAD_LETTERS], state[GW_SELFCHECK_COLUMNS],
        gap[GW_SELFCHECK_COLUMNS];
    int16_t bias[GW_SELFCHECK_COLUMNS];
    int8_t q_pp[GW_SELFCHECK_ROWS_OF_QUERY * GW_THREAD_LETTERS],
        q_env[GW_SELFCHECK_ROWS_OF_QUERY * GW_THREAD_LETTERS];
    int16_t tab[GW_SELFCHECK_ROWS_OF_QUERY * GW_THREAD_STATES];
    uint16_t weight[GW_SELFCHECK_TEMPLATES * GW_THREAD_LETTERS];
    int16_t shift[GW_SELFCHECK_TEMPLATES];
    gw_ident_band_t band[GW_SELFCHECK_PAIRS];
    uint8_t ask[GW_SELFCHECK_PAIRS];
    int32_t least[GW_SELFCHECK_PAIRS];
    gw_ident_answer_t want_answer[GW_SELFCHECK_PAIRS], answer[GW_SELFCHECK_PAIRS];
    gw_seed_t seed[GW_SELFCHECK_PAIRS * GW_SELFCHECK_LETTERS];
    uint32_t bucket[(1 << GW_SELFCHECK_BUCKET_BITS) + 1];
    uint64_t entry[GW_SELFCHECK_PAIRS * GW_SELFCHECK_LETTERS];
    gw_seeding_out_t want_places, places;
} gw_selfcheck_room_t;

/* Scoring of round i: DNA, and every fourth time an alphabet like protein's */
void gw_selfcheck_draw_params(gw_rng_t *rng, int i, gw_extend_params_t *p);
gw_extend_batch_t gw_selfcheck_draw_pairs(gw_selfcheck_room_t *r, gw_rng_t *rng, int letters);
/* after gw_selfcheck_draw_pairs with 5 letters, whose letters are the bases */
gw_pairhmm_batch_t gw_selfcheck_draw_reads(gw_selfcheck_room_t *r, gw_rng_t *rng);
gw_gram_block_t gw_selfcheck_draw_genos(gw_selfcheck_room_t *r, gw_rng_t *rng);
/* after gw_selfcheck_draw_pairs with 5 letters: questions about those pairs; their targets, one after
 * the other, as a reference whose seeds are tabled, and their queries as reads */
gw_ident_batch_t gw_selfcheck_draw_questions(gw_selfcheck_room_t *r, gw_rng_t *rng,
                                             const gw_extend_batch_t *pairs, gw_ident_params_t *p);
gw_seed_table_t gw_selfcheck_draw_seeds(gw_selfcheck_room_t *r);
void gw_selfcheck_draw_library(gw_selfcheck_room_t *r, gw_rng_t *rng, gw_thread_templates_t *t,
                               gw_thread_query_t *q);

#endif
