/* cuda/emu/counts.h -- what a process has asked of the emulated devices: tests */
#ifndef GW_CUDA_EMU_COUNTS_H
#define GW_CUDA_EMU_COUNTS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CUEMU_MOST_DEVICES = 16 };
typedef struct {
    long calls, allocations;          /* of the runtime, as CUEMU_FAIL counts them */
    long launches;                    /* kernels started */
    long copies, pageable;            /* copies, and those from or to memory that is not pinned */
    long unfinished;                  /* copies and kernels that wait for a stream's end now */
    long streams[CUEMU_MOST_DEVICES]; /* now */
    size_t used[CUEMU_MOST_DEVICES];  /* bytes of device memory, now */
    size_t peak[CUEMU_MOST_DEVICES];  /* and at most */
    size_t pinned;                    /* bytes of host memory, now */
} cuemu_counts_t;
void cuemu_counts(cuemu_counts_t *out);

#ifdef __cplusplus
}
#endif

#endif
