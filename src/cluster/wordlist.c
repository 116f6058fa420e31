#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/wordlist.h"

enum { SHIFT = 32 + 2 * GW_WORDLIST_LEN - GW_WORDLIST_BITS, STARTS = (1 << GW_WORDLIST_BITS) + 1 };

gw_status_t gw_wordlist_init(gw_wordlist_t *w, gw_err_t *err)
{
    *w = (gw_wordlist_t){.start = gw_calloc(STARTS, sizeof *w->start)};
    return w->start ? GW_OK : gw_err_nomem(err, "indexing words");
}

void gw_wordlist_release(gw_wordlist_t *w)
{
    free(w->start);
    free(w->entry);
    *w = (gw_wordlist_t){0};
}

gw_status_t gw_wordlist_add(gw_wordlist_t *w, const uint8_t *seq, int32_t len, gw_err_t *err)
{
    if (!GW_GROW(w->entry, w->cap, w->n_entries + (size_t)len))
        return gw_err_nomem(err, "indexing words");
    uint64_t word = 0, mask = ((uint64_t)1 << 2 * GW_WORDLIST_LEN) - 1;
    int32_t good = 0;
    for (int32_t i = 0; i < len; i++) {
        good = seq[i] < 4 ? good + 1 : 0;
        word = (word << 2 | (seq[i] & 3)) & mask;
        if (good >= GW_WORDLIST_LEN)
            w->entry[w->n_entries++] = word << 32 | (uint32_t)w->n;
    }
    w->n++;
    return GW_OK;
}

static int cmp_entry(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

gw_status_t gw_wordlist_index(gw_wordlist_t *w, gw_err_t *err)
{
    size_t fresh = w->n_entries - w->n_sorted;
    if (fresh == 0)
        return GW_OK;
    uint64_t *add = gw_malloc(fresh, sizeof *add);
    if (!add)
        return gw_err_nomem(err, "indexing words");
    memcpy(add, w->entry + w->n_sorted, fresh * sizeof *add);
    qsort(add, fresh, sizeof *add, cmp_entry);
    size_t old = w->n_sorted, to = w->n_entries, last = fresh;
    while (last > 0) /* from the end: what is old moves out of the way */
        w->entry[--to] =
            old > 0 && w->entry[old - 1] > add[last - 1] ? w->entry[--old] : add[--last];
    free(add);
    size_t n = 0; /* a sequence counts once a word */
    for (size_t i = 0; i < w->n_entries; i++)
        if (i == 0 || w->entry[i] != w->entry[n - 1])
            w->entry[n++] = w->entry[i];
    w->n_entries = w->n_sorted = n;
    size_t at = 0;
    for (uint64_t b = 0; b < STARTS; b++) {
        while (at < n && w->entry[at] >> SHIFT < b)
            at++;
        w->start[b] = at;
    }
    return GW_OK;
}

static size_t first_not_below(const gw_wordlist_t *w, size_t lo, size_t hi, uint64_t key)
{
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->entry[mid] < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool gw_wordlist_find(const gw_wordlist_t *w, const uint8_t *letters, size_t *lo, size_t *hi)
{
    uint64_t word = 0;
    for (int32_t k = 0; k < GW_WORDLIST_LEN; k++) {
        if (letters[k] > 3)
            return false;
        word = word << 2 | letters[k];
    }
    uint64_t b = word << 32 >> SHIFT;
    *lo = first_not_below(w, w->start[b], w->start[b + 1], word << 32);
    *hi = first_not_below(w, *lo, w->start[b + 1], (word + 1) << 32);
    return true;
}
