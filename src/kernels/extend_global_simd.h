/* src/kernels/extend_global_simd.h -- template: bands of one group of pairs, a pair in each lane
 *
 * Parameters: those of extend_lanes.h; elements of 16 or 32 bits
 *
 * The recurrence is extend_global_ref.c's, row by row. NONE, the value of cells that no path
 * reaches, is so low that with what is taken from it or added it stays below every path's score
 * (extend_global_batch.c sees to it); 16-bit elements saturate there. Left of the matrix letters
 * are pads, whose scores raise nothing; right of a lane's band cells are set to NONE; right of the
 * matrix and below a lane's query they hold what nobody reads.
 */
#if ELEM_BITS == 16
#    define NONE       INT16_MIN
#    define HIGH_BYTES 0xA000
#else
#    define NONE       (-GW_EXTEND_MAX_VALUE * 2)
#    define HIGH_BYTES 0xA0A0A000
#endif

/* A column of the row above, kept in memory */
enum { NAME(H), NAME(F), NAME(FIELDS) };

/* what a row carries from column to column */
typedef struct {
    VEC diagonal, h, e, e_more; /* e_more: e, or e + 1 where among equals a deletion goes on */
} NAME(left_t);

/* Columns beg..end of row i; edge: they may lie behind a lane's band. lut and edge are constants at
 * every call. */
static inline __attribute__((always_inline)) void NAME(columns)(const gw_extend_band_t *g,
                                                                NAME(left_t) * left, int32_t i,
                                                                int32_t beg, int32_t end, bool lut,
                                                                bool edge)
{
    const VEC open = V_SET1(g->open), extend = V_SET1(g->extend), none = V_SET1(NONE);
    const VEC one = V_SET1(1), bias = V_SET1(128);
    const VEC table = lut ? V_BYTES16(g->table) : none;
    const VEC q =
        lut ? V_OR(V_EXPAND(g->query + (size_t)(i - 1) * VEC_LANES), V_SET1(HIGH_BYTES)) : none;
    const uint8_t *t =
        lut ? g->target + (size_t)i * VEC_LANES : g->scores - (size_t)g->beg[i] * VEC_LANES;
    VEC *flags = (VEC *)(void *)g->flags + g->row[i] - g->beg[i] / GW_EXTEND_PACKED;
    VEC diagonal = left->diagonal, h = left->h, e = left->e, e_more = left->e_more;
    VEC band = none;
#if ELEM_BITS == 16
    int16_t columns[VEC_LANES];
    for (int l = 0; edge && l < VEC_LANES; l++)
        columns[l] = (int16_t)g->band[l];
    if (edge)
        band = V_LOADU(columns);
#else
    if (edge)
        band = V_LOADU(g->band);
#endif
    for (int32_t c = beg; c < end; c += GW_EXTEND_PACKED) {
        VEC packed = V_SET1(0);
#pragma GCC unroll 4
        for (int k = 0; k < GW_EXTEND_PACKED; k++) {
            VEC *at = (VEC *)g->work + (c + k) * NAME(FIELDS);
            VEC s = V_EXPAND(t + (size_t)(c + k) * VEC_LANES);
            if (lut)
                s = V_SHUFFLE(table, V_XOR(q, s));
            VEC m = V_MINUS(V_PLUS(diagonal, s), bias);
            VEC up = V_LOADU(at + NAME(FIELDS) + NAME(H));
            diagonal = up;
            VEC e_open = V_MINUS(h, open), f_open = V_MINUS(up, open);
            MASK more_e = V_GT(V_MINUS(e_more, extend), e_open);
            e = V_MAX(V_MINUS(e, extend), e_open);
            VEC f_on = V_MINUS(V_LOADU(at + NAME(FIELDS) + NAME(F)), extend);
            /* among equals it does not matter: the cell above is an insertion either way */
            MASK more_f = V_GT(f_on, f_open);
            VEC f = V_MAX(f_on, f_open);
            VEC either = V_MAX(m, e);
            MASK insertion = V_GT(f, either);
            h = V_MAX(either, f);
            MASK gap = V_GT(h, m);
            e_more = V_ADD_WHERE(gap, e, one);
            packed = V_ADD_WHERE(gap, packed, V_SET1(GW_TRACE_M << 4 * k));
            packed = V_ADD_WHERE(insertion, packed, V_SET1(GW_TRACE_D << 4 * k));
            packed = V_ADD_WHERE(more_e, packed, V_SET1(GW_TRACE_MORE_D << 4 * k));
            packed = V_ADD_WHERE(more_f, packed, V_SET1(GW_TRACE_MORE_I << 4 * k));
            if (edge) /* with every h, no f behind the band is more than NONE */
                h = V_BLEND(V_GT(band, V_SET1(c + k)), none, h);
            V_STOREU(at + NAME(H), h);
            V_STOREU(at + NAME(F), f);
        }
        V_STOREU(flags + c / GW_EXTEND_PACKED, packed);
    }
    *left = (NAME(left_t)){diagonal, h, e, e_more};
}

