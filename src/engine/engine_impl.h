/* src/engine/engine_impl.h -- the engine's inside and its jobs; for src/engine only
 *
 * Contents: 1. the engine  2. jobs
 */
#ifndef GW_ENGINE_ENGINE_IMPL_H
#define GW_ENGINE_ENGINE_IMPL_H

#include "engine/devices.h"
#include "engine/engine.h"

/* 1. the engine */
struct gw_engine {
    int threads;
    gw_devices_t *devices; /* NULL: the CPU alone */
    bool borrowed;         /* the devices are another engine's */
};

/* 2. jobs */
gw_status_t gw_engine_extend(const gw_engine_t *e, gw_job_t job, const gw_extend_in_t *in, void *out,
                             gw_err_t *err);
gw_status_t gw_engine_ident(const gw_engine_t *e, const gw_ident_in_t *in, gw_ident_answer_t *out,
                            gw_err_t *err);
gw_status_t gw_engine_pairhmm(const gw_engine_t *e, const gw_pairhmm_batch_t *b, double *out,
                              gw_err_t *err);
gw_status_t gw_engine_thread(const gw_engine_t *e, const gw_thread_in_t *in, int32_t *score,
                             gw_err_t *err);
gw_status_t gw_engine_kinship(const gw_engine_t *e, const gw_gram_kin_t *in, int32_t *sum,
                              gw_err_t *err);
gw_status_t gw_engine_gram(const gw_engine_t *e, const gw_gram_in_t *in, void *out, gw_err_t *err);
gw_status_t gw_engine_seed(const gw_engine_t *e, const gw_seeding_in_t *in, gw_seeding_out_t *out,
                           gw_err_t *err);

#endif
