/* How fast a card's pipes are: chains of one operation, eight side by side in a thread */
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { CHAINS = 8, UNROLL = GW_RATES_PER_LOOP / CHAINS };

template <int OP> static __device__ __forceinline__ uint32_t operate(uint32_t a, uint32_t b, uint32_t c)
{
    switch (OP) {
    case GW_RATES_ADD2:
        return __vadd2(a, b);
    case GW_RATES_ADDMAX2:
        return __viaddmax_s16x2(a, b, c);
    case GW_RATES_MAX3_2:
        return __vimax3_s16x2(a, b, c);
    case GW_RATES_ADDMAX:
        return (uint32_t)__viaddmax_s32((int)a, (int)b, (int)c);
    case GW_RATES_PERM:
        return __byte_perm(a, b, c);
    case GW_RATES_IMAD:
        return a * b + c;
    case GW_RATES_DOT4:
        return __dp4a(a, b, c);
    default:
        return __shfl_up_sync(~0u, a, 1);
    }
}

static __device__ __forceinline__ uint32_t word_of(uint32_t x)
{
    return x;
}
static __device__ __forceinline__ uint32_t word_of(float x)
{
    return (uint32_t)(int)x;
}
static __device__ __forceinline__ uint32_t word_of(double x)
{
    return (uint32_t)(int)x;
}

/* b and c depend on an argument, so that the compiler cannot fold the chains */
template <int OP, class T> __global__ void rates_kernel(int loops, uint32_t *out)
{
    const uint32_t at = blockIdx.x * blockDim.x + threadIdx.x;
    const uint32_t b = 0x00010001u + (uint32_t)loops / 0x10000000u, c = 0x00020003u + b;
    T v[CHAINS];
    for (int i = 0; i < CHAINS; i++)
        v[i] = (T)(threadIdx.x * 7 + (uint32_t)i);
    for (int l = 0; l < loops; l++)
#pragma unroll
        for (int j = 0; j < UNROLL; j++)
#pragma unroll
            for (int i = 0; i < CHAINS; i++) {
                if (OP == GW_RATES_FMA)
                    v[i] = (T)__fmaf_rn((float)v[i], 0.5f, (float)b);
                else if (OP == GW_RATES_DMUL)
                    v[i] = (T)__dmul_rn((double)v[i], 1.0 + (double)b);
                else
                    v[i] = (T)operate<OP>((uint32_t)v[i], b, c);
            }
    uint32_t sum = 0;
    for (int i = 0; i < CHAINS; i++)
        sum ^= word_of(v[i]);
    out[at] = sum;
}

template <int OP, class T>
static void launch(int loops, int blocks, uint32_t *out, void *stream)
{
    GW_LAUNCH((rates_kernel<OP, T>), (unsigned)blocks, GW_RATES_BLOCK, 0, (cudaStream_t)stream, loops,
              out);
}

void gw_rates_launch(int op, int loops, int blocks, uint32_t *out, void *stream)
{
    switch (op) {
    case GW_RATES_ADD2:
        return launch<GW_RATES_ADD2, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_ADDMAX2:
        return launch<GW_RATES_ADDMAX2, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_MAX3_2:
        return launch<GW_RATES_MAX3_2, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_ADDMAX:
        return launch<GW_RATES_ADDMAX, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_PERM:
        return launch<GW_RATES_PERM, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_IMAD:
        return launch<GW_RATES_IMAD, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_FMA:
        return launch<GW_RATES_FMA, float>(loops, blocks, out, stream);
    case GW_RATES_DOT4:
        return launch<GW_RATES_DOT4, uint32_t>(loops, blocks, out, stream);
    case GW_RATES_DMUL:
        return launch<GW_RATES_DMUL, double>(loops, blocks, out, stream);
    default:
        return launch<GW_RATES_SHUFFLE, uint32_t>(loops, blocks, out, stream);
    }
}
