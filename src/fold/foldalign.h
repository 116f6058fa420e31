/* src/fold/foldalign.h -- aligning a query with one template
 *
 * Contents: 1. alignments  2. aligning
 * Source:   Gotoh 1982, doi:10.1016/0022-2836(82)90398-9; maximum-accuracy alignment from forward
 *           and backward sums: Durbin et al. 1998, Biological Sequence Analysis, section 4.5;
 *           Biegert & Soeding 2008, doi:10.1093/bioinformatics/btn039
 */
#ifndef GW_FOLD_FOLDALIGN_H
#define GW_FOLD_FOLDALIGN_H

#include "fold/score.h"

/* 1. alignments: ranges are 0-based and half-open; empty when n_aligned is 0 */
typedef struct {
    int32_t q_len, q_beg, q_end, t_beg, t_end;
    int32_t n_aligned, n_identical;
    int32_t score; /* of the best path before realignment, sixteenths of a bit */
    int32_t *map;  /* [q_len] residue of the template, or -1 */
    float *post;   /* [q_len] posterior probability of the pair; 0 where map is -1 */
} gw_foldalign_t;
void gw_foldalign_release(gw_foldalign_t *a);

/* 2. aligning. LOCAL: any part of both; GLOCAL: all of the shorter one; GLOBAL: all of both. mact
 *    in [0,1): realign to the path of greatest expected accuracy above mact; negative: keep the
 *    best-scoring path. LOCAL's score is GW_JOB_THREAD's. */
typedef enum { GW_FOLDALIGN_LOCAL, GW_FOLDALIGN_GLOCAL, GW_FOLDALIGN_GLOBAL } gw_foldalign_mode_t;
GW_RESULT_USED gw_status_t gw_foldalign_run(const gw_score_templates_t *t,
                                            const gw_score_query_t *q, const uint8_t *q_seq,
                                            size_t tmpl, gw_foldalign_mode_t mode, double mact,
                                            gw_foldalign_t *out, gw_err_t *err);

#endif
