/* src/kernels/extend_simd.h -- template: score and ends of one group of pairs, a pair in each lane
 *
 * Parameters: those of extend_lanes.h, STRIP (target letters done together)
 *
 * The matrix is done in strips of STRIP target letters: H and E of the strip's left border are in
 * memory, one vector for each query letter; within a strip F and H stay in registers. Values are
 * offset so that 0 is the smallest number of the type: saturation is the local alignment's floor.
 */
/* scores wider than a byte come from byte tables that hold score + 128 */
#if ELEM_BITS == 8
#    define ADD_SCORE(h, s) V_ADDS(h, s)
#    define HIGH_BYTES      0
#    define SEGMENT         256
#elif ELEM_BITS == 16
#    define ADD_SCORE(h, s) V_SUBS(V_ADDS(h, s), V_SET1(128))
#    define HIGH_BYTES      0xA000
#    define SEGMENT         65536
#else
#    define ADD_SCORE(h, s) V_SUBS(V_ADDS(h, s), V_SET1(128))
#    define HIGH_BYTES      0xA0A0A000
#    define SEGMENT         (1 << 30)
#endif

/* what a strip carries from one run of rows to the next */
typedef struct {
    VEC t[STRIP], f[STRIP], up[STRIP], best[STRIP], row[STRIP];
    VEC diag, valid[STRIP];
} NAME(strip_t);

/* Scores of every lane's query letter in row i against t: by query letter (all lanes of a query
 * share it) through the queries' rows of the matrix. */
static inline __attribute__((always_inline)) VEC NAME(profile)(const gw_extend_group_t *g,
                                                               int32_t i, VEC t)
{
    VEC s = NAME(look_up)(g->table + 64 * g->queries[0][i], t);
    if (g->n_queries == 1)
        return s;
    s = V_AND(s, V_EXPAND_SIGN(g->of_query));
    for (int d = 1; d < g->n_queries; d++)
        s = V_OR(s, V_AND(NAME(look_up)(g->table + 64 * g->queries[d][i], t),
                          V_EXPAND_SIGN(g->of_query + d * VEC_LANES)));
    return s;
}

/* Rows from..to of a strip. lut, ends, bonus are constants at every call. */
static inline __attribute__((always_inline)) void NAME(rows)(const gw_extend_group_t *g,
                                                             NAME(strip_t) * st, int32_t from,
                                                             int32_t to, bool lut, bool ends,
                                                             bool bonus)
{
    VEC *work = (VEC *)g->work;
    const VEC open = V_SET1(g->open), extend = V_SET1(g->extend);
    const VEC table = lut ? V_BYTES16(g->table) : V_SET1(0);
    VEC t[STRIP], f[STRIP], up[STRIP], best[STRIP], row[STRIP], diag = st->diag;
    VEC now = V_SET1(from % SEGMENT);
    for (int k = 0; k < STRIP; k++) {
        t[k] = st->t[k], f[k] = st->f[k], up[k] = st->up[k];
        best[k] = st->best[k], row[k] = st->row[k];
    }
    for (int32_t i = from; i < to; i++) {
        VEC left = V_LOADU(work + 2 * i), e = V_LOADU(work + 2 * i + 1), h = left;
        VEC q = lut ? V_EXPAND(g->query + (size_t)i * VEC_LANES) : V_SET1(0);
#pragma GCC unroll 8
        for (int k = 0; k < STRIP; k++) {
            VEC s = lut ? V_SHUFFLE(table, V_XOR(q, t[k])) : NAME(profile)(g, i, t[k]);
            VEC m = ADD_SCORE(diag, s), total = m;
            if (bonus) {
                /* added before the letters' score where that alone would have been cut off at 0 */
                VEC last = V_EXPAND_SIGN(g->last_row + (size_t)(i - g->plain_rows) * VEC_LANES);
                VEC more = V_AND(V_SET1(g->bonus), V_AND(last, st->valid[k]));
                total = V_BLEND(V_GT(m, V_SET1(ELEM_ZERO)), ADD_SCORE(V_ADDS(diag, more), s),
                                V_ADDS(m, more));
            }
            diag = up[k];
            h = V_MAX(V_MAX(e, f[k]), m);
            if (!bonus)
                total = h;
            if (ends)
                row[k] = V_BLEND(V_GT(total, best[k]), row[k], now);
            best[ends ? k : 0] = V_MAX(best[ends ? k : 0], total);
            VEC opened = V_SUBS(h, open);
            e = V_MAX(V_SUBS(e, extend), opened);
            f[k] = V_MAX(V_SUBS(f[k], extend), opened);
            up[k] = h;
        }
        V_STOREU(work + 2 * i, h);
        V_STOREU(work + 2 * i + 1, e);
        diag = left;
        if (ends)
            now = V_INC(now);
    }
    st->diag = diag;
    for (int k = 0; k < STRIP; k++) {
        st->f[k] = f[k], st->up[k] = up[k];
        st->best[k] = best[k], st->row[k] = row[k];
    }
}