static inline __attribute__((always_inline)) void NAME(fill_row)(const gw_extend_band_t *g,
                                                                 int32_t i, bool lut)
{
    const VEC none = V_SET1(NONE);
    int32_t beg = g->beg[i], end = g->end[i];
    NAME(left_t) left = {V_LOADU((VEC *)g->work + beg * NAME(FIELDS) + NAME(H)), none, none, none};
    int32_t plain = g->plain < beg ? beg : g->plain > end ? end : g->plain;
    if (!lut) {
        const uint8_t *table[VEC_LANES];
        enum { BYTES = VEC_BITS / 8 };
        for (int l = 0; l < VEC_LANES; l++)
            table[l] = g->table + 64 * g->query[(size_t)(i - 1) * VEC_LANES + (size_t)l];
        NAME(lane_scores)
        (table, g->text, i + beg, (end - beg + BYTES - 1) / BYTES * BYTES, g->scores);
    }
    if (beg < plain)
        NAME(columns)(g, &left, i, beg, plain, lut, false);
    if (plain < end)
        NAME(columns)(g, &left, i, plain, end, lut, true);
}

/* Row 0: only gaps of target letters */
static void NAME(first_row)(const gw_extend_band_t *g)
{
    VEC *work = (VEC *)g->work;
    for (int32_t k = 0; k < (g->n_band + 1) * NAME(FIELDS); k++)
        V_STOREU(work + k, V_SET1(NONE));
    for (int l = 0; l < g->n_lanes; l++) {
        ELEM value = 0;
        for (int32_t c = -g->low[l]; c < g->band[l]; c++) {
            memcpy((uint8_t *)(work + c * NAME(FIELDS) + NAME(H)) + (size_t)l * sizeof value,
                   &value, sizeof value);
            value = (ELEM)(value - (c == -g->low[l] ? g->open : g->extend));
        }
    }
}

/* The last cells of lanes whose query ends with row i: those from *lane on */
static void NAME(keep_scores)(const gw_extend_band_t *g, int32_t i, int *lane)
{
    for (; *lane < g->n_lanes && g->q_len[*lane] == i; ++*lane) {
        ELEM value;
        const VEC *at = (const VEC *)g->work + g->at[*lane] * NAME(FIELDS) + NAME(H);
        memcpy(&value, (const uint8_t *)at + (size_t)*lane * sizeof value, sizeof value);
        g->score[*lane] = value;
    }
}

static void NAME(global)(const gw_extend_band_t *g)
{
    int lane = 0;
    NAME(first_row)(g);
    NAME(keep_scores)(g, 0, &lane);
    for (int32_t i = 1; i <= g->n_rows; i++) {
        if (g->lut)
            NAME(fill_row)(g, i, true);
        else
            NAME(fill_row)(g, i, false);
        NAME(keep_scores)(g, i, &lane);
    }
}

#undef NONE
#undef HIGH_BYTES
