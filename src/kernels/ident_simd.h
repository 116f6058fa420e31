/* src/kernels/ident_simd.h -- the key kernel in rows of a band, a template for one number type
 *
 * The includer defines T (scalar), V (vector), LANES, NEG, NAME(x) and
 *   VSET(x) VLOAD(p) VSTORE(p, v) VADD VSUB VMAX  (loads and stores need no alignment)
 *   VSHIFT(v, n)     every lane up by n (1, 2, 4, ... < LANES), NEG into the lowest
 *   VNEXT(v, w)      every lane of v down by one, the first of w into the highest
 *   VLAST(v)         the last lane everywhere
 *   VROW(row, p)     row[p[0]], row[p[1]], ... for LANES letters at p, row having 32 values
 *
 * Cell (i, j) of other x profiled letters is column c = j - i - low of row i, so its diagonal
 * neighbour is the same column of the row before, its upper neighbour the next column, and the
 * left neighbour's gap runs along the row: a prefix maximum, in log2(LANES) steps. Vectors wholly
 * outside the matrix are skipped: on the left they keep their border values, on the right nothing
 * inside depends on them.
 */
enum { NAME(NARROW) = 4 }; /* vectors of a band that stays in registers */

static void NAME(build)(const gw_identkey_t *k, const uint8_t *q, int32_t q_len, void *prof)
{
    T *out = prof;
    int32_t stride = q_len + 3 * LANES, end = q_len / LANES * LANES;
    for (int32_t a = 0; a < k->n_letters; a++, out += stride) {
        T row[32] = {0};
        for (int32_t b = 0; b < k->n_letters; b++)
            row[b] = (T)k->pair[a * k->n_letters + b];
        for (int32_t j = 0; j < LANES; j++)
            out[j] = NEG;
        for (int32_t j = 0; j < end; j += LANES)
            VSTORE(out + LANES + j, VROW(row, q + j));
        for (int32_t j = end; j < q_len; j++)
            out[LANES + j] = row[q[j]];
        for (int32_t j = q_len; j < q_len + 2 * LANES; j++)
            out[LANES + j] = NEG;
    }
}

/* costs, and what a row's gaps need */
typedef struct {
    V open_q, ext_q, ext_2, ext_4, ext_8, ramp, open_t, ext_t;
} NAME(costs_t);

/* The best gap along the row into each lane of x; *gap: into this vector's first lane, then into the
 * next one's. */
static inline __attribute__((always_inline)) V NAME(along)(const NAME(costs_t) * k, V x, V *gap)
{
    V s = VSHIFT(VSUB(x, k->open_q), 1);
    s = VMAX(s, VSUB(VSHIFT(s, 1), k->ext_q));
    s = VMAX(s, VSUB(VSHIFT(s, 2), k->ext_2));
    if (LANES > 4)
        s = VMAX(s, VSUB(VSHIFT(s, 4), k->ext_4));
    if (LANES > 8)
        s = VMAX(s, VSUB(VSHIFT(s, 8), k->ext_8));
    s = VMAX(s, VSUB(*gap, k->ramp));
    *gap = VLAST(VMAX(VSUB(s, k->ext_q), VSUB(x, k->open_q)));
    return s;
}

/* Rows from..to of a band that lies wholly within the query's letters, without its last one: n_vec
 * vectors stay in registers. */
static inline __attribute__((always_inline)) V NAME(middle)(const NAME(costs_t) * k, const T *prof,
                                                            int32_t stride, const uint8_t *t,
                                                            int32_t from, int32_t to, int32_t low,
                                                            T *h, T *e, T *keep, V best,
                                                            const int n_vec, const bool ends_free)
{
    V hv[NAME(NARROW) + 1], ev[NAME(NARROW) + 1];
    for (int v = 0; v <= n_vec; v++) {
        hv[v] = VLOAD(h + v * LANES);
        ev[v] = VLOAD(e + v * LANES);
    }
    for (int32_t i = from; i < to; i++) {
        const T *p = prof + (size_t)t[i] * (size_t)stride + LANES + i + low;
        V gap = VSET(NEG);
#pragma GCC unroll 4
        for (int v = 0; v < n_vec; v++) {
            V up = VMAX(VSUB(VNEXT(ev[v], ev[v + 1]), k->ext_t),
                        VSUB(VNEXT(hv[v], hv[v + 1]), k->open_t));
            V x = VMAX(VADD(hv[v], VLOAD(p + v * LANES)), up);
            if (!ends_free)
                x = VMAX(x, VSET(0));
            x = VMAX(x, NAME(along)(k, x, &gap));
            if (!ends_free)
                best = VMAX(best, x);
            if (keep)
                VSTORE(keep + ((size_t)i * (size_t)n_vec + (size_t)v) * LANES, x);
            ev[v] = up;
            hv[v] = x;
        }
    }
    for (int v = 0; v < n_vec; v++) {
        VSTORE(h + v * LANES, hv[v]);
        VSTORE(e + v * LANES, ev[v]);
    }
    return best;
}

