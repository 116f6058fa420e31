/* A build without nvcc has no device: the engine finds none, so it makes no stream, and what is left
 * of gpu.h and launch.h is there for the linker only. */
#include <config.h>

#include <string.h>

#include "cuda/gpu.h"
#include "cuda/launch.h"

static const char NO_KERNELS[] = "this build of genowarp has no CUDA kernels";

/* 1. devices */
gw_gpu_build_t gw_gpu_build(void)
{
    return GW_GPU_NONE;
}

int gw_gpu_count(const char **why)
{
    if (why)
        *why = NO_KERNELS;
    return 0;
}

gw_status_t gw_gpu_info(int device, gw_gpu_info_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    return gw_err_set(err, GW_ENODEVICE, "cuda:%d: %s", device, NO_KERNELS);
}

/* 2. streams */
gw_status_t gw_gpu_create(int device, uint64_t budget, gw_gpu_t **out, gw_err_t *err)
{
    (void)budget;
    *out = NULL;
    return gw_err_set(err, GW_ENODEVICE, "cuda:%d: %s", device, NO_KERNELS);
}

void gw_gpu_destroy(gw_gpu_t *g)
{
    (void)g;
}

void gw_gpu_limit(gw_gpu_t *g, uint64_t budget)
{
    (void)g;
    (void)budget;
}

void *gw_gpu_stream(gw_gpu_t *g)
{
    (void)g;
    return NULL;
}

int gw_gpu_device_number(const gw_gpu_t *g)
{
    (void)g;
    return 0;
}

void gw_gpu_keep(gw_gpu_t *g, void *thing, void (*end)(void *thing))
{
    (void)g;
    (void)thing;
    (void)end;
}

bool gw_gpu_kept(gw_gpu_t *g, void **thing)
{
    (void)g;
    *thing = NULL;
    return true;
}

int gw_gpu_processors(const gw_gpu_t *g)
{
    (void)g;
    return 0;
}

uint32_t gw_gpu_shared_bytes(const gw_gpu_t *g)
{
    (void)g;
    return 0;
}

/* 3. a batch's memory */
void gw_gpu_start(gw_gpu_t *g)
{
    (void)g;
}

gw_gpu_part_t gw_gpu_part(gw_gpu_t *g, gw_gpu_kind_t kind, uint64_t bytes)
{
    (void)g;
    (void)bytes;
    return (gw_gpu_part_t){kind, 0};
}

gw_status_t gw_gpu_reserve(gw_gpu_t *g, gw_err_t *err)
{
    (void)g;
    return gw_err_set(err, GW_ENODEVICE, "%s", NO_KERNELS);
}

void *gw_gpu_host(gw_gpu_t *g, gw_gpu_part_t part)
{
    (void)g;
    (void)part;
    return NULL;
}

void *gw_gpu_device(gw_gpu_t *g, gw_gpu_part_t part)
{
    return gw_gpu_host(g, part);
}

/* 4. running it */
gw_status_t gw_gpu_send(gw_gpu_t *g, gw_err_t *err)
{
    return gw_gpu_reserve(g, err);
}

gw_status_t gw_gpu_receive(gw_gpu_t *g, gw_err_t *err)
{
    return gw_gpu_reserve(g, err);
}

double gw_gpu_kernel_ms(const gw_gpu_t *g)
{
    (void)g;
    return 0;
}

/* 5. what stays on a device */
gw_status_t gw_gpu_tables_send(gw_gpu_t *g, const void *const *piece, const uint64_t *bytes, int n,
                        gw_gpu_tables_t **out, gw_err_t *err)
{
    (void)g;
    (void)piece;
    (void)bytes;
    (void)n;
    *out = NULL;
    return gw_err_set(err, GW_ENODEVICE, NO_KERNELS);
}

const void *gw_gpu_tables_at(const gw_gpu_tables_t *k, int piece)
{
    (void)k;
    (void)piece;
    return NULL;
}

void gw_gpu_tables_free(gw_gpu_tables_t *k)
{
    (void)k;
}

/* launch.h */
void gw_local_launch(const gw_local_args_t *a, int shape, bool wide, bool ends, void *stream)
{
    (void)a;
    (void)shape;
    (void)wide;
    (void)ends;
    (void)stream;
}

void gw_local_launch_gapless(const gw_local_args_t *a, const int32_t *band, int shape, bool wide,
                             void *stream)
{
    (void)a;
    (void)band;
    (void)shape;
    (void)wide;
    (void)stream;
}

void gw_local_turn(const gw_local_args_t *a, bool wide, gw_local_item_t *turned, void *stream)
{
    (void)a;
    (void)wide;
    (void)turned;
    (void)stream;
}

void gw_global_launch(const gw_global_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_ident_launch(const gw_ident_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_hmm_rows(const gw_hmm_args_t *a, bool wide, void *stream)
{
    (void)a;
    (void)wide;
    (void)stream;
}

void gw_hmm_launch(const gw_hmm_args_t *a, int shape, void *stream)
{
    (void)a;
    (void)shape;
    (void)stream;
}

void gw_gram_launch_left(const gw_gram_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_gram_launch_index(const gw_gram_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_gram_launch_right(const gw_gram_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_gram_launch_square(const gw_gram_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_kin_launch_bits(const gw_kin_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_kin_launch_spread(const gw_kin_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_kin_launch_join(const gw_kin_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_thread_launch(const gw_thread_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_seeding_launch(const gw_seeding_args_t *a, void *stream)
{
    (void)a;
    (void)stream;
}

void gw_rates_launch(int op, int loops, int blocks, uint32_t *out, void *stream)
{
    (void)op;
    (void)loops;
    (void)blocks;
    (void)out;
    (void)stream;
}
