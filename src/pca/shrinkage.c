#include <config.h>

#include "pca/shrinkage.h"

void gw_shrinkage_of_spectrum(int64_t n, int k, const double *value, double *out)
{
    for (int c = 0; c < k; c++) {
        double sum = 0;
        for (int64_t j = k; j < n; j++)
            sum += 1 / (value[c] - value[j]); /* infinite where it cannot be told from noise */
        double f = (double)(n - k) / (value[c] * sum);
        out[c] = f > 0.01 ? f < 1 ? f : 1 : 0.01;
    }
}
