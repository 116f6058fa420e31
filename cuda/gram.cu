/* Products of 2-bit genotypes, every sum in one thread and in the order that kernels/gram.h states,
 * so that the bits are those of the reference.
 *
 * A byte of four genotypes picks one of 16 sums for its low half and one for its high half: two
 * look-ups and two additions do four multiply-adds. The tables of a stretch of bytes are made once
 * for all rows of a block, in shared memory.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { L = 16, D = 8 };

/* 1. left and right: out[row][column] = sum over bytes of lo[byte & 15] + hi[byte >> 4] */
enum {
    BYTES = 8,    /* whose tables are in shared memory at a time */
    THREADS = 256,
    LANES = THREADS / L, /* rows side by side */
    ROWS = 8             /* of a thread, LANES apart */
};

struct sums_t {
    float e[BYTES][4][4][L]; /* what genotype j of a byte adds, by its code */
    float t[BYTES][2][16][L];
};

static __device__ __forceinline__ float value(const gw_gram_args_t &a, int64_t v, int g)
{
    return (float)__dmul_rn(__dadd_rn((double)g, -a.mean[v]), a.scale[v]);
}

/* e of genotypes 4 * byte .. 4 * byte + 3; those that are not there add 0 */
template <bool LEFT>
static __device__ void fill_values(const gw_gram_args_t &a, const float *x, int64_t byte, sums_t *s)
{
    const int64_t n = LEFT ? a.n_samples : a.n_variants;
    for (int i = (int)threadIdx.x; i < BYTES * 4 * L; i += THREADS) {
        const int c = i % L, j = i / L % 4, b = i / (4 * L);
        const int64_t at = 4 * (byte + b) + j;
        const float z = at < n ? x[at * L + c] : 0;
        for (int g = 0; g < 4; g++) {
            float e = 0;
            if (at < n && g != 3)
                e = LEFT ? (g == 2 ? z + z : g == 1 ? z : 0) : __fmul_rn(value(a, at, g), z);
            s->e[b][j][g][c] = e;
        }
    }
    __syncthreads();
    for (int i = (int)threadIdx.x; i < BYTES * 2 * 16 * L; i += THREADS) {
        const int c = i % L, code = i / L % 16, half = i / (16 * L) % 2, b = i / (32 * L);
        s->t[b][half][code][c] = s->e[b][2 * half][code & 3][c] + s->e[b][2 * half + 1][code >> 2][c];
    }
    __syncthreads();
}

/* bytes of row r: at[r * row_step + byte * byte_step] */
template <bool LEFT> __global__ void __launch_bounds__(THREADS) product_kernel(gw_gram_args_t a)
{
    GW_SHARED(sums_t, s);
    const int c = (int)threadIdx.x % L, lane = (int)threadIdx.x / L;
    const int64_t n = LEFT ? a.n_variants : a.n_samples, m = LEFT ? a.n_samples : a.n_variants;
    const int64_t row_step = LEFT ? (int64_t)a.row_bytes : 1;
    const int64_t byte_step = LEFT ? 1 : 4 * (int64_t)a.row_bytes;
    const uint8_t *bytes = LEFT ? a.geno : a.index;
    const float *x = (LEFT ? a.q : a.y) + (int64_t)blockIdx.y * m * L;
    float *out = (LEFT ? a.y : a.h) + (int64_t)blockIdx.y * n * L;
    const int64_t row0 = (int64_t)blockIdx.x * (LANES * ROWS) + lane;
    float sum[ROWS], missing[ROWS];
    for (int k = 0; k < ROWS; k++)
        sum[k] = missing[k] = 0;
    for (int64_t byte = 0; 4 * byte < m; byte += BYTES) {
        fill_values<LEFT>(a, x, byte, s);
        const int most = (int)min((int64_t)BYTES, (m + 3) / 4 - byte);
#pragma unroll
        for (int k = 0; k < ROWS; k++) {
            const int64_t r = row0 + k * LANES;
            if (r >= n)
                continue;
            for (int b = 0; b < most; b++) {
                const int g = bytes[r * row_step + (byte + b) * byte_step];
                sum[k] += s->t[b][0][g & 15][c] + s->t[b][1][g >> 4][c];
                if (LEFT && (g & (g >> 1) & 0x55))
                    for (int j = 0; j < 4; j++)
                        if ((g >> (2 * j) & 3) == 3)
                            missing[k] += s->e[b][j][1][c];
            }
        }
        __syncthreads();
    }
    const float all = LEFT ? a.all[blockIdx.y * L + (unsigned)c] : 0;
    for (int k = 0; k < ROWS; k++) {
        const int64_t r = row0 + k * LANES;
        if (r < n)
            out[r * L + c] =
                LEFT ? (float)a.scale[r] * (sum[k] + (float)a.mean[r] * (missing[k] - all)) : sum[k];
    }
}

/* the sum of each column of q, samples rising: one thread a column */
__global__ void columns_kernel(gw_gram_args_t a)
{
    const unsigned column = blockIdx.x * blockDim.x + threadIdx.x;
    if (column >= (unsigned)a.n_tiles * L)
        return;
    const float *q = a.q + (int64_t)(column / L) * a.n_samples * L + column % L;
    float sum = 0;
    for (int64_t i = 0; i < a.n_samples; i++)
        sum += q[i * L];
    a.all[column] = sum;
}

