/* src/kernels/strays_simd.h -- strays.h in rows of a band, a template
 *
 * The includer defines V (a vector of int16_t), LANES (16 or 32) and
 *   VSET(x) VLOAD(p) VSTORE(p, v) VADD VSUB VMAX VOR  (no alignment is needed)
 *   VSHIFT(v, n)  every lane up by n (1, 2, 4, ... < LANES), 0 into the lowest
 *   VLAST(v)      the last lane everywhere
 *   VABOVE(a, b)  is any lane of a greater?
 *   VROW(row, p)  row[p[0]], row[p[1]], ... for LANES letters at p, row having 32 values
 *
 * Cell (i, j) is column j - i - low of row i, as in ident_simd.h. The best gap along a row is a
 * prefix maximum of keys to which a gap letter's cost is added for every lane they are further
 * right. Nothing leaves 16 bits: costs are small, the best key is looked at every ROWS rows and
 * more than the one asked about ends it (gw_strays_fits).
 */
enum { NEVER = -16384, ROWS = 32 };

static void build(const gw_ident_params_t *p, const uint8_t *q, int32_t q_len, void *prof)
{
    int16_t *out = prof;
    const int32_t end = q_len / LANES * LANES;
    for (int32_t a = 0; a < p->n_letters; a++, out += q_len + 3 * LANES) {
        int16_t row[GW_IDENT_MAX_LETTERS] = {0};
        for (int32_t b = 0; b < p->n_letters; b++)
            row[b] = (int16_t)(2 * p->matrix[a * p->n_letters + b]);
        for (int32_t j = 0; j < LANES; j++)
            out[j] = NEVER;
        for (int32_t j = 0; j < end; j += LANES)
            VSTORE(out + LANES + j, VROW(row, q + j));
        for (int32_t j = end; j < q_len; j++)
            out[LANES + j] = row[q[j]];
        for (int32_t j = q_len; j < q_len + 2 * LANES; j++)
            out[LANES + j] = NEVER;
    }
}

static bool run(const gw_strays_t *s)
{
    const int32_t low = s->reach.low, q_len = s->q_len, stride = q_len + 3 * LANES;
    const int32_t n_vec = (s->reach.high - low + LANES) / LANES, width = n_vec * LANES;
    int16_t *h = s->work, *up = h + width + LANES, *outside = up + width + LANES;
    const int cost = 2 * s->p->gap_extend;
    const V zero = VSET(0), ext = VSET(cost), open = VSET(2 * s->p->gap_open + cost);
    const V across = VSET(LANES * cost), most = VSET(2 * s->least);
    int16_t steps[LANES];
    for (int l = 0; l < LANES; l++)
        steps[l] = (int16_t)(l * cost);
    const V ramp = VLOAD(steps);
    /* a gap's cost from the lane before the one it starts in */
    const V back = VADD(ramp, VSET(2 * s->p->gap_open));
    V best = zero;
    for (int32_t c = 0; c < width + LANES; c++)
        h[c] = up[c] = 0;
    for (int32_t c = 0; c < width; c++)
        outside[c] = low + c < s->stay.low || low + c > s->stay.high;
    for (int32_t i = 0; i < s->t_len; i++) {
        const int32_t shift = i + low; /* j of column 0 */
        if (shift >= q_len)
            break;
        int32_t first = shift < 0 ? -shift / LANES : 0, last = (q_len - 1 - shift) / LANES;
        last = last < n_vec ? last : n_vec - 1;
        const int16_t *p = s->prof;
        p += (ptrdiff_t)s->t[i] * stride + LANES + shift;
        V before = zero; /* the best of the vectors before, as `run` counts in this one */
        for (int32_t v = first; v <= last; v++) {
            const int32_t c = v * LANES;
            V mark = VLOAD(outside + c), above = VLOAD(up + c + 1);
            V x = VMAX(VADD(VLOAD(h + c), VLOAD(p + c)), VMAX(above, zero));
            x = VOR(x, mark);
            V run = VADD(x, ramp);
            run = VMAX(run, VSHIFT(run, 1));
            run = VMAX(run, VSHIFT(run, 2));
            run = VMAX(run, VSHIFT(run, 4));
            run = VMAX(run, VSHIFT(run, 8));
            if (LANES > 16)
                run = VMAX(run, VSHIFT(run, 16));
            V left = VSUB(VMAX(VSHIFT(run, 1), before), back);
            before = VSUB(VMAX(VLAST(run), before), across);
            x = VMAX(x, VOR(left, mark));
            best = VMAX(best, x);
            VSTORE(up + c, VMAX(VSUB(above, ext), VSUB(x, open)));
            VSTORE(h + c, x);
        }
        if (i % ROWS == ROWS - 1 && VABOVE(best, most))
            return true;
    }
    return VABOVE(best, most);
}
