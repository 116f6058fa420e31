#include <config.h>

#include <string.h>

#include "kernels/extend_table.h"

/* 1. scores */
/* Can scores come from one 16-entry table by query ^ target (N of queries 4, of targets 8)? */
static bool lut_fits(const gw_extend_params_t *p, uint8_t lut[16])
{
    bool set[16] = {false};
    memset(lut, 0, 16);
    if (p->n_letters > 5)
        return false;
    for (int a = 0; a < p->n_letters; a++)
        for (int b = 0; b < p->n_letters; b++) {
            int x = a ^ (b == 4 ? 8 : b);
            int8_t s = p->matrix[a * p->n_letters + b];
            if ((set[x] && (int8_t)lut[x] != s) || (x >= 4 && s > 0))
                return false;
            set[x] = true;
            lut[x] = (uint8_t)s;
        }
    return true;
}

void gw_extend_table_init(gw_extend_table_t *t, const gw_extend_params_t *p)
{
    uint8_t lut[16];
    memset(t, 0, sizeof *t);
    t->lut = lut_fits(p, lut);
    if (t->lut) {
        for (int x = 0; x < 16; x++) {
            t->by_query[0][x] = lut[x];
            t->by_query[1][x] = (uint8_t)((int8_t)lut[x] + 128);
        }
        return;
    }
    for (int a = 0; a < p->n_letters; a++)
        for (int b = 0; b < p->n_letters; b++) {
            int8_t s = p->matrix[a * p->n_letters + b];
            t->by_query[0][64 * a + b] = t->by_target[0][64 * b + a] = (uint8_t)s;
            t->by_query[1][64 * a + b] = t->by_target[1][64 * b + a] = (uint8_t)(s + 128);
        }
}

/* 2. order */
uint64_t *gw_extend_sort(uint64_t *key, uint64_t *spare, size_t n)
{
    uint64_t *from = key, *to = spare, any = 0, all = ~(uint64_t)0;
    for (size_t i = 0; i < n; i++) {
        any |= from[2 * i];
        all &= from[2 * i];
    }
    for (int shift = 0; shift < 64; shift += 8) {
        if ((((any ^ all) >> shift) & 255) == 0)
            continue;
        size_t count[257] = {0};
        for (size_t i = 0; i < n; i++)
            count[((from[2 * i] >> shift) & 255) + 1]++;
        for (int c = 0; c < 256; c++)
            count[c + 1] += count[c];
        for (size_t i = 0; i < n; i++) {
            size_t at = count[(from[2 * i] >> shift) & 255]++;
            to[2 * at] = from[2 * i];
            to[2 * at + 1] = from[2 * i + 1];
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    return from;
}