/* The best of every lane so far; positions in two parts, as an element may be a byte */
typedef struct {
    VEC score, row, row_segment, col, col_segment;
} NAME(best_t);

static inline __attribute__((always_inline)) void
NAME(strip_start)(const gw_extend_group_t *g, NAME(strip_t) * st, int32_t j, VEC best)
{
    const VEC zero = V_SET1(ELEM_ZERO), start = V_EXPAND_SIGN(g->start);
    for (int k = 0; k < STRIP; k++) {
        const uint8_t *t = g->target + (size_t)(j + k) * VEC_LANES;
        VEC sign = V_EXPAND_SIGN(t);
        st->t[k] = V_OR(V_EXPAND(t), V_SET1(HIGH_BYTES));
        st->valid[k] = V_BLEND(V_GT(V_SET1(0), sign), V_SET1(-1), V_SET1(0));
        st->f[k] = zero;
        st->best[k] = best;
        st->row[k] = V_SET1(0);
        /* what stands before the first query letter: the bonus of starting there */
        VEC border = V_ADDS(zero, V_AND(V_AND(start, st->valid[k]), V_SET1(g->bonus)));
        if (k == 0)
            st->diag = border;
        else
            st->up[k - 1] = border;
    }
    st->up[STRIP - 1] = zero; /* replaced by row 0 before anything reads it */
}

/* All rows of a strip, in segments short enough for an element to number the rows. */
static inline __attribute__((always_inline)) void NAME(strip_run)(const gw_extend_group_t *g,
                                                                  NAME(strip_t) * st,
                                                                  VEC segment[STRIP], bool lut,
                                                                  bool ends)
{
    for (int k = 0; k < STRIP; k++)
        segment[k] = V_SET1(0);
    for (int32_t from = 0; from < g->n_rows;) {
        VEC before[STRIP];
        for (int k = 0; k < STRIP; k++)
            before[k] = st->best[k];
        int32_t to = g->n_rows - from > SEGMENT ? from + SEGMENT : g->n_rows;
        int32_t middle = g->plain_rows < from ? from : g->plain_rows > to ? to : g->plain_rows;
        if (from < middle)
            NAME(rows)(g, st, from, middle, lut, ends, false);
        if (middle < to)
            NAME(rows)(g, st, middle, to, lut, ends, true);
        for (int k = 0; k < STRIP; k++)
            segment[k] = V_BLEND(V_GT(st->best[k], before[k]), segment[k], V_SET1(from / SEGMENT));
        from = to;
    }
}

static inline __attribute__((always_inline)) void NAME(pairs)(const gw_extend_group_t *g, bool lut,
                                                              bool ends)
{
    VEC *work = (VEC *)g->work;
    const VEC zero = V_SET1(ELEM_ZERO);
    for (int32_t i = 0; i < 2 * g->n_rows; i++)
        V_STOREU(work + i, zero);
    NAME(best_t) best = {zero, V_SET1(0), V_SET1(0), V_SET1(0), V_SET1(0)};
    for (int32_t j = 0; j < g->n_cols; j += STRIP) {
        NAME(strip_t) st;
        VEC segment[STRIP];
        NAME(strip_start)(g, &st, j, best.score);
        NAME(strip_run)(g, &st, segment, lut, ends);
        if (!ends)
            best.score = st.best[0];
        for (int k = 0; ends && k < STRIP; k++) {
            MASK more = V_GT(st.best[k], best.score);
            best.score = V_MAX(best.score, st.best[k]);
            best.row = V_BLEND(more, best.row, st.row[k]);
            best.row_segment = V_BLEND(more, best.row_segment, segment[k]);
            best.col = V_BLEND(more, best.col, V_SET1((j + k) % SEGMENT));
            best.col_segment = V_BLEND(more, best.col_segment, V_SET1((j + k) / SEGMENT));
        }
    }
    ELEM score[VEC_LANES], part[4][VEC_LANES];
    V_STOREU(score, best.score);
    V_STOREU(part[0], best.row);
    V_STOREU(part[1], best.row_segment);
    V_STOREU(part[2], best.col);
    V_STOREU(part[3], best.col_segment);
    const int64_t low = SEGMENT - 1; /* parts are unsigned */
    for (int l = 0; l < VEC_LANES; l++) {
        g->score[l] = (int32_t)score[l] - ELEM_ZERO;
        g->row[l] = (int32_t)((part[0][l] & low) + SEGMENT * (part[1][l] & low));
        g->col[l] = (int32_t)((part[2][l] & low) + SEGMENT * (part[3][l] & low));
    }
}

static void NAME(run)(const gw_extend_group_t *g)
{
    if (g->lut)
        g->ends ? NAME(pairs)(g, true, true) : NAME(pairs)(g, true, false);
    else
        g->ends ? NAME(pairs)(g, false, true) : NAME(pairs)(g, false, false);
}

#undef ADD_SCORE
#undef HIGH_BYTES
#undef SEGMENT
