#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cuda/gpuletters.h"

/* 1. plan, declare, fill */
enum { QUERY, TARGET, SLACK = 2 };

static const int64_t *offsets(const gw_gpuletters_t *l, int side)
{
    return side == QUERY ? l->b->q_off : l->b->t_off;
}

static const int32_t *lengths(const gw_gpuletters_t *l, int side)
{
    return side == QUERY ? l->b->q_len : l->b->t_len;
}

static bool plan_side(gw_gpuletters_t *l, int side)
{
    const int64_t *off = offsets(l, side);
    const int32_t *len = lengths(l, side);
    int64_t first = INT64_MAX, end = 0, total = 0;
    for (size_t i = 0; i < l->b->n; i++) {
        if (len[i] == 0)
            continue;
        first = off[i] < first ? off[i] : first;
        end = off[i] + len[i] > end ? off[i] + len[i] : end;
        total += len[i];
    }
    l->first[side] = total ? first : 0;
    l->end[side] = end;
    l->letters[side] = total;
    l->at[side] = NULL;
    if (end - l->first[side] <= SLACK * total + 4096)
        return true;
    l->at[side] = gw_malloc(l->b->n, sizeof *l->at[side]);
    if (!l->at[side])
        return false;
    total = 0;
    for (size_t i = 0; i < l->b->n; i++) {
        l->at[side][i] = total;
        total += len[i];
    }
    return true;
}

bool gw_gpuletters_plan(gw_gpuletters_t *l, const gw_extend_batch_t *b)
{
    *l = (gw_gpuletters_t){.b = b};
    return plan_side(l, QUERY) && plan_side(l, TARGET);
}

void gw_gpuletters_release(gw_gpuletters_t *l)
{
    free(l->at[QUERY]);
    free(l->at[TARGET]);
}

void gw_gpuletters_declare(gw_gpuletters_t *l, gw_gpu_t *g)
{
    gw_gpu_part_t part[2];
    for (int side = QUERY; side <= TARGET; side++)
        part[side] = gw_gpu_part(g, GW_GPU_INPUT,
                                 (uint64_t)(l->at[side] ? l->letters[side]
                                                        : l->end[side] - l->first[side]));
    l->query = part[QUERY];
    l->target = part[TARGET];
}

void gw_gpuletters_fill(const gw_gpuletters_t *l, gw_gpu_t *g)
{
    for (int side = QUERY; side <= TARGET; side++) {
        uint8_t *to = gw_gpu_host(g, side == QUERY ? l->query : l->target);
        const uint8_t *from = side == QUERY ? l->b->query : l->b->target;
        const int64_t *off = offsets(l, side);
        const int32_t *len = lengths(l, side);
        if (!l->at[side]) {
            if (l->letters[side])
                memcpy(to, from + l->first[side], (size_t)(l->end[side] - l->first[side]));
            continue;
        }
        for (size_t i = 0; i < l->b->n; i++)
            if (len[i])
                memcpy(to + l->at[side][i], from + off[i], (size_t)len[i]);
    }
}

static uint64_t place(const gw_gpuletters_t *l, int side, size_t i)
{
    return (uint64_t)(l->at[side] ? l->at[side][i] : offsets(l, side)[i] - l->first[side]);
}

uint64_t gw_gpuletters_query(const gw_gpuletters_t *l, size_t i)
{
    return place(l, QUERY, i);
}

uint64_t gw_gpuletters_target(const gw_gpuletters_t *l, size_t i)
{
    return place(l, TARGET, i);
}
