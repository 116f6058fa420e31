/* src/kernels/pairhmm_ref.h -- template of the plain reference for one number type
 *
 * Parameters: REAL (float or double), FMA (fmaf or fma), ROW (the row type of REAL),
 *             NAME(x) (names x for the type)
 */

/* One row; x, m, gap: the row above, replaced by this one. first: X left of the first column in the
 * row above. Returns the sum of X. */
static REAL NAME(next_row)(const ROW *row, const uint8_t *hap, int64_t hap_len, REAL first, REAL *x,
                           REAL *m, REAL *gap)
{
    REAL diagonal = first, m_left = 0, d = 0, sum = 0;
    for (int64_t j = 0; j < hap_len; j++) {
        bool match = row->base == hap[j] || row->base == 4 || hap[j] == 4;
        REAL ins = FMA(row->ci, gap[j], m[j]);
        d = FMA(row->cd, d, m_left);
        m_left = (match ? row->lm : row->lx) * diagonal;
        diagonal = x[j];
        x[j] = FMA(row->xi, ins, FMA(row->xd, d, m_left));
        m[j] = m_left;
        gap[j] = ins;
        sum += x[j];
    }
    return sum;
}

/* The sum of X in the last row; x, m, gap: hap_len values of scratch each */
static REAL NAME(forward)(const ROW *row, int64_t n_rows, const uint8_t *hap, int64_t hap_len,
                          REAL start, REAL *x, REAL *m, REAL *gap)
{
    for (int64_t j = 0; j < hap_len; j++) {
        x[j] = start;
        m[j] = gap[j] = 0;
    }
    REAL sum = 0;
    for (int64_t i = 0; i < n_rows; i++)
        sum = NAME(next_row)(&row[i], hap, hap_len, i == 0 ? start : 0, x, m, gap);
    return sum;
}
