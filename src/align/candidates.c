#include <config.h>

#include "align/map.h"

static gw_status_t look_up(gw_mapper_t *m, gw_err_t *err)
{
    if (!GW_GROW(m->read_off, m->cap_read_off, m->n_reads) ||
        !GW_GROW(m->read_len, m->cap_read_len, m->n_reads))
        return gw_err_nomem(err, "mapping reads");
    for (size_t i = 0; i < m->n_reads; i++) {
        m->read_off[i] = (int64_t)m->read[i].code;
        m->read_len[i] = m->read[i].len;
    }
    gw_seeding_batch_t b = {m->n_reads, m->code, m->read_off, m->read_len};
    gw_seeding_in_t in = {&m->index->table, &b};
    return gw_engine_run(m->engine, GW_JOB_SEED, &in, &m->seeding, err);
}

gw_status_t gw_candidates_find(gw_mapper_t *m, gw_err_t *err)
{
    gw_status_t st = look_up(m, err);
    for (size_t i = 0; i < m->n_reads && st == GW_OK; i++) {
        gw_read_t *r = &m->read[i];
        const gw_seed_candidate_t *c = m->seeding.candidate + m->seeding.first[i];
        r->n_seeds = m->seeding.n_seeds[i];
        r->n_skipped = m->seeding.n_skipped[i];
        r->n_hits = (size_t)(m->seeding.first[i + 1] - m->seeding.first[i]);
        r->hit = gw_arena_alloc(&m->hits, r->n_hits + GW_MORE_HITS, sizeof *r->hit);
        if (!r->hit)
            return gw_err_nomem(err, "mapping reads");
        for (size_t k = 0; k < r->n_hits; k++)
            r->hit[k] = (gw_hit_t){.diag = c[k].diag,
                                   .rev = (uint8_t)c[k].rev,
                                   .votes = c[k].votes,
                                   .spread = c[k].spread,
                                   .parent = -1,
                                   .cigar_off = -1};
    }
    return st;
}
