#include <config.h>

#include <string.h>

#include "call/leftalign.h"

/* 1. events */
int gw_event_cmp(const gw_event_t *a, const gw_event_t *b)
{
    int64_t x = gw_event_anchor(a), y = gw_event_anchor(b);
    if (x != y)
        return x < y ? -1 : 1;
    if (gw_event_indel(a) != gw_event_indel(b))
        return gw_event_indel(a) ? 1 : -1;
    if (a->ref_len != b->ref_len)
        return a->ref_len < b->ref_len ? -1 : 1;
    if (a->alt_len != b->alt_len)
        return a->alt_len < b->alt_len ? -1 : 1;
    return a->alt_len ? memcmp(a->alt, b->alt, (size_t)a->alt_len) : 0;
}

/* 2. left alignment */
void gw_leftalign(const uint8_t *ref, int64_t lo, gw_event_t *e, uint8_t *buf)
{
    if (e->alt_len == 0) {
        /* a deletion moves left while the base before it equals its last base */
        while (e->pos > lo && ref[e->pos - 1] == ref[e->pos + e->ref_len - 1] &&
               ref[e->pos - 1] < 4)
            e->pos--;
        return;
    }
    if (e->ref_len != 0)
        return;
    int32_t n = e->alt_len, turn = 0;
    const uint8_t *alt = e->alt;
    while (e->pos > lo && ref[e->pos - 1] < 4 &&
           ref[e->pos - 1] == alt[(n - 1 - turn % n + n) % n]) {
        e->pos--;
        turn++;
    }
    turn %= n;
    if (turn == 0)
        return;
    uint8_t last[64];
    if (turn <= (int32_t)sizeof last) { /* the last `turn` letters come first */
        memcpy(last, alt + n - turn, (size_t)turn);
        memmove(buf + turn, alt, (size_t)(n - turn));
        memcpy(buf, last, (size_t)turn);
    } else {
        if (buf != alt)
            memcpy(buf, alt, (size_t)n);
        for (int32_t t = 0; t < turn; t++) {
            uint8_t c = buf[n - 1];
            memmove(buf + 1, buf, (size_t)(n - 1));
            buf[0] = c;
        }
    }
    e->alt = buf;
}

int64_t gw_leftalign_reach(const uint8_t *ref, int64_t len_bp, const gw_event_t *e)
{
    if (!gw_event_indel(e))
        return e->pos + e->ref_len;
    int64_t p = e->pos, i = 0;
    if (e->ref_len) {
        while (p + e->ref_len < len_bp && ref[p] == ref[p + e->ref_len] && ref[p] < 4)
            p++;
        return p + e->ref_len;
    }
    while (p < len_bp && ref[p] == e->alt[i % e->alt_len] && ref[p] < 4) {
        p++;
        i++;
    }
    return p;
}

/* 3. repeats around a place */
gw_repeat_t gw_leftalign_repeat(const uint8_t *ref, int64_t len_bp, const gw_event_t *e)
{
    gw_repeat_t r = {1, 1};
    int32_t n = e->ref_len + e->alt_len;
    if (!gw_event_indel(e))
        return r;
    const uint8_t *unit = e->ref_len ? ref + e->pos : e->alt;
    int32_t period = 0;
    for (int32_t p = 1; p <= 4 && p <= n && !period; p++) {
        bool fits = n % p == 0;
        for (int32_t i = p; i < n && fits; i++)
            fits = unit[i] == unit[i - p];
        if (fits)
            period = p;
    }
    if (!period)
        return r;
    int64_t a = e->pos, b = e->pos;
    while (b < len_bp && ref[b] == unit[(b - e->pos) % period] && ref[b] < 4)
        b++;
    while (a > 0 && ref[a - 1] < 4 && ref[a - 1] == unit[(period - 1 - (e->pos - a) % period)])
        a--;
    r.period = period;
    r.copies = (int32_t)((b - a) / period);
    if (r.copies < 1)
        r.copies = 1;
    return r;
}
