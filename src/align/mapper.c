#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/map.h"
#include "base/hash.h"
#include "base/mem.h"

/* 1. life */
void gw_mapper_init(gw_mapper_t *m, const gw_index_t *index, const gw_map_params_t *params,
                    gw_engine_t *engine)
{
    *m = (gw_mapper_t){.index = index, .params = params, .engine = engine};
    gw_arena_init(&m->hits, 1 << 20);
    gw_extend_params_dna(&m->extend, params->match, -params->mismatch, -1, params->gap_open,
                         params->gap_extend, params->clip);
}

void gw_mapper_release(gw_mapper_t *m)
{
    gw_arena_release(&m->hits);
    free(m->read);
    free(m->code);
    free(m->word);
    free(m->read_off);
    free(m->read_len);
    gw_seeding_release(&m->seeding);
    free(m->cigar);
    gw_dp_release(&m->dp);
    *m = (gw_mapper_t){0};
}

/* 2. a chunk */
static bool reserve(gw_mapper_t *m, const gw_seqbatch_t *chunk)
{
    size_t letters = 0, words = 0;
    for (size_t i = 0; i < chunk->n; i++) {
        letters += 2 * (size_t)chunk->rec[i].len;
        words += 2 * ((size_t)chunk->rec[i].len / 32 + 1);
    }
    gw_arena_reset(&m->hits);
    return GW_GROW(m->read, m->cap_reads, chunk->n) && GW_GROW(m->code, m->cap_code, letters) &&
           GW_GROW(m->word, m->cap_word, words);
}

static uint8_t base_code(char c)
{
    switch (c) {
    case 'A':
        return 0;
    case 'C':
        return 1;
    case 'G':
        return 2;
    case 'T':
        return 3;
    default:
        return 4;
    }
}

static void pack(const uint8_t *code, int32_t len, uint64_t *word)
{
    for (int32_t i = 0; i < len; i += 32) {
        uint64_t w = 0;
        int32_t n = len - i < 32 ? len - i : 32;
        for (int32_t j = 0; j < n; j++)
            w |= (uint64_t)(code[i + j] & 3) << 2 * j;
        word[i / 32] = w;
    }
}

static void encode(gw_mapper_t *m, gw_read_t *r)
{
    uint8_t *f = m->code + r->code, *b = f + r->len;
    r->has_n = false;
    for (int32_t i = 0; i < r->len; i++) {
        uint8_t c = base_code(r->rec->seq[i]);
        f[i] = c;
        b[r->len - 1 - i] = c < 4 ? 3 - c : 4;
        r->has_n |= c > 3;
    }
    pack(f, r->len, m->word + r->word);
    pack(b, r->len, m->word + r->word + r->words);
}

gw_status_t gw_mapper_load(gw_mapper_t *m, const gw_seqbatch_t *chunk, gw_err_t *err)
{
    if (!reserve(m, chunk))
        return gw_err_nomem(err, "mapping reads");
    m->n_reads = chunk->n;
    m->n_code = m->n_word = m->n_cigar = 0;
    for (size_t i = 0; i < chunk->n; i++) {
        gw_read_t *r = &m->read[i];
        const gw_seqrec_t *rec = &chunk->rec[i];
        *r = (gw_read_t){.rec = rec,
                         .tie = (uint32_t)gw_hash_bytes(rec->name, rec->name_len, 0),
                         .len = (int32_t)rec->len,
                         .code = m->n_code,
                         .word = m->n_word,
                         .words = rec->len / 32 + 1,
                         .primary = -1};
        m->n_code += 2 * (size_t)rec->len;
        m->n_word += 2 * r->words;
        encode(m, r);
    }
    return GW_OK;
}
