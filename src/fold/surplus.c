#include <config.h>

#include <math.h>

#include "fold/surplus.h"

enum { OPEN = 48, EXTEND = 3 }; /* sixteenths of a bit */
/* mean rise, in bits, of other-fold hits with z above 1 among the labelled domains of the starter
 * library (refs/fold/README.md): offset, by z, by ln of the two lengths; and the spread around it
 */
static const double offset = -92.4, by_z = 0.77, by_query = 8.21, by_template = 12.68,
                    spread = 11.57;

gw_thread_query_t gw_surplus_query(const gw_thread_query_t *q)
{
    gw_thread_query_t loose = *q;
    loose.gap_open = OPEN;
    loose.gap_extend = EXTEND;
    return loose;
}

double gw_surplus_of(int32_t strict, int32_t loose, double z, int32_t q_len, int32_t t_len)
{
    double near = z < -2 ? -2 : z > 10 ? 10 : z;
    double rise = (loose - strict) / 16.0 - offset - by_z * near - by_query * log(q_len) -
                  by_template * log(t_len);
    double v = rise / spread;
    return v < -3 ? -3 : v > 4 ? 4 : v;
}
