#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine_impl.h"
#include "kernels/cpu.h"

/* 1. the engine */
gw_status_t gw_engine_create(const char *device, int threads, gw_engine_t **out, gw_err_t *err)
{
    gw_devices_t *devices = NULL;
    *out = NULL;
    gw_status_t st = gw_cpu_check(err);
    if (st == GW_OK)
        st = gw_devices_create(device, &devices, err);
    if (st != GW_OK)
        return st;
    gw_engine_t *e = gw_calloc(1, sizeof *e);
    if (!e) {
        gw_devices_destroy(devices);
        return gw_err_nomem(err, "starting the engine");
    }
    e->threads = threads < 1 ? 1 : threads;
    e->devices = devices;
    *out = e;
    return GW_OK;
}

gw_status_t gw_engine_beside(const gw_engine_t *e, int threads, gw_engine_t **out, gw_err_t *err)
{
    *out = gw_calloc(1, sizeof **out);
    if (!*out)
        return gw_err_nomem(err, "starting the engine");
    **out = (gw_engine_t){threads < 1 ? 1 : threads, e->devices, true};
    return GW_OK;
}

void gw_engine_destroy(gw_engine_t *e)
{
    if (e && !e->borrowed)
        gw_devices_destroy(e->devices);
    free(e);
}

/* 2. jobs */
gw_status_t gw_engine_run(gw_engine_t *e, gw_job_t job, const void *in, void *out, gw_err_t *err)
{
    switch (job) {
    case GW_JOB_EXTEND_SCORE:
    case GW_JOB_EXTEND_ENDS:
    case GW_JOB_EXTEND_GLOBAL:
    case GW_JOB_EXTEND_GAPLESS:
        return gw_engine_extend(e, job, in, out, err);
    case GW_JOB_EXTEND_IDENT:
        return gw_engine_ident(e, in, out, err);
    case GW_JOB_PAIRHMM:
        return gw_engine_pairhmm(e, in, out, err);
    case GW_JOB_THREAD:
        return gw_engine_thread(e, in, out, err);
    case GW_JOB_GRAM:
        return gw_engine_gram(e, in, out, err);
    case GW_JOB_SEED:
        return gw_engine_seed(e, in, out, err);
    case GW_JOB_KINSHIP:
        return gw_engine_kinship(e, in, out, err);
    default:
        return gw_err_set(err, GW_EINTERNAL, "engine: no such job: %d", (int)job);
    }
}
