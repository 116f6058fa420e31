/* src/kernels/thread_simd.h -- template: one text for every vector width; included by thread_avx2.c
 * and thread_avx512.c, which define LANES          16-bit lanes of a vector V              the
 * vector type;  VLOAD, VSTORE, VSET16, VSET32, VZERO DOT(s, u, b)   s + 4-byte dot products of
 * unsigned u and signed b ROWS           query rows a strip TAB, TAB_LOAD, TAB_GET  sixteen 16-bit
 * values looked up by a vector of states PACK, LOG_CORR, FLOAT_BITS, SRA16, ADD16, ADDS16, SUBS16,
 * MAX16, SHR32, SRA32 WEIGHT(u, w0, w1)  bytes (u * w + 128) >> 8, low and high halves' weights as
 * 16 bit FN             the function's name
 */

static void weigh_columns(const gw_thread_group_t *g, const gw_thread_query_t *q, uint8_t *pp,
                          int16_t *bias)
{
    _Alignas(64) uint16_t w[GW_THREAD_QUADS * 2][LANES * 2];
    _Alignas(64) int16_t shift[LANES];
    memset(w, 0, sizeof w);
    memset(shift, 0, sizeof shift);
    for (int l = 0; l < g->n; l++) {
        const uint16_t *src = q->weight + (size_t)g->member[l] * GW_THREAD_LETTERS;
        int half = (l >> 2) & 1, at = (l & 3) | (l >> 3) << 2;
        for (int a = 0; a < GW_THREAD_LETTERS; a++)
            w[(a >> 2) * 2 + half][at * 4 + (a & 3)] = src[a];
        shift[l] = (int16_t)(q->shift[g->member[l]] - LOG_BIAS);
    }
    V vs = VLOAD(shift);
    for (int32_t j = 0; j < g->len; j++) {
        for (int k = 0; k < GW_THREAD_QUADS * 2; k++) {
            size_t at = ((size_t)j * GW_THREAD_QUADS * 2 + (size_t)k) * LANES * 2;
            VSTORE(pp + at, WEIGHT(g->pp + at, w[k]));
        }
        VSTORE(bias + (size_t)j * LANES, ADD16(VLOAD(g->bias + (size_t)j * LANES), vs));
    }
}

static inline __attribute__((always_inline)) int32_t quad(const int8_t *row, int k)
{
    int32_t x;
    memcpy(&x, row + 4 * k, 4);
    return x;
}

/* ROWS query rows from row r on against every column of the group */
static void strip(const gw_thread_group_t *g, const gw_thread_query_t *q, int32_t r,
                  const uint8_t *pp, const int16_t *bias, int16_t *h_row, int16_t *f_row, V *best)
{
    static const int8_t none[GW_THREAD_LETTERS];
    static const int16_t never[GW_THREAD_STATES] = {[0 ... GW_THREAD_STATES - 1] = -12000};
    const int8_t *qp[ROWS], *qe[ROWS];
    TAB tab[ROWS];
    V hl[ROWS], el[ROWS];
    for (int k = 0; k < ROWS; k++) {
        bool in = r + k < q->len;
        qp[k] = in ? q->pp + (size_t)(r + k) * GW_THREAD_LETTERS : none;
        qe[k] = in ? q->env + (size_t)(r + k) * GW_THREAD_LETTERS : none;
        tab[k] = TAB_LOAD(in ? q->tab + (size_t)(r + k) * GW_THREAD_STATES : never);
        hl[k] = VZERO;
        el[k] = VSET16(INT16_MIN);
    }
    V top = VZERO, mx = *best;
    V open = VSET16(q->gap_open), ext = VSET16(q->gap_extend), one = VSET32(1);
    for (int32_t j = 0; j < g->len; j++) {
        const uint8_t *tp = pp + (size_t)j * GW_THREAD_LETTERS * LANES;
        const uint8_t *te = g->env + (size_t)j * GW_THREAD_LETTERS * LANES;
        V s[ROWS], lo[ROWS], hi[ROWS];
#pragma GCC unroll 4
        for (int k = 0; k < ROWS; k++)
            lo[k] = hi[k] = one;
#pragma GCC unroll 5
        for (int a = 0; a < GW_THREAD_QUADS; a++) {
            V t0 = VLOAD(tp + (size_t)(2 * a) * LANES * 2);
            V t1 = VLOAD(tp + (size_t)(2 * a + 1) * LANES * 2);
#pragma GCC unroll 4
            for (int k = 0; k < ROWS; k++) {
                V b = VSET32(quad(qp[k], a));
                lo[k] = DOT(lo[k], t0, b);
                hi[k] = DOT(hi[k], t1, b);
            }
        }
#pragma GCC unroll 4
        for (int k = 0; k < ROWS; k++) {
            V x = PACK(SHR32(FLOAT_BITS(lo[k]), 19), SHR32(FLOAT_BITS(hi[k]), 19));
            s[k] = ADD16(x, LOG_CORR(x));
            lo[k] = hi[k] = VZERO;
        }
#pragma GCC unroll 5
        for (int a = 0; a < GW_THREAD_QUADS; a++) {
            V t0 = VLOAD(te + (size_t)(2 * a) * LANES * 2);
            V t1 = VLOAD(te + (size_t)(2 * a + 1) * LANES * 2);
#pragma GCC unroll 4
            for (int k = 0; k < ROWS; k++) {
                V b = VSET32(quad(qe[k], a));
                lo[k] = DOT(lo[k], t0, b);
                hi[k] = DOT(hi[k], t1, b);
            }
        }
        V st = VLOAD(g->state + (size_t)j * LANES), bj = VLOAD(bias + (size_t)j * LANES);
        V go = ADD16(open, VLOAD(g->gap + (size_t)j * LANES));
        V dg = top, f = VLOAD(f_row + (size_t)j * LANES);
        top = VLOAD(h_row + (size_t)j * LANES);
#pragma GCC unroll 4
        for (int k = 0; k < ROWS; k++) {
            V c = ADD16(s[k], PACK(SHR32(lo[k], 9), SHR32(hi[k], 9)));
            c = ADD16(ADD16(c, bj), TAB_GET(tab[k], st));
            V h = ADDS16(dg, c);
            dg = hl[k];
            h = MAX16(MAX16(h, el[k]), MAX16(f, VZERO));
            hl[k] = h;
            mx = MAX16(mx, h);
            V o = SUBS16(h, go);
            el[k] = MAX16(SUBS16(el[k], ext), o);
            f = MAX16(SUBS16(f, ext), o);
        }
        VSTORE(h_row + (size_t)j * LANES, hl[ROWS - 1]);
        VSTORE(f_row + (size_t)j * LANES, f);
    }
    *best = mx;
}

void FN(const gw_thread_group_t *g, const gw_thread_query_t *q, void *scratch, int16_t *best)
{
    size_t row = (size_t)g->len * LANES;
    uint8_t *pp = scratch;
    int16_t *bias = (int16_t *)(pp + row * GW_THREAD_LETTERS), *h = bias + row, *f = h + row;
    weigh_columns(g, q, pp, bias);
    for (size_t i = 0; i < row; i++) {
        h[i] = 0;
        f[i] = INT16_MIN;
    }
    V mx = VZERO;
    for (int32_t r = 0; r < q->len; r += ROWS)
        strip(g, q, r, pp, bias, h, f, &mx);
    VSTORE(best, mx);
}
