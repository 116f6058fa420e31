#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/editbound.h"

enum {
    BAND = GW_EDITBOUND_BAND,
    NOWHERE = 4, /* the row of places before and behind the query */
    CHECK = 32   /* target letters between two looks at the fewest errors so far */
};

/* 1. a prepared query: bit 64 + i of a row is query position i, and the 64 places before and the
 *    128 behind it match every letter, so that errors neither begin nor grow outside the query */
gw_status_t gw_editbound_query(gw_editbound_t *w, const uint8_t *letters, int32_t len,
                               gw_err_t *err)
{
    w->n_words = ((size_t)len + 63) / 64 + 4;
    w->len = len;
    if (!GW_GROW(w->mask, w->cap, 5 * w->n_words))
        return gw_err_nomem(err, "comparing sequences");
    memset(w->mask, 0, 5 * w->n_words * sizeof *w->mask);
    uint64_t *out = w->mask + NOWHERE * w->n_words;
    out[0] = ~(uint64_t)0;
    for (size_t k = (size_t)len / 64 + 1; k < w->n_words; k++)
        out[k] = k == (size_t)len / 64 + 1 ? ~(uint64_t)0 << (len % 64) : ~(uint64_t)0;
    for (int32_t i = 0; i < len; i++)
        if (letters[i] < 4)
            w->mask[letters[i] * w->n_words + 1 + (size_t)i / 64] |= (uint64_t)1 << (i % 64);
    for (int c = 0; c < 4; c++)
        for (size_t k = 0; k < w->n_words; k++)
            w->mask[(size_t)c * w->n_words + k] |= out[k];
    return GW_OK;
}

void gw_editbound_release(gw_editbound_t *w)
{
    free(w->mask);
    *w = (gw_editbound_t){0};
}

/* 2. the bound */
/* The least of the band's values, of which the lowest row's is known: row i + 1 has one more than
 * row i where bit i is in plus, one less where it is in minus. */
static int32_t least(int32_t last, uint64_t plus, uint64_t minus)
{
    plus &= ~(uint64_t)0 >> 1;
    minus &= ~(uint64_t)0 >> 1;
    int32_t v = last - __builtin_popcountll(plus) + __builtin_popcountll(minus), best = v;
    for (; minus; minus &= minus - 1) {
        uint64_t below = (minus & -minus) - 1;
        v--;
        int32_t here = v + __builtin_popcountll(plus & below);
        best = here < best ? here : best;
    }
    return best;
}

int32_t gw_editbound(const gw_editbound_t *w, const uint8_t *target, int32_t len, int32_t low,
                     int32_t most)
{
    uint64_t vp = 0, vn = 0;
    int32_t last = 0; /* errors of the band's lowest row */
    int32_t j = low < -(BAND - 1) ? -low - (BAND - 1) : 0;
    int32_t end = w->len - low < len ? w->len - low : len, check = j + CHECK;
    for (; j < end; j++) {
        const uint64_t *row = w->mask + (size_t)(target[j] < 4 ? target[j] : NOWHERE) * w->n_words;
        uint32_t at = (uint32_t)(j + low + 64), by = at % 64;
        uint64_t eq = row[at / 64] >> by;
        if (by)
            eq |= row[at / 64 + 1] << (64 - by);
        uint64_t x = eq | vn, d0 = ((vp + (x & vp)) ^ vp) | x;
        uint64_t hn = vp & d0, hp = vn | ~(vp | d0);
        last += !(d0 >> 63);
        x = d0 >> 1;
        vn = x & hp;
        vp = hn | ~(x | hp);
        if (j + 1 == check || j + 1 == end) {
            int32_t best = least(last, vp, vn);
            if (best > most)
                return most + 1;
            if (j + 1 == end)
                return best;
            check += CHECK;
        }
    }
    return 0;
}
