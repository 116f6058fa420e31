#include <config.h>

#include <stdlib.h>

#include "align/dbbest.h"
#include "base/mem.h"

static int compare(const void *a, const void *b)
{
    const gw_dbcand_t *x = a, *y = b;
    if (x->log_rate != y->log_rate)
        return x->log_rate < y->log_rate ? -1 : 1;
    return x->target < y->target ? -1 : x->target > y->target;
}

static void swap(gw_dbcand_t *a, gw_dbcand_t *b)
{
    gw_dbcand_t x = *a;
    *a = *b;
    *b = x;
}

static void sift_down(gw_dbbest_t *b, size_t i)
{
    for (;;) {
        size_t worst = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < b->n; child++)
            if (compare(&b->v[child], &b->v[worst]) > 0)
                worst = child;
        if (worst == i)
            return;
        swap(&b->v[i], &b->v[worst]);
        i = worst;
    }
}

bool gw_dbbest_offer(gw_dbbest_t *b, const gw_dbcand_t *x, size_t most)
{
    if (b->n == most) {
        if (most > 0 && compare(x, &b->v[0]) < 0) {
            b->v[0] = *x;
            sift_down(b, 0);
        }
        return true;
    }
    if (!GW_GROW(b->v, b->cap, b->n + 1))
        return false;
    size_t i = b->n++;
    for (b->v[i] = *x; i > 0 && compare(&b->v[i], &b->v[(i - 1) / 2]) > 0; i = (i - 1) / 2)
        swap(&b->v[i], &b->v[(i - 1) / 2]);
    return true;
}

void gw_dbbest_sort(gw_dbbest_t *b)
{
    if (b->n)
        qsort(b->v, b->n, sizeof *b->v, compare);
}

void gw_dbbest_release(gw_dbbest_t *b)
{
    free(b->v);
    *b = (gw_dbbest_t){0};
}
