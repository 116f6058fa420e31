/* src/kernels/pairhmm_ref.h -- template of the plain reference for one number type
 *
 * Parameters: REAL (float or double), FMA (fmaf or fma), ROW (the row type of REAL),
 *             NAME (the function's name)
 */

/* sum over j of X in the last row; x, m, gap: hap_len values of scratch each */
static REAL NAME(const ROW *row, int64_t n_rows, const uint8_t *hap, int64_t hap_len, REAL start,
                 REAL *x, REAL *m, REAL *gap)
{
    for (int64_t j = 0; j < hap_len; j++) {
        x[j] = start;
        m[j] = gap[j] = 0;
    }
    REAL sum = 0;
    for (int64_t i = 0; i < n_rows; i++) {
        REAL diagonal = i == 0 ? start : 0, m_left = 0, d = 0;
        for (int64_t j = 0; j < hap_len; j++) {
            bool match = row[i].base == hap[j] || row[i].base == 4 || hap[j] == 4;
            REAL ins = FMA(row[i].ci, gap[j], m[j]);
            d = FMA(row[i].cd, d, m_left);
            m_left = (match ? row[i].lm : row[i].lx) * diagonal;
            diagonal = x[j];
            x[j] = FMA(row[i].xi, ins, FMA(row[i].xd, d, m_left));
            m[j] = m_left;
            gap[j] = ins;
        }
    }
    for (int64_t j = 0; j < hap_len; j++)
        sum += x[j];
    return sum;
}
