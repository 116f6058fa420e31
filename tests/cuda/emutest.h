/* tests/cuda/emutest.h -- a stream of the emulated device, and orders of its threads */
#ifndef GW_TESTS_EMUTEST_H
#define GW_TESTS_EMUTEST_H

#include <stdio.h>
#include <stdlib.h>

#include "cuda/gpu.h"
#include "tests/check_main.h"

/* The n-th order in which lanes run; 0: rising. */
static inline void emutest_order(unsigned n)
{
    char text[16];
    snprintf(text, sizeof text, "%u", n);
    ck_assert_int_eq(setenv("CUEMU_SEED", text, 1), 0);
}

static inline gw_gpu_t *emutest_stream(void)
{
    gw_gpu_t *g;
    gw_err_t err = {0};
    unsetenv("CUDA_VISIBLE_DEVICES");
    ck_assert_int_eq(gw_gpu_build(), GW_GPU_EMULATOR);
    ck_assert_int_eq(gw_gpu_create(0, UINT64_C(1) << 29, &g, &err), GW_OK);
    return g;
}

#endif
