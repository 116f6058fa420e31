/* src/kernels/ident.h -- how similar two sequences are in *every* optimal alignment
 *
 * Contents: 1. scoring and thresholds  2. a prepared query  3. the questions  4. the alignment
 *           5. variants
 * Units:    letters are codes below n_letters; spans and columns count letters
 * Source:   Smith & Waterman 1981, doi:10.1016/0022-2836(81)90087-5; Gotoh 1982,
 *           doi:10.1016/0022-2836(82)90398-9 (affine gaps)
 *
 * The best-scoring alignment of two sequences is seldom unique, and its co-optimal sisters differ
 * in identity. Instead of tracing one back, the dynamic programming here maximises a key, score *
 * base + tie, whose second part is a sum over the alignment's columns: the result is the worst
 * identity (or shortest span) that any optimal alignment has. A pair accepted by it is accepted
 * whichever optimal alignment another program happens to print.
 *
 * Identity is matches / columns: columns are aligned pairs and gap letters between the first and
 * the last aligned pair; letters from n_count on (N, X...) never count as matches.
 */
#ifndef GW_KERNELS_IDENT_H
#define GW_KERNELS_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kernels/cpu.h"

/* 1. scoring and thresholds: matrix[a * n_letters + b]; a gap of k costs gap_open + k * gap_extend.
 *    ends_free false: local alignment; true: end to end with free gaps at all four ends.
 *    The identity threshold is id_num / id_den with 0 <= id_num <= id_den <= 10000. */
enum { GW_IDENT_MAX_LETTERS = 32 };
typedef struct {
    int32_t n_letters, n_count;
    int8_t matrix[GW_IDENT_MAX_LETTERS * GW_IDENT_MAX_LETTERS];
    int32_t gap_open, gap_extend;
    bool ends_free;
    int32_t id_num, id_den;
} gw_ident_params_t;

/* 2. a prepared query: one thread's work space, reused from query to query */
typedef struct gw_ident gw_ident_t;
/* params is borrowed until destroyed. NULL when memory runs out. */
gw_ident_t *gw_ident_create(const gw_ident_params_t *params);
void gw_ident_destroy(gw_ident_t *w);
/* letters is borrowed until the next call; len > 0. */
void gw_ident_query(gw_ident_t *w, const uint8_t *letters, int32_t len);

/* 3. the questions, each about the query and one target (len > 0). GW_ENOMEM only. With a band,
 * only alignments are asked about whose cells have query position - target position within
 *    [band->low, band->high] rounded outwards; NULL asks about all.
 *
 * slack: *score of the optimal alignments, and the lowest id_den * matches - id_num * columns over
 *        them: >= 0 means that all of them reach the identity threshold. score <= 0: nothing
 * aligns. span:  the fewest letters of the query (of_target false) or target that an optimal
 * alignment covers, from its first to its last aligned pair. Only for scores > 0. counts: matches
 * and columns of the optimal alignment with the lowest slack; of these the one with the fewest
 * matches. id_num may not be 0. */
typedef struct {
    int32_t low, high;
} gw_ident_band_t;
GW_RESULT_USED gw_status_t gw_ident_slack(gw_ident_t *w, const uint8_t *target, int32_t len,
                                          const gw_ident_band_t *band, int32_t *score,
                                          int64_t *slack, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_ident_span(gw_ident_t *w, const uint8_t *target, int32_t len,
                                         const gw_ident_band_t *band, bool of_target,
                                         int32_t *score, int32_t *span, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_ident_counts(gw_ident_t *w, const uint8_t *target, int32_t len,
                                           const gw_ident_band_t *band, int32_t *score,
                                           int32_t *matches, int32_t *columns, gw_err_t *err);
/* A band that alignments of at least this score (> 0) stay in; low > high: there are none. With free
 * ends: all. */
GW_RESULT_USED gw_status_t gw_ident_reach(gw_ident_t *w, const uint8_t *target, int32_t len,
                                          int32_t least, gw_ident_band_t *band, gw_err_t *err);
/* Local alignments only: does one score more than least (> 0), or as much and have a cell outside
 * the band? Where none does, all that is asked about the optimal alignments of score least is answered
 * by the band alone. */
GW_RESULT_USED gw_status_t gw_ident_strays(gw_ident_t *w, const uint8_t *target, int32_t len,
                                           const gw_ident_band_t *band, int32_t least,
                                           bool *strays, gw_err_t *err);
/* The slack that matches and columns make. */
int64_t gw_ident_slack_of(const gw_ident_t *w, int32_t matches, int32_t columns);

/* 4. the alignment that gw_ident_counts counts: operations BAM-encoded (length << 4 | op; op 0 = M,
 *    1 = a query letter alone, 2 = a target letter alone) from its first to its last aligned pair, and
 *    where these are. Of several it ends first in the target, then in the query; read from the right its
 *    letter-by-letter operations are the first in the order M, 2, 1. n_ops = 0: nothing aligns, or
 *    the band has more than GW_IDENT_TRACE_CELLS cells (*score is set either way). Start with
 *    zeros and reuse; the caller frees ops. */
enum { GW_IDENT_TRACE_CELLS = 1 << 25 };
typedef struct {
    uint32_t *ops;
    size_t n_ops, cap;
    int32_t q_beg, q_end, t_beg, t_end; /* 0-based, half-open */
    double *keep;                       /* work space */
    size_t cap_keep;
} gw_ident_path_t;
GW_RESULT_USED gw_status_t gw_ident_trace(gw_ident_t *w, const uint8_t *target, int32_t len,
                                          const gw_ident_band_t *band, int32_t *score,
                                          int32_t *matches, int32_t *columns, gw_ident_path_t *path,
                                          gw_err_t *err);
void gw_ident_path_release(gw_ident_path_t *path);

/* 5. variants: the best key of one pair under a linear scoring; every variant gives the
 *    reference's number. Profiles are built by the caller's pair table: pair[t * n_letters + q].
 *    Cells with query - target position outside [low, high] are not visited (low <= high).
 *    Arithmetic is exact as long as every partial sum stays below 2^30 (i32) or 2^53 (f64). */
typedef struct {
    const double *pair;        /* n_letters * n_letters keys, integers */
    double open, ext_q, ext_t; /* costs: opening; a query letter alone; a target letter alone */
    int32_t n_letters;
    bool ends_free;
} gw_identkey_t;

/* A variant prepares the query's profile in prof and runs with work. With doubles it keeps the best
 * key of every cell inside, unless keep is NULL: keep[i * (high - low + 1) + j - i - low] for query
 * letter j and target letter i; high - low + 1 is a multiple of 16 then. */
typedef struct {
    const char *name;
    int lanes_i32, lanes_f64;
    void (*build_i32)(const gw_identkey_t *k, const uint8_t *q, int32_t q_len, void *prof);
    double (*run_i32)(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t low, int32_t high, void *work);
    void (*build_f64)(const gw_identkey_t *k, const uint8_t *q, int32_t q_len, void *prof);
    double (*run_f64)(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t low, int32_t high, void *work, double *keep);
} gw_identkey_variant_t;

extern const gw_identkey_variant_t gw_identkey_ref, gw_identkey_avx2, gw_identkey_avx512;
/* The variant of a level, or of the next lower one that has one. */
const gw_identkey_variant_t *gw_identkey_at(gw_cpu_level_t level);
/* As gw_ident_create, at a given level (tests). */
gw_ident_t *gw_ident_create_at(const gw_ident_params_t *params, gw_cpu_level_t level);

#endif
