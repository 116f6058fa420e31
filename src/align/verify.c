#include <config.h>

#include "align/map.h"

/* Mismatches on one diagonal beyond which the ungapped alignment is not worth spelling out. */
enum { MAX_MIS = 40 };
#define ODD_BITS 0x5555555555555555ULL

/* Positions where read and reference differ (an N in the read counts); MAX_MIS + 1 = too many. */
static int mismatches(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h, int32_t *pos)
{
    const uint64_t *q = m->word + r->word + (h->rev ? r->words : 0);
    const uint8_t *code = m->code + r->code + (h->rev ? r->len : 0);
    int n = 0;
    for (int32_t i = 0; i < r->len; i += 32) {
        uint64_t x = q[i / 32] ^ gw_index_word(m->index, h->diag + i);
        x = (x | x >> 1) & ODD_BITS;
        if (r->len - i < 32)
            x &= (1ULL << 2 * (r->len - i)) - 1;
        if (r->has_n)
            for (int32_t j = i; j < i + 32 && j < r->len; j++)
                if (code[j] > 3)
                    x |= 1ULL << 2 * (j - i);
        if (n + __builtin_popcountll(x) > MAX_MIS)
            return MAX_MIS + 1;
        for (; x; x &= x - 1)
            pos[n++] = i + __builtin_ctzll(x) / 2;
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

void gw_verify_hit(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h)
{
    const gw_map_params_t *p = m->params;
    int32_t pos[MAX_MIS + 1];
    h->state = GW_HIT_UNGAPPED;
    h->score = 0;
    if (h->diag < 0 || h->diag + r->len > m->index->total ||
        gw_index_risky(m->index, h->diag, h->diag + r->len))
        return;
    int n = mismatches(m, r, h, pos);
    if (n > MAX_MIS)
        return;
    const uint8_t *code = m->code + r->code + (h->rev ? r->len : 0);
    int32_t with = best_stretch(p, r, code, pos, n, h);
    h->score = with - (h->q_beg == 0 ? p->clip : 0) - (h->q_end == r->len ? p->clip : 0);
    h->t_beg = h->diag + h->q_beg;
    h->t_end = h->diag + h->q_end;
    /* With a gap at most every base matches, less one gap of one letter. */
    int32_t n_cost = 0;
    for (int i = 0; i < n && r->has_n; i++)
        n_cost += code[pos[i]] > 3 ? p->match + 1 : 0;
    if (with >= r->len * p->match - n_cost + 2 * p->clip - p->gap_open - p->gap_extend)
        h->state = GW_HIT_EXACT;
}
