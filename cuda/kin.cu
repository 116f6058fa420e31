/* Counts of pairs of samples for kinship (kernels/gram.h, gw_gram_kin): integers, so that any way of
 * adding gives the same. Two ways: bits here, or four products of small integers by cuBLAS between
 * the two kernels at the end.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

/* 1. by bits: a thread a pair; a block's 16 + 16 samples stand in shared memory as two planes of
 *    bits, the lower and the higher bit of 32 genotypes a word */
enum { EDGE = 16, THREADS = EDGE * EDGE, WORDS = 16, CODES = 8 /* bytes of 32 genotypes */ };

typedef struct {
    uint32_t lo[2 * EDGE][WORDS + 1], hi[2 * EDGE][WORDS + 1];
} planes_t;

/* every other bit of x, from bit 0 on */
static __device__ __forceinline__ uint32_t even_bits(uint64_t x)
{
    x &= 0x5555555555555555ull;
    x = (x | x >> 1) & 0x3333333333333333ull;
    x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0full;
    x = (x | x >> 4) & 0x00ff00ff00ff00ffull;
    x = (x | x >> 8) & 0x0000ffff0000ffffull;
    return (uint32_t)(x | x >> 16);
}

static __device__ __forceinline__ int64_t place(const gw_kin_args_t &a, int64_t i, int64_t j)
{
    const int64_t n = a.n;
    return i * n - i * (i + 1) / 2 + (j - i - 1) - (a.from * n - a.from * (a.from + 1) / 2);
}

static __device__ __forceinline__ void store(const gw_kin_args_t &a, int64_t i, int64_t j, int s0,
                                             int s1, int s2, int s3)
{
    int32_t *to = a.sum + 4 * place(a, i, j);
    to[0] = s0;
    to[1] = s1;
    to[2] = s2;
    to[3] = s3;
}

__global__ void __launch_bounds__(THREADS) bits_kernel(gw_kin_args_t a)
{
    GW_SHARED(planes_t, s);
    const int64_t i0 = a.from + (int64_t)blockIdx.y * EDGE, j0 = a.from + (int64_t)blockIdx.x * EDGE;
    if (j0 + EDGE <= i0 + 1) /* no pair of i < j: the whole block leaves */
        return;
    const int ti = (int)threadIdx.x / EDGE, tj = (int)threadIdx.x % EDGE;
    const int64_t words = (int64_t)(a.row_bytes / CODES);
    const uint64_t *row = (const uint64_t *)(const void *)a.row;
    int both_het = 0, opposite = 0, het_i = 0, het_j = 0, called = 0;
    for (int64_t w0 = 0; w0 < words; w0 += WORDS) {
        for (int k = (int)threadIdx.x; k < 2 * EDGE * WORDS; k += THREADS) {
            const int r = k / WORDS, w = k % WORDS;
            const int64_t sample = r < EDGE ? i0 + r : j0 + (r - EDGE);
            uint64_t x = ~0ull; /* missing */
            if (sample < a.n && w0 + w < words)
                x = row[(sample - a.from) * words + w0 + w];
            s->lo[r][w] = even_bits(x);
            s->hi[r][w] = even_bits(x >> 1);
        }
        __syncthreads();
#pragma unroll
        for (int w = 0; w < WORDS; w++) {
            const uint32_t xl = s->lo[ti][w], xh = s->hi[ti][w], yl = s->lo[EDGE + tj][w],
                           yh = s->hi[EDGE + tj][w];
            const uint32_t c = ~(xl & xh) & ~(yl & yh), x1 = xl & c, y1 = yl & c;
            both_het += __popc(x1 & y1);
            opposite += __popc((xh ^ yh) & ~(xl | yl) & c);
            het_i += __popc(x1);
            het_j += __popc(y1);
            called += __popc(c);
        }
        __syncthreads();
    }
    const int64_t i = i0 + ti, j = j0 + tj;
    if (i < a.to && i < j && j < a.n)
        store(a, i, j, both_het - 2 * opposite, het_i, het_j, called);
}

/* 2. by products: plane 0 has 1 for the other homozygote and -1 for the first one, plane 1 has 1 for a
 *    heterozygote, plane 2 has 1 for any call; a sample's row is 4 * row_bytes small integers */
__global__ void spread_kernel(gw_kin_args_t a)
{
    const uint64_t at = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;
    const uint64_t plane = (uint64_t)a.n_padded * a.row_bytes;
    if (at >= plane)
        return;
    const uint64_t sample = at / a.row_bytes;
    const uint32_t byte = sample < (uint64_t)(a.n - a.from) ? a.row[at] : 255;
    uint32_t v[3] = {0, 0, 0};
    for (int k = 0; k < 4; k++) {
        const uint32_t g = byte >> (2 * k) & 3;
        v[0] |= (uint32_t)((g == 2 ? 1 : g == 0 ? -1 : 0) & 255) << (8 * k);
        v[1] |= (uint32_t)(g == 1) << (8 * k);
        v[2] |= (uint32_t)(g != 3) << (8 * k);
    }
    for (int p = 0; p < 3; p++)
        a.plane[(uint64_t)p * plane + at] = v[p];
}

/* product p of samples i, j of the range: a.product[p][j * n_rows + i]: homozygotes, calls,
 * heterozygote i and called j, called i and heterozygote j */
__global__ void join_kernel(gw_kin_args_t a)
{
    const int64_t at = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    const int64_t all = (int64_t)a.n_rows * a.n_padded, i = at % a.n_rows, j = at / a.n_rows;
    if (at >= all || i + a.from >= a.to || i >= j || j + a.from >= a.n)
        return;
    const int homs = a.product[at], called = a.product[all + at], het_i = a.product[2 * all + at],
              het_j = a.product[3 * all + at];
    /* both heterozygous less twice the opposite homozygotes: with opposite = (both homozygous -
     * homs) / 2 and both homozygous = called - het_i - het_j + both heterozygous */
    store(a, i + a.from, j + a.from, homs - called + het_i + het_j, het_i, het_j, called);
}

/* 3. launches */
void gw_kin_launch_bits(const gw_kin_args_t *a, void *stream)
{
    GW_LAUNCH(bits_kernel,
              dim3((unsigned)((a->n - a->from + EDGE - 1) / EDGE),
                   (unsigned)((a->to - a->from + EDGE - 1) / EDGE)),
              THREADS, sizeof(planes_t), (cudaStream_t)stream, *a);
}

void gw_kin_launch_spread(const gw_kin_args_t *a, void *stream)
{
    const uint64_t n = (uint64_t)a->n_padded * a->row_bytes;
    GW_LAUNCH(spread_kernel, (unsigned)((n + 255) / 256), 256, 0, (cudaStream_t)stream, *a);
}

void gw_kin_launch_join(const gw_kin_args_t *a, void *stream)
{
    const int64_t n = (int64_t)a->n_rows * a->n_padded;
    GW_LAUNCH(join_kernel, (unsigned)((n + 255) / 256), 256, 0, (cudaStream_t)stream, *a);
}
