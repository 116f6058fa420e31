#include <config.h>

#include <string.h>

#include "base/log.h"
#include "cuda/gpublas.h"
#include "cuda/gpukin.h"
#include "cuda/launch.h"

/* cuBLAS's small integers want rows of whole vectors. */
enum { PAD = 16, TEST = 32 };

static int64_t padded(int64_t n)
{
    return (n + PAD - 1) / PAD * PAD;
}

/* A product whose answer is known, before cuBLAS is believed. */
static bool right_answer(gw_gpu_t *g, gw_gpublas_t *b)
{
    gw_err_t err = {0};
    int8_t x[TEST * TEST];
    gw_gpu_start(g);
    gw_gpu_part_t in = gw_gpu_part(g, GW_GPU_INPUT, sizeof x),
                  out = gw_gpu_part(g, GW_GPU_OUTPUT, TEST * TEST * sizeof(int32_t));
    if (gw_gpu_reserve(g, &err) != GW_OK)
        return false;
    for (int i = 0; i < TEST * TEST; i++)
        x[i] = (int8_t)(i * i % 7 % 3 - 1);
    memcpy(gw_gpu_host(g, in), x, sizeof x);
    memset(gw_gpu_host(g, out), 0x5a, TEST * TEST * sizeof(int32_t));
    if (gw_gpu_send(g, &err) != GW_OK ||
        !gw_gpublas_dot8(b, TEST, TEST, TEST, gw_gpu_device(g, in), gw_gpu_device(g, in),
                         gw_gpu_device(g, out)) ||
        gw_gpu_receive(g, &err) != GW_OK)
        return false;
    const int32_t *c = gw_gpu_host(g, out);
    for (int i = 0; i < TEST; i++)
        for (int j = 0; j < TEST; j++) {
            int32_t want = 0;
            for (int k = 0; k < TEST; k++)
                want += x[i * TEST + k] * x[j * TEST + k];
            if (c[j * TEST + i] != want)
                return false;
        }
    return true;
}

static void close_blas(void *b)
{
    gw_gpublas_close(b);
}

/* The stream's cuBLAS, opened once; NULL: not here, or not to be believed. */
static gw_gpublas_t *blas_of(gw_gpu_t *g)
{
    void *kept;
    if (gw_gpu_kept(g, &kept))
        return kept;
    const char *why;
    gw_gpublas_t *b = gw_gpublas_open(gw_gpu_stream(g), &why);
    if (b && !right_answer(g, b)) {
        gw_gpublas_close(b);
        b = NULL;
        why = "libcublas gives a wrong answer or none";
    }
    if (!b)
        gw_log_debug("kinship counts without cuBLAS: %s", why);
    gw_gpu_keep(g, b, close_blas);
    return b;
}

/* 1. counts */
typedef struct {
    gw_gpu_part_t row, plane, product, sum;
} parts_t;

static bool products(const gw_kin_args_t *a, gw_gpublas_t *blas)
{
    /* factors of each product, as join_kernel takes them */
    static const int factor[4][2] = {{0, 0}, {2, 2}, {1, 2}, {2, 1}};
    const size_t plane = (size_t)a->n_padded * a->row_bytes;
    const size_t product = (size_t)a->n_rows * (size_t)a->n_padded;
    for (int p = 0; p < 4; p++)
        if (!gw_gpublas_dot8(blas, a->n_rows, a->n_padded, (int)(4 * a->row_bytes),
                             a->plane + (size_t)factor[p][0] * plane,
                             a->plane + (size_t)factor[p][1] * plane,
                             a->product + (size_t)p * product))
            return false;
    return true;
}

static gw_status_t count(gw_gpu_t *g, const gw_gram_kin_t *b, gw_kin_args_t *a, gw_gpublas_t *blas,
                         parts_t *p, gw_err_t *err)
{
    int64_t rest = a->n - a->from;
    uint64_t pairs = gw_gram_kin_pair(a->n, a->to - 1, a->n) - gw_gram_kin_pair(a->n, a->from, a->from + 1);
    gw_gpu_start(g);
    p->row = gw_gpu_part(g, GW_GPU_INPUT, (uint64_t)rest * a->row_bytes);
    p->plane = gw_gpu_part(g, GW_GPU_WORK,
                           blas ? 3 * (uint64_t)a->n_padded * a->row_bytes * sizeof(uint32_t) : 0);
    p->product = gw_gpu_part(
        g, GW_GPU_WORK,
        blas ? 4 * (uint64_t)a->n_rows * (uint64_t)a->n_padded * sizeof(int32_t) : 0);
    p->sum = gw_gpu_part(g, GW_GPU_OUTPUT, pairs * 4 * sizeof(int32_t));
    gw_status_t st = gw_gpu_reserve(g, err);
    if (st != GW_OK)
        return st;
    memcpy(gw_gpu_host(g, p->row), b->row + (size_t)a->from * b->row_bytes,
           (size_t)rest * b->row_bytes);
    a->row = gw_gpu_device(g, p->row);
    a->plane = gw_gpu_device(g, p->plane);
    a->product = gw_gpu_device(g, p->product);
    a->sum = gw_gpu_device(g, p->sum);
    st = gw_gpu_send(g, err);
    if (st != GW_OK)
        return st;
    if (blas) {
        gw_kin_launch_spread(a, gw_gpu_stream(g));
        if (products(a, blas))
            gw_kin_launch_join(a, gw_gpu_stream(g));
        else
            blas = NULL;
    }
    if (!blas)
        gw_kin_launch_bits(a, gw_gpu_stream(g));
    return gw_gpu_receive(g, err);
}

gw_status_t gw_gpukin_add(gw_gpu_t *g, const gw_gram_kin_t *b, int64_t from, int64_t to,
                          int32_t *sum, gw_err_t *err)
{
    int64_t last = b->n_samples - 1; /* has no pair of its own */
    to = to < last ? to : last;
    if (from >= to)
        return GW_OK;
    gw_kin_args_t a = {.n = b->n_samples,
                       .from = from,
                       .to = to,
                       .row_bytes = b->row_bytes,
                       .n_rows = (int32_t)padded(to - from),
                       .n_padded = (int32_t)padded(b->n_samples - from)};
    parts_t p;
    gw_gpublas_t *blas = blas_of(g);
    gw_status_t st = count(g, b, &a, blas, &p, err);
    if (st == GW_ENOMEM && blas) /* bits take less room */
        st = count(g, b, &a, NULL, &p, err);
    if (st != GW_OK)
        return st;
    const int32_t *got = gw_gpu_host(g, p.sum);
    uint64_t first = gw_gram_kin_pair(a.n, from, from + 1), end = gw_gram_kin_pair(a.n, to - 1, a.n);
    for (uint64_t k = 0; k < 4 * (end - first); k++)
        sum[4 * first + k] += got[k];
    return GW_OK;
}
