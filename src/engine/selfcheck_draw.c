#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "engine/selfcheck_draw.h"

/* Scoring of round i */
void gw_selfcheck_draw_params(gw_rng_t *rng, int i, gw_extend_params_t *p)
{
    gw_extend_params_dna(p, 1 + i % 2, -4, -1, 6, 1, i % 3 * 5);
    if (i % 4 != 3)
        return;
    p->n_letters = 20;
    for (int k = 0; k < 400; k++)
        p->matrix[k] = (int8_t)(k % 21 == 0 ? 6 : -(int)gw_rng_below(rng, 4));
}

/* Queries are noisy copies of their targets; some pairs are long enough to pass 8 bits. */
gw_extend_batch_t gw_selfcheck_draw_pairs(gw_selfcheck_room_t *r, gw_rng_t *rng, int letters)
{
    for (int i = 0; i < GW_SELFCHECK_PAIRS; i++) {
        r->q_off[i] = r->t_off[i] = (int64_t)i * GW_SELFCHECK_LETTERS;
        r->q_len[i] = (int32_t)gw_rng_below(rng, GW_SELFCHECK_LETTERS);
        r->t_len[i] = (int32_t)gw_rng_below(rng, GW_SELFCHECK_LETTERS);
        r->diag[i] = (r->t_len[i] - r->q_len[i]) / 2;
        r->width[i] = abs(r->diag[i]) + 1 + (int32_t)gw_rng_below(rng, 20);
        uint8_t *q = r->query + r->q_off[i], *t = r->target + r->t_off[i];
        for (int k = 0; k < GW_SELFCHECK_LETTERS; k++) {
            t[k] = (uint8_t)gw_rng_below(rng, (uint64_t)letters);
            q[k] = gw_rng_below(rng, 30) ? t[k] : (uint8_t)gw_rng_below(rng, (uint64_t)letters);
        }
        if (i % 3 == 0) /* a gap */
            memmove(q + 40, q + 43, GW_SELFCHECK_LETTERS - 43);
    }
    return (gw_extend_batch_t){GW_SELFCHECK_PAIRS, r->query, r->target, r->q_off, r->t_off, r->q_len, r->t_len};
}

gw_pairhmm_batch_t gw_selfcheck_draw_reads(gw_selfcheck_room_t *r, gw_rng_t *rng)
{
    r->read_group[1] = GW_SELFCHECK_READS;
    r->hap_group[1] = GW_SELFCHECK_HAPS;
    for (int i = 0; i < GW_SELFCHECK_READS; i++)
        r->read_off[i + 1] = r->read_off[i] + 1 + (int64_t)gw_rng_below(rng, GW_SELFCHECK_LETTERS);
    for (int h = 0; h < GW_SELFCHECK_HAPS; h++)
        r->hap_off[h + 1] = r->hap_off[h] + 1 + (int64_t)gw_rng_below(rng, GW_SELFCHECK_LETTERS);
    for (int k = 0; k < GW_SELFCHECK_READS * GW_SELFCHECK_LETTERS; k++) {
        r->qual[0][k] = (uint8_t)(2 + gw_rng_below(rng, 40));
        r->qual[1][k] = r->qual[2][k] = (uint8_t)(30 + gw_rng_below(rng, 15));
        r->qual[3][k] = 10;
    }
    return (gw_pairhmm_batch_t){1,           r->read_group, r->hap_group, r->query,
                                r->qual[0],  r->qual[1],    r->qual[2],   r->qual[3],
                                r->read_off, r->target,     r->hap_off};
}

gw_gram_block_t gw_selfcheck_draw_genos(gw_selfcheck_room_t *r, gw_rng_t *rng)
{
    enum { BYTES = GW_SELFCHECK_SAMPLES / 4 };
    for (size_t i = 0; i < sizeof r->geno; i++)
        r->geno[i] = (uint8_t)gw_rng_next(rng);
    for (int v = 0; v < GW_SELFCHECK_VARIANTS; v++) {
        r->mean[v] = 2 * gw_rng_unit(rng);
        r->scale[v] = v % 9 == 8 ? 0 : 1 + gw_rng_unit(rng);
    }
    for (int i = 0; i < GW_SELFCHECK_SAMPLES * GW_GRAM_LANES; i++)
        r->q[i] = (float)gw_rng_normal(rng);
    return (gw_gram_block_t){GW_SELFCHECK_SAMPLES, GW_SELFCHECK_VARIANTS, BYTES, r->geno, r->mean,
                             r->scale};
}

