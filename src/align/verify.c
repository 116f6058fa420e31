#include <config.h>

#include "align/map.h"

/* What an alignment may lose against a full match before a second gap, or one that leaves the far
 * end unaligned, is looked for: five mismatches. Two gaps cost at least 14 of it. */
enum { SETTLED_MISMATCHES = 5, MOST_GAP = 24 };
#define ODD_BITS 0x5555555555555555ULL

uint64_t gw_verify_word(const gw_mapper_t *m, const gw_read_t *r, bool rev, int64_t diag, int32_t i)
{
    const uint64_t *q = m->word + r->word + (rev ? r->words : 0);
    uint64_t x = q[i] ^ gw_index_word(m->index, diag + 32 * (int64_t)i);
    int32_t n = r->len - 32 * i;
    x = (x | x >> 1) & ODD_BITS;
    if (n < 32)
        x &= (1ULL << 2 * n) - 1;
    if (r->has_n) {
        const uint8_t *code = m->code + r->code + (rev ? r->len : 0) + 32 * i;
        for (int32_t j = 0; j < 32 && j < n; j++)
            if (code[j] > 3)
                x |= 1ULL << 2 * j;
    }
    return x;
}

/* Positions where read and reference differ (an N in the read counts); one more than
 * GW_VERIFY_MAX_MIS: too many. */
static int mismatches(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h, int32_t *pos)
{
    int n = 0;
    for (int32_t w = 0; w * 32 < r->len; w++) {
        for (uint64_t x = gw_verify_word(m, r, h->rev, h->diag, w); x; x &= x - 1) {
            if (n == GW_VERIFY_MAX_MIS)
                return GW_VERIFY_MAX_MIS + 1;
            pos[n++] = w * 32 + __builtin_ctzll(x) / 2;
        }
    }
    return n;
}

/* The best stretch between mismatches, end bonuses included in the choice. Starts are 0 or just
 * after a mismatch, ends are len or a mismatch; the earliest of equals. */
static int32_t best_stretch(const gw_map_params_t *p, const gw_read_t *r, const uint8_t *code,
                            const int32_t *pos, int n, gw_hit_t *h)
{
    int32_t best = 0, run = p->clip, beg = 0; /* run: score of [beg, here), its bonus included */
    for (int i = 0; i <= n; i++) {
        int32_t from = i ? pos[i - 1] + 1 : 0, to = i < n ? pos[i] : r->len;
        run += (to - from) * p->match;
        int32_t with = run + (to == r->len ? p->clip : 0);
        if (with > best) {
            best = with;
            h->q_beg = beg;
            h->q_end = to;
        }
        if (i == n)
            break;
        run -= code[pos[i]] > 3 ? 1 : p->mismatch;
        if (run <= 0) {
            run = 0;
            beg = pos[i] + 1;
        }
    }
    return best;
}

/* The score of a full match, end bonuses and the read's own N counted, and the longest gap that
 * could still be worth more than `with`. */
static int32_t full_score(const gw_map_params_t *p, const gw_read_t *r, const uint8_t *code,
                          const int32_t *pos, int n)
{
    int32_t full = r->len * p->match + 2 * p->clip;
    for (int i = 0; i < n && r->has_n; i++)
        full -= code[pos[i]] > 3 ? p->match + 1 : 0;
    return full;
}

static int32_t longest_gap(const gw_map_params_t *p, int32_t full, int32_t with)
{
    return (full - with - p->gap_open - 1) / p->gap_extend;
}

void gw_verify_hit(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h)
{
    const gw_map_params_t *p = m->params;
    int32_t pos[GW_VERIFY_MAX_MIS + 1];
    h->state = GW_HIT_UNGAPPED;
    h->score = 0;
    if (h->diag < 0 || h->diag + r->len > m->index->total ||
        (gw_index_risky(m->index, h->diag, h->diag + r->len) &&
         gw_index_broken(m->index, h->diag, h->diag + r->len)))
        return;
    int n = mismatches(m, r, h, pos);
    if (n > GW_VERIFY_MAX_MIS)
        return;
    const uint8_t *code = m->code + r->code + (h->rev ? r->len : 0);
    int32_t with = best_stretch(p, r, code, pos, n, h);
    h->score = with - (h->q_beg == 0 ? p->clip : 0) - (h->q_end == r->len ? p->clip : 0);
    h->t_beg = h->diag + h->q_beg;
    h->t_end = h->diag + h->q_end;
    if (longest_gap(p, full_score(p, r, code, pos, n), with) <= 0)
        h->state = GW_HIT_EXACT;
}

void gw_verify_gap(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h)
{
    const gw_map_params_t *p = m->params;
    int32_t pos[GW_VERIFY_MAX_MIS + 1];
    if (h->state != GW_HIT_UNGAPPED || h->score == 0)
        return;
    int n = mismatches(m, r, h, pos);
    const uint8_t *code = m->code + r->code + (h->rev ? r->len : 0);
    int32_t full = full_score(p, r, code, pos, n);
    int32_t with = h->score + (h->q_beg == 0 ? p->clip : 0) + (h->q_end == r->len ? p->clip : 0);
    int32_t most = longest_gap(p, full, with);
    if (!r->has_n && n <= GW_GAP_MAX_MIS)
        with = gw_gap_try(m, r, h, pos, n, with, most < MOST_GAP ? most : MOST_GAP);
    if (with >= full - SETTLED_MISMATCHES * (p->match + p->mismatch))
        h->state = GW_HIT_EXACT;
}