static inline __attribute__((always_inline)) double
NAME(go)(const gw_identkey_t *k, const T *prof, int32_t q_len, const uint8_t *t, int32_t t_len,
         int32_t low, int32_t high, T *work, T *keep, const bool ends_free)
{
    const int32_t n_vec = (high - low + LANES) / LANES, stride = q_len + 3 * LANES;
    T *h = work, *e = work + n_vec * LANES + LANES, *floor = e + n_vec * LANES + LANES;
    T steps[LANES], edge = 0;
    for (int l = 0; l < LANES; l++)
        steps[l] = (T)(l * k->ext_q);
    const V zero = VSET(0);
    const NAME(costs_t) costs = {
        .open_q = VSET((T)(k->open + k->ext_q)), .ext_q = VSET((T)k->ext_q),
        .ext_2 = VSET((T)(2 * k->ext_q)),        .ext_4 = VSET((T)(4 * k->ext_q)),
        .ext_8 = VSET((T)(8 * k->ext_q)),        .ramp = VLOAD(steps),
        .open_t = VSET((T)(k->open + k->ext_t)), .ext_t = VSET((T)k->ext_t)};
    V best = zero;
    for (int32_t c = 0; c < n_vec * LANES; c++) {
        h[c] = 0;
        e[c] = NEG;
    }
    for (int l = 0; l < LANES; l++)
        h[n_vec * LANES + l] = e[n_vec * LANES + l] = NEG;
    if (ends_free)
        for (int32_t j = 0; j < stride; j++)
            floor[j] = j < LANES ? 0 : NEG;
    for (int32_t i = 0; i < t_len; i++) {
        const int32_t shift = i + low; /* j of column 0 */
        if (shift >= q_len)
            break;
        int32_t first = shift < 0 ? -shift / LANES : 0, last = (q_len - 1 - shift) / LANES;
        if (shift + n_vec * LANES <= 0)
            continue;
        if (shift >= 0 && last > n_vec && n_vec <= NAME(NARROW)) {
            int32_t to = q_len - n_vec * LANES - low; /* last >= n_vec up to there */
            to = to < t_len ? to : t_len;
#define MIDDLE(n)                                                                                \
    NAME(middle)(&costs, prof, stride, t, i, to, low, h, e, keep, best, n, ends_free)
            best = n_vec == 1   ? MIDDLE(1)
                   : n_vec == 2 ? MIDDLE(2)
                   : n_vec == 3 ? MIDDLE(3)
                                : MIDDLE(4);
#undef MIDDLE
            i = to - 1;
            continue;
        }
        if (last >= n_vec)
            last = n_vec - 1;
        const T *p = prof + (size_t)t[i] * (size_t)stride + LANES + shift;
        /* a gap out of the left border, when no lane of this row stands on it */
        V gap = shift < 0 && shift + first * LANES == 0 ? VSUB(zero, costs.open_q) : VSET(NEG);
        for (int32_t v = first; v <= last; v++) {
            const int32_t c = v * LANES;
            V up = VMAX(VSUB(VLOAD(e + c + 1), costs.ext_t), VSUB(VLOAD(h + c + 1), costs.open_t));
            V x = VMAX(VADD(VLOAD(h + c), VLOAD(p + c)), up);
            x = VMAX(x, ends_free ? VLOAD(floor + LANES + shift + c) : zero);
            x = VMAX(x, NAME(along)(&costs, x, &gap));
            if (!ends_free)
                best = VMAX(best, x);
            VSTORE(e + c, up);
            VSTORE(h + c, x);
        }
        if (keep)
            memcpy(keep + (size_t)i * (size_t)(n_vec * LANES) + first * LANES, h + first * LANES,
                   (size_t)(last + 1 - first) * LANES * sizeof *h);
        int32_t c = q_len - 1 - shift;
        if (ends_free && c >= 0 && c < n_vec * LANES && h[c] > edge)
            edge = h[c];
    }
    if (ends_free) {
        for (int32_t c = 0; c < n_vec * LANES; c++) {
            int32_t j = t_len - 1 + low + c;
            if (j >= 0 && j < q_len && h[c] > edge)
                edge = h[c];
        }
        return (double)edge;
    }
    VSTORE(steps, best);
    for (int l = 0; l < LANES; l++)
        edge = steps[l] > edge ? steps[l] : edge;
    return (double)edge;
}

static inline __attribute__((always_inline)) double
NAME(start)(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
            int32_t t_len, int32_t low, int32_t high, void *work, T *keep)
{
    if (k->ends_free)
        return NAME(go)(k, prof, q_len, t, t_len, low, high, work, keep, true);
    return NAME(go)(k, prof, q_len, t, t_len, low, high, work, keep, false);
}

#undef T
#undef V
#undef LANES
#undef NEG
#undef NAME
#undef VSET
#undef VLOAD
#undef VSTORE
#undef VADD
#undef VSUB
#undef VMAX
#undef VSHIFT
#undef VLAST
#undef VNEXT
#undef VROW
