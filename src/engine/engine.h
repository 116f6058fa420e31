/* src/engine/engine.h -- bulk work: one contract for CPU threads and devices
 *
 * Contents: 1. the engine  2. jobs
 * Every job is a pure function of its batch, so who computes it and how it is split never shows in
 * the results.
 */
#ifndef GW_ENGINE_ENGINE_H
#define GW_ENGINE_ENGINE_H

#include "base/status.h"
#include "kernels/extend.h"
#include "kernels/gapless.h"
#include "kernels/gram.h"
#include "kernels/ident_batch.h"
#include "kernels/pairhmm.h"
#include "kernels/seeding.h"
#include "kernels/thread_score.h"

/* 1. the engine */
typedef struct gw_engine gw_engine_t;
/* device: "auto", "cpu", "cuda", "cuda:N" (--device). auto shares large batches between the CUDA
 * devices and the CPU, and is the CPU alone where there is no device; cuda gives all of them to the
 * devices (N: to that one), and is GW_ENODEVICE without one. A device that fails during a run is
 * replaced by the others or the CPU (devices.h). threads: how many CPU threads a job may use; 1 when the caller
 * parallelises itself. Safe to share between threads. */
GW_RESULT_USED gw_status_t gw_engine_create(const char *device, int threads, gw_engine_t **out,
                                            gw_err_t *err);
/* Another one on the devices of e, which must outlive it, with threads of its own. */
GW_RESULT_USED gw_status_t gw_engine_beside(const gw_engine_t *e, int threads, gw_engine_t **out,
                                            gw_err_t *err);
void gw_engine_destroy(gw_engine_t *e);

/* 2. jobs */
typedef enum {
    GW_JOB_EXTEND_SCORE,
    GW_JOB_EXTEND_ENDS,
    GW_JOB_EXTEND_GLOBAL,
    GW_JOB_EXTEND_GAPLESS,
    GW_JOB_EXTEND_IDENT,
    GW_JOB_PAIRHMM,
    GW_JOB_THREAD,
    GW_JOB_GRAM,
    GW_JOB_KINSHIP,
    GW_JOB_SEED
} gw_job_t;

typedef struct {
    const gw_extend_batch_t *batch;
    const gw_extend_params_t *params;
    const int32_t *diag, *width; /* GW_JOB_EXTEND_GLOBAL and _GAPLESS only */
} gw_extend_in_t;

typedef struct {
    const gw_ident_batch_t *batch;
    const gw_ident_params_t *params;
} gw_ident_in_t;

typedef struct {
    const gw_thread_pack_t *pack; /* devices keep a copy of its templates while the engine lives, so it
                                     must live as long as the engine is used */
    const gw_thread_query_t *query;
} gw_thread_in_t;

/* products of a block of genotypes; tiles as kernels/gram.h has them */
typedef enum {
    GW_GRAM_LEFT,  /* X^T q: out float[n_tiles * n_variants * 16] */
    GW_GRAM_APPLY, /* X (X^T q): out float[n_tiles * n_samples * 16] */
    GW_GRAM_SQUARE /* out += X X^T: double[tiles of 8 columns * n_samples * 8]; q is unused */
} gw_gram_op_t;
typedef struct {
    gw_gram_op_t op;
    const gw_gram_block_t *block;
    int n_tiles;
    const float *q;
} gw_gram_in_t;

typedef struct {
    const gw_seed_table_t *table; /* devices keep a copy of it while the engine lives */
    const gw_seeding_batch_t *batch;
} gw_seeding_in_t;

/* in, out by job:
 *   EXTEND_SCORE   gw_extend_in_t, int32_t[n]
 *   EXTEND_ENDS    gw_extend_in_t, gw_extend_hit_t[n]
 *   EXTEND_GLOBAL  gw_extend_in_t, gw_extend_cigars_t
 *   EXTEND_GAPLESS gw_extend_in_t, int32_t[n]
 *   EXTEND_IDENT   gw_ident_in_t, gw_ident_answer_t[n]
 *   PAIRHMM        gw_pairhmm_batch_t, double[sum over groups of R*H]
 *   THREAD         gw_thread_in_t, int32_t[templates]
 *   KINSHIP        gw_gram_kin_t, int32_t[4 * pairs]: gw_gram_kin's numbers are added to it
 *   GRAM           gw_gram_in_t, as gw_gram_op_t says; only SQUARE uses more than one thread
 *   SEED           gw_seeding_in_t, gw_seeding_out_t; one thread */
GW_RESULT_USED gw_status_t gw_engine_run(gw_engine_t *e, gw_job_t job, const void *in, void *out,
                                         gw_err_t *err);

#endif
