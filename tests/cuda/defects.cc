/* Kernels with one planted defect each: the emulator must name it or give a wrong answer. Two have none (0, 10).
 * defects N: runs number N. Exit status 0: nothing was noticed. */
#include <stdio.h>
#include <stdlib.h>

#include "cuda/rt.h"

__global__ void right(int *o)
{
    __shared__ unsigned s[64];
    s[threadIdx.x] = threadIdx.x;
    __syncthreads();
    unsigned v = s[63 - threadIdx.x];
    v += __shfl_xor_sync(~0u, v, 1);
    o[threadIdx.x] = (int)v;
}

/* A matrix product in the layout that cuda/rt.h gives, against sums in the order of the book */
static int first_factor(int row, int k)
{
    return (row * 37 + k * 13 + row * k) & 255;
}
static int second_factor(int k, int col, bool is_signed)
{
    const int x = (k * 5 + col * 91 + k * col) & 255;
    return is_signed ? (int8_t)x : x;
}
static uint32_t four_of(int (*f)(int, int), int row, int k)
{
    uint32_t x = 0;
    for (int b = 0; b < 4; b++)
        x |= (uint32_t)(f(row, k + b) & 255) << (8 * b);
    return x;
}
static int transposed(int col, int k)
{
    return second_factor(k, col, false);
}

__global__ void product(int *o, bool one_late)
{
    const int lane = (int)threadIdx.x % 32, g = lane / 4, t = lane % 4;
    const bool is_signed = threadIdx.x >= 32;
    uint32_t d[4], c[4];
    const uint32_t a[4] = {four_of(first_factor, g, 4 * t), four_of(first_factor, g + 8, 4 * t),
                           four_of(first_factor, g, 16 + 4 * t),
                           four_of(first_factor, g + 8, 16 + 4 * t)};
    const uint32_t b0 = four_of(transposed, g, 4 * t), b1 = four_of(transposed, g, 16 + 4 * t);
    int wrong = 0;
    for (int k = 0; k < 4; k++)
        c[k] = (uint32_t)(1000 * lane + k);
    if (one_late && threadIdx.x == 7)
        __syncwarp();
    if (is_signed)
        gw_mma_u8s8(d, a, b0, b1, c);
    else
        gw_mma_u8(d, a, b0, b1, c);
    for (int i = 0; i < 4; i++) {
        int sum = 1000 * lane + i;
        for (int k = 0; k < 32; k++)
            sum += first_factor(g + i / 2 * 8, k) * second_factor(k, 2 * t + i % 2, is_signed);
        wrong += (int)d[i] != sum;
    }
    const int i = (int)threadIdx.x;
    o[i] = 126 - 2 * i + (i & 1 ? 1 : -1) + wrong;
}

__global__ void missing_barrier(int *o)
{
    __shared__ unsigned s[64];
    s[threadIdx.x] = threadIdx.x;
    unsigned v = s[63 - threadIdx.x];
    v += __shfl_xor_sync(~0u, v, 1);
    o[threadIdx.x] = (int)v;
}

__global__ void divergent_shuffle(int *o)
{
    int v = 0;
    if (threadIdx.x < 16)
        v = __shfl_up_sync(~0u, 1, 1);
    o[threadIdx.x] = (int)v;
}

__global__ void two_shuffles(int *o)
{
    int v;
    if (threadIdx.x & 1)
        v = __shfl_up_sync(~0u, 1, 1);
    else
        v = __shfl_up_sync(~0u, 2, 1);
    o[threadIdx.x] = (int)v;
}

__global__ void lane_outside_mask(int *o)
{
    if (threadIdx.x < 16)
        o[threadIdx.x] = __shfl_sync(0xffffu, 1, 20);
}

__global__ void barrier_in_branch(int *o)
{
    if (threadIdx.x < 32) {
        __syncthreads();
    } else {
        o[0] = 1;
        __syncthreads();
    }
}

__global__ void barrier_after_return(int *o)
{
    if (threadIdx.x == 5)
        return;
    __syncthreads();
    o[threadIdx.x] = 1;
}

__global__ void not_filled(int *o)
{
    GW_SHARED(unsigned, d);
    if (threadIdx.x != 7)
        d[threadIdx.x] = 0;
    __syncthreads();
    o[threadIdx.x] = 126 - 2 * (int)threadIdx.x + (threadIdx.x & 1 ? 1 : -1) + (int)d[threadIdx.x];
}

/* AddressSanitizer alone sees these two */
__global__ void past_shared(int *o)
{
    GW_SHARED(int, d);
    d[threadIdx.x + 1] = 1;
    o[threadIdx.x] = d[threadIdx.x];
}

__global__ void past_memory(int *o)
{
    o[threadIdx.x + 64] = 1;
}

int main(int argc, char **argv)
{
    int *o, wrong = 0;
    if (argc != 2 || cudaMalloc((void **)&o, 64 * sizeof *o))
        return 64;
    cudaStream_t st = NULL;
    switch (atoi(argv[1])) {
    case 0:
        GW_LAUNCH(right, 1, 64, 0, st, o);
        break;
    case 1:
        GW_LAUNCH(missing_barrier, 1, 64, 0, st, o);
        break;
    case 2:
        GW_LAUNCH(divergent_shuffle, 1, 64, 0, st, o);
        break;
    case 3:
        GW_LAUNCH(two_shuffles, 1, 64, 0, st, o);
        break;
    case 4:
        GW_LAUNCH(lane_outside_mask, 1, 64, 0, st, o);
        break;
    case 5:
        GW_LAUNCH(barrier_in_branch, 1, 64, 0, st, o);
        break;
    case 6:
        GW_LAUNCH(barrier_after_return, 1, 64, 0, st, o);
        break;
    case 7:
        GW_LAUNCH(not_filled, 1, 64, 64 * sizeof(int), st, o);
        break;
    case 8:
        GW_LAUNCH(past_shared, 1, 64, 64 * sizeof(int), st, o);
        break;
    case 9:
        GW_LAUNCH(past_memory, 1, 64, 0, st, o);
        break;
    case 10:
        GW_LAUNCH(product, 1, 64, 0, st, o, false);
        break;
    case 11:
        GW_LAUNCH(product, 1, 64, 0, st, o, true);
        break;
    default:
        return 64;
    }
    for (int i = 0; i < 64; i++)
        wrong += o[i] != 126 - 2 * i + (i & 1 ? -1 : 1) + (i & 1 ? 2 : -2);
    cudaFree(o);
    printf("%d of 64 answers are wrong\n", wrong);
    return wrong ? 1 : 0;
}
