#include <config.h>

#include <math.h>
#include <stdbool.h>

#include "cluster/diagonal.h"

/* 1. weights */
static gw_diagonal_byte_t worth_of(const gw_diagonal_t *d, unsigned bits)
{
    gw_diagonal_byte_t b = {0};
    int32_t sum = 0, low = 0, run = 0, from = 0;
    for (int k = 0; k < 8; k++) {
        int32_t x = bits >> k & 1 ? d->equal : -d->cost;
        sum += x;
        run += x;
        if (sum > b.head) {
            b.head = (int16_t)sum;
            b.low = (int16_t)low;
            b.head_end = (uint8_t)(k + 1);
        }
        if (run <= 0) {
            run = 0;
            from = k + 1;
        }
        if (run > b.inside) {
            b.inside = (int16_t)run;
            b.inside_from = (uint8_t)from;
            b.inside_end = (uint8_t)(k + 1);
        }
        low = sum < low ? sum : low;
    }
    b.all = (int16_t)sum;
    b.tail = (int16_t)run;
    b.tail_from = (uint8_t)from;
    return b;
}

void gw_diagonal_init(gw_diagonal_t *d, double worthless)
{
    d->cost = (int32_t)lround(GW_DIAGONAL_UNIT * worthless);
    d->equal = GW_DIAGONAL_UNIT - d->cost;
    for (unsigned bits = 0; bits < 256; bits++)
        d->byte[bits] = worth_of(d, bits);
}

/* 2. the best stretch */
static inline uint64_t eight(const uint8_t *p)
{
    uint64_t x = 0;
    for (int k = 0; k < 8; k++)
        x |= (uint64_t)p[k] << 8 * k;
    return x;
}

/* Bit k: is p[k] equal to q[k]? */
static inline unsigned equal_eight(const uint8_t *p, const uint8_t *q)
{
    uint64_t x = eight(p) ^ eight(q);
    /* letters are below 128: the high bit of a byte stays 0 only where nothing differs */
    x = ~(x + 0x7f7f7f7f7f7f7f7fULL) & 0x8080808080808080ULL;
    return (unsigned)((x >> 7) * 0x0102040810204080ULL >> 56);
}

static gw_stretch_t stretch(const gw_diagonal_t *d, int32_t score, int32_t from, int32_t end)
{
    int32_t len = end - from;
    return (gw_stretch_t){score, len, (score + d->cost * len) / GW_DIAGONAL_UNIT};
}

gw_stretch_t gw_diagonal_best(const gw_diagonal_t *d, const uint8_t *query, int32_t q_len,
                              const uint8_t *target, int32_t t_len, int32_t diag)
{
    int32_t p = diag < 0 ? -diag : 0, end = t_len - diag < q_len ? t_len - diag : q_len;
    int32_t run = 0, from = p, best = 0, best_from = p, best_end = p;
    for (; p < end; p += 8) {
        unsigned bits = 0;
        if (p + 8 <= end)
            bits = equal_eight(query + p, target + p + diag);
        else
            for (int k = 0; k < end - p; k++)
                bits |= (unsigned)(query[p + k] == target[p + k + diag]) << k;
        const gw_diagonal_byte_t *b = &d->byte[bits];
        if (run + b->head > best || b->inside > best) {
            bool goes_on = run + b->low > 0 && run + b->head >= b->inside;
            best = goes_on ? run + b->head : b->inside;
            best_from = goes_on ? from : p + b->inside_from;
            best_end = p + (goes_on ? b->head_end : b->inside_end);
        }
        if (run + b->all <= b->tail) {
            run = b->tail;
            from = p + b->tail_from;
        } else {
            run += b->all;
        }
    }
    return stretch(d, best, best_from, best_end);
}

gw_stretch_t gw_diagonal_best_ref(const gw_diagonal_t *d, const uint8_t *query, int32_t q_len,
                                  const uint8_t *target, int32_t t_len, int32_t diag)
{
    int32_t p = diag < 0 ? -diag : 0, end = t_len - diag < q_len ? t_len - diag : q_len;
    int32_t run = 0, from = p, best = 0, best_from = p, best_end = p;
    for (; p < end; p++) {
        run += query[p] == target[p + diag] ? d->equal : -d->cost;
        if (run <= 0) {
            run = 0;
            from = p + 1;
        }
        if (run > best) {
            best = run;
            best_from = from;
            best_end = p + 1;
        }
    }
    return stretch(d, best, best_from, best_end);
}
