/* src/engine/selfcheck.h -- what this machine can compute with, and whether it computes rightly
 *
 * Contents: 1. the processor  2. the self-check on the processor  3. on a device
 */
#ifndef GW_ENGINE_SELFCHECK_H
#define GW_ENGINE_SELFCHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "kernels/cpu.h"

/* 1. the processor */
typedef struct {
    char model[128];
    int cores;       /* that this process may use */
    uint64_t memory; /* bytes of the machine */
} gw_cpu_info_t;

void gw_cpu_info(gw_cpu_info_t *out);

/* 2. the self-check on the processor: every kernel at every level that this machine has, against the plain
 *    reference on rounds seeded random batches */
typedef struct {
    const char *kernel;
    gw_cpu_level_t level; /* of the processor */
    int device;           /* -1: the processor */
    int64_t answers, wrong;
} gw_selfcheck_row_t;

enum { GW_SELFCHECK_ROWS = 16 };

/* Fills rows and *n. Wrong answers are counted, not an error; failures are (out of memory). */
GW_RESULT_USED gw_status_t gw_selfcheck_run(uint64_t seed, int rounds, gw_selfcheck_row_t *row,
                                            int *n, gw_err_t *err);

/* 3. on a device: every kernel of cuda:device against the plain reference, as above. A device that
 *    fails is GW_ENODEVICE. */
GW_RESULT_USED gw_status_t gw_selfcheck_device(int device, uint64_t seed, int rounds,
                                               gw_selfcheck_row_t *row, int *n, gw_err_t *err);

#endif
