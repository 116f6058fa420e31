/* src/kernels/pairhmm_simd.h -- template: a group of read x haplotype pairs, one in each lane
 *
 * Parameters: REAL, INT (an integer of its size), ROW (the row type of REAL), LANES,
 *             BLOCK (read rows kept in registers), COLS (haplotype bases done together),
 *             LOOK_UPS (the most vectors of a row's lambdas that one look-up takes), NAME(x), and
 *             the vector vocabulary RVEC R_LOAD R_STORE R_SET1 R_MUL R_ADD R_FMA,
 *             R_PICK(hap, base, no, yes), R_BASE(base) (what R_PICK takes for a base),
 *             R_LOOK_UP1(table, index), R_LOOK_UP2(table, table, index),
 *             R_WITHIN(j, first, last, x) (x or 0)
 *
 * Rows go in blocks of BLOCK; between blocks the last row's X, M and I' are in memory. What bounds
 * it is loading a row's constants, so COLS columns share each load, and in an even block, whose
 * rows have the same gap constants, these stay in registers. Every lane does the reference's
 * operations in the reference's order.
 */

/* constants in memory: field f of row i at rows + (FIELDS * i + f) * LANES. With look-ups LM and LX
 * together hold lambda of read slot s and haplotype base b at [4 * s + b]. */
enum { NAME(LM), NAME(LX), NAME(CI), NAME(CD), NAME(XI), NAME(XD), NAME(BASE), NAME(FIELDS) };

/* Has row i of every read the gap constants of the row before it? */
static bool NAME(is_even)(const gw_pairhmm_group_t *g, int64_t i)
{
    for (int d = 0; d < g->n_reads; d++) {
        const ROW *r = (const ROW *)g->read[d] + i;
        if (memcmp(&r[0].ci, &r[-1].ci, 4 * sizeof(REAL)) != 0)
            return false;
    }
    return true;
}

static void NAME(put)(REAL *at, const gw_pairhmm_group_t *g, int d, REAL value)
{
    if (g->lane[d] == 0) { /* whole vectors: later reads overwrite their lanes */
        R_STORE(at, R_SET1(value));
        return;
    }
    for (int l = g->lane[d]; l < g->lane[d + 1]; l++)
        at[l] = value;
}

/* Lambdas of row i, by lane or for look-ups */
static void NAME(spread_lambda)(const gw_pairhmm_group_t *g, int64_t i, REAL *at)
{
    for (int d = 0; d < g->n_reads; d++) {
        const ROW *r = (const ROW *)g->read[d] + i;
        if (g->look_ups) {
            for (int b = 0; b < 4; b++)
                at[4 * d + b] = r->base == b || r->base == 4 ? r->lm : r->lx;
            continue;
        }
        INT base = R_BASE((INT)r->base);
        REAL as_real;
        memcpy(&as_real, &base, sizeof base);
        NAME(put)(at + NAME(LM) * LANES, g, d, r->lm);
        NAME(put)(at + NAME(LX) * LANES, g, d, r->lx);
        for (int l = g->lane[d]; l < g->lane[d + 1]; l++)
            memcpy(at + NAME(BASE) * LANES + l, &base, sizeof base);
    }
}

/* Spreads the reads' rows over their lanes; a block's other rows repeat its first one's gap
 * constants where that is even. */
static void NAME(spread)(const gw_pairhmm_group_t *g)
{
    REAL *rows = g->rows;
    for (int64_t first = 0; first < g->n_rows; first += BLOCK) {
        bool even = first + BLOCK < g->n_rows; /* the last block is done as an uneven one */
        for (int64_t i = first + 1; even && i < first + BLOCK; i++)
            even = NAME(is_even)(g, i);
        g->even[first / BLOCK] = even;
        for (int64_t i = first; i < first + BLOCK; i++) {
            REAL *at = rows + i * NAME(FIELDS) * LANES;
            NAME(spread_lambda)(g, i, at);
            for (int d = 0; d < g->n_reads && (i == first || !even); d++) {
                const ROW *r = (const ROW *)g->read[d] + i;
                NAME(put)(at + NAME(CI) * LANES, g, d, r->ci);
                NAME(put)(at + NAME(CD) * LANES, g, d, r->cd);
                NAME(put)(at + NAME(XI) * LANES, g, d, r->xi);
                NAME(put)(at + NAME(XD) * LANES, g, d, r->xd);
            }
        }
    }
}

/* Lambdas of the row at r for the haplotypes' bases at h */
static inline __attribute__((always_inline)) RVEC NAME(lambda)(const REAL *r, const REAL *h,
                                                               int look_ups)
{
#if LOOK_UPS > 1
    if (look_ups == 2)
        return R_LOOK_UP2(R_LOAD(r), R_LOAD(r + LANES), h);
#endif
#if LOOK_UPS > 0
    if (look_ups == 1)
        return R_LOOK_UP1(R_LOAD(r), h);
#endif
    (void)look_ups;
    return R_PICK(h, r + NAME(BASE) * LANES, R_LOAD(r + NAME(LX) * LANES),
                  R_LOAD(r + NAME(LM) * LANES));
}

