/* src/kernels/pairhmm_simd.h -- template: a group of read x haplotype pairs, one in each lane
 *
 * Parameters: REAL, INT (an integer of its size), ROW (the row type of REAL), LANES,
 *             BLOCK (read rows kept in registers, at most 8), NAME(x), and the vector vocabulary
 *             RVEC R_LOAD R_STORE R_SET1 R_MUL R_ADD R_FMA, R_PICK(hap, base, no, yes),
 *             R_BASE(base) (what R_PICK takes for a base), R_WITHIN(j, first, last, x) (x or 0)
 *
 * Rows go in blocks of BLOCK; between blocks the last row's X, M and I' are in memory. Every lane
 * does the reference's operations in the reference's order.
 */

/* constants in memory: R_LM.. of row i at rows + (7 * i + field) * LANES */
enum { NAME(LM), NAME(LX), NAME(CI), NAME(CD), NAME(XI), NAME(XD), NAME(BASE), NAME(FIELDS) };

/* Spreads the reads' rows over their lanes. */
static void NAME(spread)(const gw_pairhmm_group_t *g)
{
    REAL *rows = g->rows;
    for (int64_t i = 0; i < g->n_rows; i++) {
        REAL *at = rows + i * NAME(FIELDS) * LANES;
        for (int d = 0; d < g->n_reads; d++) {
            const ROW *r = (const ROW *)g->read[d] + i;
            INT base = R_BASE((INT)r->base);
            const REAL value[NAME(FIELDS) - 1] = {r->lm, r->lx, r->ci, r->cd, r->xi, r->xd};
            if (g->lane[d] == 0) { /* whole vectors: later reads overwrite their lanes */
                for (int f = 0; f < NAME(BASE); f++)
                    R_STORE(at + f * LANES, R_SET1(value[f]));
                for (int l = 0; l < LANES; l++)
                    memcpy(at + NAME(BASE) * LANES + l, &base, sizeof base);
                continue;
            }
            for (int l = g->lane[d]; l < g->lane[d + 1]; l++) {
                for (int f = 0; f < NAME(BASE); f++)
                    at[f * LANES + l] = value[f];
                memcpy(at + NAME(BASE) * LANES + l, &base, sizeof base);
            }
        }
    }
}

/* n rows from row i on; n is a constant at every call. In the last block adds up X. */
static inline __attribute__((always_inline)) void NAME(block)(const gw_pairhmm_group_t *g,
                                                              int64_t row, int n, bool last)
{
    const REAL *c = (const REAL *)g->rows + row * NAME(FIELDS) * LANES;
    const REAL *hap = g->hap;
    REAL *border = g->border;
    RVEC m[BLOCK], d[BLOCK], x[BLOCK], sum = R_SET1(0);
    const RVEC from = R_LOAD(g->first), to = R_LOAD(g->last);
    for (int k = 0; k < n; k++)
        m[k] = d[k] = x[k] = R_SET1(0);
    RVEC before = R_LOAD(border); /* X of the row above, one column to the left */
    for (int64_t j = 0; j < g->n_cols; j++) {
        REAL *at = border + (j + 1) * 3 * LANES;
        RVEC diagonal = before, m_up = R_LOAD(at + LANES), i_up = R_LOAD(at + 2 * LANES);
        before = R_LOAD(at);
#pragma GCC unroll 8
        for (int k = 0; k < n; k++) {
            const REAL *r = c + k * NAME(FIELDS) * LANES;
            RVEC lambda = R_PICK(hap + j * LANES, r + NAME(BASE) * LANES,
                                 R_LOAD(r + NAME(LX) * LANES), R_LOAD(r + NAME(LM) * LANES));
            RVEC ins = R_FMA(R_LOAD(r + NAME(CI) * LANES), i_up, m_up);
            d[k] = R_FMA(R_LOAD(r + NAME(CD) * LANES), d[k], m[k]);
            m[k] = R_MUL(lambda, diagonal);
            diagonal = x[k];
            x[k] = R_FMA(R_LOAD(r + NAME(XI) * LANES), ins,
                         R_FMA(R_LOAD(r + NAME(XD) * LANES), d[k], m[k]));
            m_up = m[k];
            i_up = ins;
        }
        if (last) {
            sum = R_ADD(sum, R_WITHIN((REAL)j, from, to, x[n - 1]));
        } else {
            R_STORE(at, x[n - 1]);
            R_STORE(at + LANES, m_up);
            R_STORE(at + 2 * LANES, i_up);
        }
    }
    R_STORE(border, R_SET1(0)); /* from the first row on X is 0 left of the haplotype */
    if (last)
        R_STORE(g->sum, sum);
}

static inline __attribute__((always_inline)) void NAME(block_of)(const gw_pairhmm_group_t *g,
                                                                 int64_t row, int n)
{
    if (row + n == g->n_rows)
        NAME(block)(g, row, n, true);
    else
        NAME(block)(g, row, n, false);
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
    int64_t row = g->n_rows % BLOCK;
    switch (row) { /* the rows that fill no block come first */
    case 1:
        NAME(block_of)(g, 0, 1);
        break;
    case 2:
        NAME(block_of)(g, 0, 2);
        break;
#if BLOCK > 3
    case 3:
        NAME(block_of)(g, 0, 3);
        break;
#endif
#if BLOCK > 4
    case 4:
        NAME(block_of)(g, 0, 4);
        break;
#endif
#if BLOCK > 5
    case 5:
        NAME(block_of)(g, 0, 5);
        break;
#endif
#if BLOCK > 6
    case 6:
        NAME(block_of)(g, 0, 6);
        break;
    case 7:
        NAME(block_of)(g, 0, 7);
        break;
#endif
    default:
        break;
    }
    for (; row < g->n_rows; row += BLOCK)
        NAME(block_of)(g, row, BLOCK);
}

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