/* Four bytes of four variants are a 4 x 4 matrix of codes: two swaps across its diagonal turn it. */
__global__ void index_kernel(gw_gram_args_t a)
{
    const uint64_t k = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;
    const int64_t v = 4 * (int64_t)blockIdx.y;
    if (k >= a.row_bytes)
        return;
    uint32_t w = 0;
    for (int j = 0; j < 4; j++)
        if (v + j < a.n_variants)
            w |= (uint32_t)a.geno[(uint64_t)(v + j) * a.row_bytes + k] << (8 * j);
    uint32_t t = (w ^ (w >> 6)) & 0x00cc00ccu;
    w ^= t ^ (t << 6);
    t = (w ^ (w >> 12)) & 0x0000f0f0u;
    w ^= t ^ (t << 12);
    for (int j = 0; j < 4; j++)
        a.index[(uint64_t)v * a.row_bytes + 4 * k + (uint64_t)j] = (uint8_t)(w >> (8 * j));
}

/* 2. square: sums of products of two samples' standardised genotypes, in double */
enum { EDGE = 32, SIDE = 8, PER = EDGE / SIDE, QUADS = 4 };

struct square_t {
    double row[4 * QUADS][EDGE], col[4 * QUADS][EDGE];
};

static __device__ __forceinline__ double standardised(const gw_gram_args_t &a, int64_t v, int64_t i)
{
    if (v >= a.n_variants || i >= a.n_samples)
        return 0;
    const int g = a.geno[(uint64_t)v * a.row_bytes + (uint64_t)(i / 4)] >> (2 * (i % 4)) & 3;
    return g == 3 ? 0 : __dmul_rn(__dadd_rn((double)g, -a.mean[v]), a.scale[v]);
}

__global__ void __launch_bounds__(THREADS) square_kernel(gw_gram_args_t a)
{
    GW_SHARED(square_t, s);
    const int c = (int)threadIdx.x % EDGE, side = (int)threadIdx.x / EDGE;
    const int64_t col0 = a.first_tile * D + (int64_t)blockIdx.x * EDGE, col = col0 + c;
    const int64_t row0 = (int64_t)blockIdx.y * EDGE;
    if (row0 + EDGE <= col0) /* above the triangle: the whole block leaves */
        return;
    const int64_t tile = col / D;
    const int64_t k = ((tile - a.first_tile) * a.n_samples) * D + col % D;
    double sum[PER];
    bool mine[PER];
    for (int p = 0; p < PER; p++) {
        const int64_t i = row0 + side + p * SIDE;
        mine[p] = tile < a.first_tile + a.n_square_tiles && i < a.n_samples && i >= tile * D;
        sum[p] = mine[p] ? a.k_in[k + i * D] : 0;
    }
    for (int64_t v = 0; v < a.n_variants; v += 4 * QUADS) {
        for (int i = (int)threadIdx.x; i < 4 * QUADS * EDGE; i += THREADS) {
            s->row[i / EDGE][i % EDGE] = standardised(a, v + i / EDGE, row0 + i % EDGE);
            s->col[i / EDGE][i % EDGE] = standardised(a, v + i / EDGE, col0 + i % EDGE);
        }
        __syncthreads();
        const int quads = (int)min((int64_t)QUADS, (a.n_variants - v + 3) / 4);
        for (int q = 0; q < quads; q++) {
            const double x0 = s->col[4 * q][c], x1 = s->col[4 * q + 1][c],
                         x2 = s->col[4 * q + 2][c], x3 = s->col[4 * q + 3][c];
#pragma unroll
            for (int p = 0; p < PER; p++) {
                const int i = side + p * SIDE;
                const double lo = s->row[4 * q][i] * x0 + s->row[4 * q + 1][i] * x1;
                const double hi = s->row[4 * q + 2][i] * x2 + s->row[4 * q + 3][i] * x3;
                sum[p] += lo + hi;
            }
        }
        __syncthreads();
    }
    for (int p = 0; p < PER; p++)
        if (mine[p])
            a.k_out[k + (row0 + side + p * SIDE) * D] = sum[p];
}

/* 3. launches */
void gw_gram_launch_left(const gw_gram_args_t *a, void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    const unsigned tiles = (unsigned)a->n_tiles;
    GW_LAUNCH(columns_kernel, (tiles * L + 31) / 32, 32, 0, st, *a);
    GW_LAUNCH((product_kernel<true>),
              dim3((unsigned)((a->n_variants + LANES * ROWS - 1) / (LANES * ROWS)), tiles), THREADS,
              sizeof(sums_t), st, *a);
}

void gw_gram_launch_index(const gw_gram_args_t *a, void *stream)
{
    GW_LAUNCH(index_kernel,
              dim3((unsigned)((a->row_bytes + 127) / 128), (unsigned)((a->n_variants + 3) / 4)), 128,
              0, (cudaStream_t)stream, *a);
}

void gw_gram_launch_right(const gw_gram_args_t *a, void *stream)
{
    GW_LAUNCH((product_kernel<false>),
              dim3((unsigned)((a->n_samples + LANES * ROWS - 1) / (LANES * ROWS)),
                   (unsigned)a->n_tiles),
              THREADS, sizeof(sums_t), (cudaStream_t)stream, *a);
}

void gw_gram_launch_square(const gw_gram_args_t *a, void *stream)
{
    GW_LAUNCH(square_kernel,
              dim3((unsigned)((a->n_square_tiles * D + EDGE - 1) / EDGE),
                   (unsigned)((a->n_samples + EDGE - 1) / EDGE)),
              THREADS, sizeof(square_t), (cudaStream_t)stream, *a);
}