/* A block of rows. last, even and look_ups are constants at every call. In the last block adds up
 * X. */
static inline __attribute__((always_inline)) void
NAME(block)(const gw_pairhmm_group_t *g, int64_t row, bool last, bool even, int look_ups)
{
    const REAL *constants = (const REAL *)g->rows + row * NAME(FIELDS) * LANES;
    const REAL *hap = g->hap;
    REAL *border = g->border;
    RVEC m[BLOCK], d[BLOCK], x[BLOCK], sum = R_SET1(0);
    const RVEC from = R_LOAD(g->first), to = R_LOAD(g->last);
    const RVEC ci_all = R_LOAD(constants + NAME(CI) * LANES),
               cd_all = R_LOAD(constants + NAME(CD) * LANES),
               xi_all = R_LOAD(constants + NAME(XI) * LANES),
               xd_all = R_LOAD(constants + NAME(XD) * LANES);
    for (int k = 0; k < BLOCK; k++)
        m[k] = d[k] = x[k] = R_SET1(0);
    RVEC before = R_LOAD(border); /* X of the row above, one column to the left */
    for (int64_t j = 0; j < g->n_cols; j += COLS) {
        REAL *at = border + (j + 1) * 3 * LANES;
        RVEC diagonal[COLS], m_up[COLS], i_up[COLS];
#pragma GCC unroll 4
        for (int c = 0; c < COLS; c++) {
            diagonal[c] = before;
            before = R_LOAD(at + 3 * c * LANES);
            m_up[c] = R_LOAD(at + (3 * c + 1) * LANES);
            i_up[c] = R_LOAD(at + (3 * c + 2) * LANES);
        }
#pragma GCC unroll 8
        for (int k = 0; k < BLOCK; k++) {
            const REAL *r = constants + k * NAME(FIELDS) * LANES;
            const RVEC ci = even ? ci_all : R_LOAD(r + NAME(CI) * LANES),
                       cd = even ? cd_all : R_LOAD(r + NAME(CD) * LANES),
                       xi = even ? xi_all : R_LOAD(r + NAME(XI) * LANES),
                       xd = even ? xd_all : R_LOAD(r + NAME(XD) * LANES);
            RVEC left = x[k];
#pragma GCC unroll 4
            for (int c = 0; c < COLS; c++) {
                const REAL *h = hap + (j + c) * LANES;
                RVEC lambda = NAME(lambda)(r, h, look_ups);
                i_up[c] = R_FMA(ci, i_up[c], m_up[c]);
                d[k] = R_FMA(cd, d[k], m[k]);
                m[k] = m_up[c] = R_MUL(lambda, diagonal[c]);
                diagonal[c] = left;
                left = x[k] = R_FMA(xi, i_up[c], R_FMA(xd, d[k], m[k]));
                if (k < BLOCK - 1)
                    continue;
                if (last) {
                    sum = R_ADD(sum, R_WITHIN((REAL)(j + c), from, to, x[k]));
                } else {
                    R_STORE(at + 3 * c * LANES, x[k]);
                    R_STORE(at + (3 * c + 1) * LANES, m_up[c]);
                    R_STORE(at + (3 * c + 2) * LANES, i_up[c]);
                }
            }
        }
    }
    R_STORE(border, R_SET1(0)); /* from the first row on X is 0 left of the haplotype */
    if (last)
        R_STORE(g->sum, sum);
}

static inline __attribute__((always_inline)) void NAME(blocks)(const gw_pairhmm_group_t *g,
                                                               int look_ups)
{
    int64_t row = 0;
    for (; row + BLOCK < g->n_rows; row += BLOCK)
        if (g->even[row / BLOCK])
            NAME(block)(g, row, false, true, look_ups);
        else
            NAME(block)(g, row, false, false, look_ups);
    NAME(block)(g, row, true, false, look_ups);
}

static void NAME(run)(const gw_pairhmm_group_t *g)
{
    REAL *border = g->border;
    const RVEC start = R_LOAD(g->start);
    for (int64_t j = 0; j <= g->n_cols; j++) {
        R_STORE(border + j * 3 * LANES, start);
        R_STORE(border + (j * 3 + 1) * LANES, R_SET1(0));
        R_STORE(border + (j * 3 + 2) * LANES, R_SET1(0));
    }
    NAME(spread)(g);
#if LOOK_UPS > 1
    if (g->look_ups == 2) {
        NAME(blocks)(g, 2);
        return;
    }
#endif
#if LOOK_UPS > 0
    if (g->look_ups == 1) {
        NAME(blocks)(g, 1);
        return;
    }
#endif
    NAME(blocks)(g, 0);
}

#undef LOOK_UPS
#undef COLS
#undef R_LOOK_UP1
#undef R_LOOK_UP2
#undef REAL
#undef INT
#undef ROW
#undef LANES
#undef BLOCK
#undef NAME
#undef RVEC
#undef R_LOAD
#undef R_STORE
#undef R_SET1
#undef R_MUL
#undef R_ADD
#undef R_FMA
#undef R_PICK
#undef R_BASE
#undef R_WITHIN
