#include <config.h>

#include <string.h>

#include "base/mem.h"
#include "cuda/gpuseeding.h"
#include "cuda/launch.h"

/* 1. the table */
void gw_gpuseeding_pieces(const gw_seed_table_t *t, const void **piece, uint64_t *bytes)
{
    piece[0] = t->bucket;
    piece[1] = t->entry;
    bytes[0] = ((UINT64_C(1) << t->bucket_bits) + 1) * sizeof *t->bucket;
    bytes[1] = t->n_entries * sizeof *t->entry;
}

/* 2. candidates. Warps that a multiprocessor gets, in blocks of four; candidates a read that there is
 *    room for at first: nearly all reads have one or two. */
enum { WARPS = 16, BLOCK = 4, ROOM = 4 };

typedef struct {
    gw_gpu_part_t code, off, room, result, candidate, n_candidates;
    uint32_t n_warps, cap; /* cap: candidates that there is room for */
} parts_t;

static bool fits(const gw_seeding_batch_t *b, size_t i)
{
    return b->len[i] <= GW_SEED_DEVICE_LONGEST;
}

static gw_status_t send(gw_gpu_t *g, const gw_seeding_batch_t *b, size_t from, size_t to, parts_t *p,
                        gw_err_t *err)
{
    uint64_t letters = 0, n = 0;
    for (size_t i = from; i < to; i++)
        if (fits(b, i)) {
            letters += (uint64_t)b->len[i];
            n++;
        }
    if (letters > UINT32_MAX)
        return gw_err_set(err, GW_ENOMEM, "seeding: a batch of %llu letters",
                          (unsigned long long)letters);
    uint32_t most = (uint32_t)gw_gpu_processors(g) * WARPS;
    p->n_warps = ((n < most ? (uint32_t)n : most) + BLOCK - 1) / BLOCK * BLOCK;
    gw_gpu_start(g);
    p->code = gw_gpu_part(g, GW_GPU_INPUT, letters);
    p->off = gw_gpu_part(g, GW_GPU_INPUT, (n + 1) * sizeof(uint32_t));
    p->room = gw_gpu_part(g, GW_GPU_WORK, (uint64_t)p->n_warps * GW_SEED_DEVICE_ROOM);
    p->result = gw_gpu_part(g, GW_GPU_OUTPUT, n * sizeof(gw_seeding_result_t));
    p->candidate = gw_gpu_part(g, GW_GPU_OUTPUT, p->cap * sizeof(gw_seed_candidate_t));
    p->n_candidates = gw_gpu_part(g, GW_GPU_OUTPUT, sizeof(uint32_t));
    gw_status_t st = gw_gpu_reserve(g, err);
    if (st != GW_OK)
        return st;
    uint8_t *code = gw_gpu_host(g, p->code);
    uint32_t *off = gw_gpu_host(g, p->off), at = 0, k = 0;
    for (size_t i = from; i < to; i++)
        if (fits(b, i)) {
            memcpy(code + at, b->code + b->off[i], (size_t)b->len[i]);
            off[k++] = at;
            at += (uint32_t)b->len[i];
        }
    off[k] = at;
    return gw_gpu_send(g, err);
}

/* Runs the n reads that fit; *wanted: how many candidates they have. */
static gw_status_t run(gw_gpu_t *g, const gw_gpu_tables_t *kept, const gw_seed_table_t *t,
                       const gw_seeding_batch_t *b, size_t from, size_t to, uint32_t n, parts_t *p,
                       uint32_t *wanted, gw_err_t *err)
{
    gw_status_t st = send(g, b, from, to, p, err);
    if (st != GW_OK)
        return st;
    gw_seeding_args_t a = {.table = {t->bucket_bits, gw_gpu_tables_at(kept, 0),
                                     gw_gpu_tables_at(kept, 1), t->n_entries},
                           .n = n,
                           .n_warps = p->n_warps,
                           .code = gw_gpu_device(g, p->code),
                           .off = gw_gpu_device(g, p->off),
                           .room = gw_gpu_device(g, p->room),
                           .result = gw_gpu_device(g, p->result),
                           .candidate = gw_gpu_device(g, p->candidate),
                           .n_candidates = gw_gpu_device(g, p->n_candidates),
                           .cap_candidates = p->cap};
    gw_seeding_launch(&a, gw_gpu_stream(g));
    st = gw_gpu_receive(g, err);
    if (st == GW_OK)
        *wanted = *(const uint32_t *)gw_gpu_host(g, p->n_candidates);
    return st;
}

gw_status_t gw_gpuseeding_run(gw_gpu_t *g, const gw_gpu_tables_t *kept, const gw_seed_table_t *t,
                              const gw_seeding_batch_t *b, size_t from, size_t to,
                              gw_seeding_out_t *out, gw_err_t *err)
{
    uint32_t wanted, n = 0;
    for (size_t i = from; i < to; i++)
        n += fits(b, i);
    if (n == 0)
        return gw_seeding_ref(t, b, from, to, out, err);
    parts_t p = {.cap = n * ROOM};
    gw_status_t st = run(g, kept, t, b, from, to, n, &p, &wanted, err);
    if (st == GW_OK && wanted > p.cap) {
        p.cap = wanted;
        st = run(g, kept, t, b, from, to, n, &p, &wanted, err);
    }
    if (st != GW_OK)
        return st;
    const gw_seeding_result_t *r = gw_gpu_host(g, p.result);
    const gw_seed_candidate_t *c = gw_gpu_host(g, p.candidate);
    for (size_t i = from; i < to && st == GW_OK; i++) {
        if (!fits(b, i)) {
            st = gw_seeding_ref(t, b, i, i + 1, out, err);
            continue;
        }
        size_t at = (size_t)out->first[i];
        if (!GW_GROW(out->candidate, out->cap_candidates, at + r->n))
            return gw_err_nomem(err, "looking seeds up");
        if (r->n)
            memcpy(out->candidate + at, c + r->first, r->n * sizeof *c);
        out->first[i + 1] = (int64_t)(at + r->n);
        out->n_seeds[i] = r->n_seeds;
        out->n_skipped[i] = r->n_skipped;
        r++;
    }
    return st;
}
