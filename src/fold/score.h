/* src/fold/score.h -- profiles and templates as the integers that GW_JOB_THREAD scores
 *
 * Contents: 1. parameters  2. template features  3. query features  4. statistics of a score
 * Units:    bits in parameters, sixteenths of a bit in the kernel's arrays
 * Source:   log of the sum of odds, Soeding 2005, doi:10.1093/bioinformatics/bti125; structure
 *           terms as in MUSTER, Wu & Zhang 2008, doi:10.1002/prot.21945
 */
#ifndef GW_FOLD_SCORE_H
#define GW_FOLD_SCORE_H

#include "fold/profile.h"
#include "fold/tlib.h"
#include "kernels/thread_score.h"

/* 1. parameters */
typedef struct {
    double env, ss, sa;  /* weights of the structure profile, secondary structure, accessibility */
    double mean;         /* mean score of a random pair of columns after the query's shift */
    double open, extend; /* gap costs */
    double helix_open;   /* added to open inside helices and strands of the template */
    double length;       /* score = best - length * log2(template residues) */
} gw_score_params_t;
void gw_score_params_init(gw_score_params_t *p);

/* 2. template features: everything about the library that scoring needs, in memory */
typedef struct {
    gw_thread_templates_t kernel;
    size_t n;
    int64_t *off;
    uint8_t *pp, *env, *state, *gap;
    int16_t *bias;
    uint8_t *seq;                 /* [column] */
    float *mean;                  /* [template][20] composition */
    float ss_back[3], sa_back[3]; /* over the library */
} gw_score_templates_t;

GW_RESULT_USED gw_status_t gw_score_templates_load(const gw_tlib_t *lib, const gw_score_params_t *p,
                                                   int threads, gw_score_templates_t *out,
                                                   gw_err_t *err);
void gw_score_templates_release(gw_score_templates_t *t);
/* 3-state secondary structure and accessibility of a state 0..8 */
static inline int gw_score_state_ss(uint8_t state)
{
    return state / 3;
}
/* coil, strand, helix of a library's ss code */
int gw_score_ss3(uint8_t ss8);

/* 3. query features; pred: gw_sspred_run's output */
typedef struct {
    gw_thread_query_t kernel;
    int8_t *pp, *env;
    int16_t *tab;
    uint16_t *weight;
    int16_t *shift;
} gw_score_query_t;

GW_RESULT_USED gw_status_t gw_score_query_init(const gw_profile_t *q, const float *pred,
                                               const gw_score_templates_t *t,
                                               const gw_score_params_t *p, gw_score_query_t *out,
                                               gw_err_t *err);
void gw_score_query_release(gw_score_query_t *q);

#endif
