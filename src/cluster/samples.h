/* src/cluster/samples.h -- samples as points or as distances, from a table
 *
 * Contents: 1. samples  2. loading  3. distances between points
 * Formats:  a table of numbers, fields separated by tabs, commas or blanks, a sample a line, plain
 *           or compressed: PLINK's and pca's .eigenvec with or without its header, TSV, CSV, R's
 *           write.table; a square matrix of distances as such a table, or as PHYLIP writes it
 *           (square or lower triangle)
 * Source:   PLINK 1.9 and 2.0 file formats (.eigenvec); PHYLIP manual, "Distance matrix programs"
 */
#ifndef GW_CLUSTER_SAMPLES_H
#define GW_CLUSTER_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. samples: points (x) or distances, never both */
typedef struct {
    int64_t n;
    int32_t d;           /* coordinates of a point; 0 with distances */
    const char **name;   /* of a sample; no two alike */
    const char **column; /* d names of coordinates */
    double *x;           /* x[i * d + c], or NULL */
    double *dist;        /* of i < j at gw_samples_pair(n, i, j), or NULL */
    gw_arena_t text;
} gw_samples_t;

static inline size_t gw_samples_pair(int64_t n, int64_t i, int64_t j)
{
    return i < j ? (size_t)(i * (2 * n - i - 1) / 2 + j - i - 1)
                 : (size_t)(j * (2 * n - j - 1) / 2 + i - j - 1);
}

/* 2. loading */
typedef struct {
    bool distances;
    int id_columns; /* leading columns that are no coordinates; -1 = told from header and first line
                     */
    int dims;       /* first so many coordinates only; 0 = all */
    bool standardize; /* every coordinate to mean 0 and standard deviation 1 */
} gw_samples_opts_t;

/* path "-" is stdin. GW_EDATA: a cell that is no number, a line with another number of cells, a
 * name twice, a matrix that is not square, not symmetric, negative or not 0 on its diagonal; and
 * a matrix of distances where points are expected. The caller releases s in any case. */
GW_RESULT_USED gw_status_t gw_samples_load(gw_samples_t *s, const char *path,
                                           const gw_samples_opts_t *opts, gw_err_t *err);
void gw_samples_release(gw_samples_t *s);

/* 3. distances between points: four partial sums, joined in one order on every machine */
static inline double gw_samples_dist2(const double *a, const double *b, int32_t d)
{
    double s[4] = {0};
    int32_t c = 0;
    for (; c + 4 <= d; c += 4)
        for (int k = 0; k < 4; k++)
            s[k] += (a[c + k] - b[c + k]) * (a[c + k] - b[c + k]);
    for (; c < d; c++)
        s[0] += (a[c] - b[c]) * (a[c] - b[c]);
    return (s[0] + s[1]) + (s[2] + s[3]);
}
/* Euclidean, or from the matrix. */
double gw_samples_dist(const gw_samples_t *s, int64_t i, int64_t j);

#endif