gw_ident_batch_t gw_selfcheck_draw_questions(gw_selfcheck_room_t *r, gw_rng_t *rng,
                                             const gw_extend_batch_t *pairs, gw_ident_params_t *p)
{
    *p = (gw_ident_params_t){.n_letters = 5,
                             .n_count = 4,
                             .gap_open = 20,
                             .gap_extend = 2,
                             .ends_free = gw_rng_below(rng, 2),
                             .id_num = 80,
                             .id_den = 100};
    for (int k = 0; k < 25; k++)
        p->matrix[k] = (int8_t)(k % 5 == 4 || k >= 20 ? 0 : k % 6 == 0 ? 2 : -4);
    for (int i = 0; i < GW_SELFCHECK_PAIRS; i++) {
        r->q_len[i] += r->q_len[i] == 0;
        r->t_len[i] += r->t_len[i] == 0;
        r->band[i].low = -(int32_t)gw_rng_below(rng, 40);
        r->band[i].high = i % 4 ? (int32_t)gw_rng_below(rng, 40) : r->band[i].low - 1;
        r->ask[i] = (uint8_t)(i % 3 + (i % 5 ? 0 : GW_IDENT_TURNED));
        r->least[i] = 0;
        if (i % 3 == 0 && !p->ends_free) {
            r->ask[i] = (uint8_t)(r->ask[i] - GW_IDENT_SLACK + GW_IDENT_STRAYS);
            r->least[i] = 1 + (int32_t)gw_rng_below(rng, 2 * GW_SELFCHECK_LETTERS);
        }
    }
    return (gw_ident_batch_t){*pairs, r->band, r->ask, r->least};
}

static int by_entry(const void *p, const void *q)
{
    const gw_seed_t *a = p, *b = q;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->pos < b->pos ? -1 : a->pos > b->pos;
}

gw_seed_table_t gw_selfcheck_draw_seeds(gw_selfcheck_room_t *r)
{
    size_t n = gw_seed_scan(r->target, sizeof r->target, r->seed), k = 0;
    gw_seed_table_t t = {GW_SELFCHECK_BUCKET_BITS, r->bucket, r->entry, n};
    qsort(r->seed, n, sizeof *r->seed, by_entry);
    for (uint32_t b = 0; b <= 1u << GW_SELFCHECK_BUCKET_BITS; b++) {
        r->bucket[b] = (uint32_t)k;
        for (; k < n && gw_seed_table_bucket(&t, r->seed[k].hash) == b; k++)
            r->entry[k] = gw_seed_table_tag(&t, r->seed[k].hash) << (GW_SEEDING_POS_BITS + 1) |
                          (uint64_t)r->seed[k].pos << 1 | r->seed[k].rev;
    }
    return t;
}

void gw_selfcheck_draw_library(gw_selfcheck_room_t *r, gw_rng_t *rng, gw_thread_templates_t *t,
                               gw_thread_query_t *q)
{
    for (int i = 1; i <= GW_SELFCHECK_TEMPLATES; i++)
        r->off[i] = r->off[i - 1] + 1 + (int64_t)gw_rng_below(rng, 30);
    for (int k = 0; k < GW_SELFCHECK_COLUMNS * GW_THREAD_LETTERS; k++) {
        r->pp[k] = (uint8_t)gw_rng_next(rng);
        r->env[k] = (uint8_t)gw_rng_next(rng);
    }
    for (int k = 0; k < GW_SELFCHECK_COLUMNS; k++) {
        r->state[k] = (uint8_t)gw_rng_below(rng, GW_THREAD_STATES);
        r->gap[k] = (uint8_t)gw_rng_below(rng, 256);
        r->bias[k] = (int16_t)(-300 + (int)gw_rng_below(rng, 200));
    }
    for (int k = 0; k < GW_SELFCHECK_ROWS_OF_QUERY * GW_THREAD_LETTERS; k++) {
        r->q_pp[k] = (int8_t)gw_rng_below(rng, 65);
        r->q_env[k] = (int8_t)gw_rng_below(rng, 65);
    }
    for (int k = 0; k < GW_SELFCHECK_ROWS_OF_QUERY * GW_THREAD_STATES; k++)
        r->tab[k] = (int16_t)((int)gw_rng_below(rng, 64) - 400);
    for (int k = 0; k < GW_SELFCHECK_TEMPLATES * GW_THREAD_LETTERS; k++)
        r->weight[k] = (uint16_t)gw_rng_below(rng, 257);
    for (int k = 0; k < GW_SELFCHECK_TEMPLATES; k++)
        r->shift[k] = (int16_t)gw_rng_below(rng, 200);
    *t = (gw_thread_templates_t){GW_SELFCHECK_TEMPLATES, r->off, r->pp, r->env, r->state, r->bias,
                                 r->gap};
    *q = (gw_thread_query_t){GW_SELFCHECK_ROWS_OF_QUERY, r->q_pp, r->q_env, r->tab, r->weight,
                             r->shift, 112, 13};
}
