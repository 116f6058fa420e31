/* Local scores of a query profile against templates (kernels/thread_score.h).
 *
 * 16-bit form: a warp takes 16 templates; four lanes share two of them, one in each half of a word, and
 * hold R query rows each. Sums over letters and the table of states are products of bytes on the
 * tensor cores, whose results fall to the lane and the half that need them: rows of the product are
 * templates, columns query rows. All lanes get the scores of one column together but the lanes of
 * a template pair walk one column behind each other, so scores wait in a lane's own ring in shared
 * memory. Longer queries go in strips of 4 * R rows, whose last row passes through memory.
 *
 * Logarithms are read off a float: sums start at 2^23 as a float's bits, so that one subtraction gives
 * the float of the sum. Table, bias and env come out of one float addition (GW_THREAD_BIAS_BITS).
 *
 * E and F need not be below 0 where nothing was opened yet: 0 never wins over the 0 that every H is
 * compared with, and only falls. For that reason rows past the query and columns past the template,
 * which score less than 0, need no tests: what they hold is below what is there already.
 *
 * 32-bit form: a warp takes a template whose score may have wrapped. Lane l holds WIDE_R rows, template
 * columns stream past as a wavefront. Nothing saturates.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { LETTERS = 20, STATES = 16, TOGETHER = GW_THREAD_TOGETHER };
static const int NEVER = -(1 << 29);

/* 1. columns with the template's weights in, one block an item, and one after the last that is below
 *    any that counts */
static __device__ __forceinline__ uint32_t weigh(uint32_t pp, const uint16_t *w)
{
    uint32_t out = 0;
    for (int b = 0; b < 4; b++)
        out |= ((pp >> (8 * b) & 255) * w[b] + 128) >> 8 << (8 * b);
    return out;
}

static __device__ __forceinline__ void write_column(gw_thread_col_t *to, const uint32_t *pp,
                                                    const uint32_t *env, int state, int bias, int open)
{
    const uint32_t rest[4] = {pp[4], env[4], (uint32_t)(GW_THREAD_BIAS_BITS + bias),
                              (uint32_t)open | 1u << 24};
#pragma unroll
    for (int k = 0; k < 4; k++) {
        uint4 x;
        x.x = pp[k];
        x.y = env[k];
        x.z = state / 4 == k ? 1u << (8 * (state % 4)) : 0;
        x.w = rest[k];
        ((uint4 *)(void *)to)[k] = x;
    }
}

__global__ void columns_kernel(gw_thread_args_t a)
{
    if (blockIdx.x == a.n) {
        const uint32_t none[5] = {0, 0, 0, 0, 0};
        if (threadIdx.x == 0)
            write_column(a.col + a.n_cols, none, none, 0, -12000, 0);
        return;
    }
    const gw_thread_item_t x = a.item[blockIdx.x];
    for (uint32_t j = threadIdx.x; j < (uint32_t)x.len; j += blockDim.x) {
        const uint64_t from = x.from + j;
        const uint32_t *pp = (const uint32_t *)(const void *)(a.pp + from * LETTERS),
                       *env = (const uint32_t *)(const void *)(a.env + from * LETTERS);
        uint32_t wpp[5], e[5];
#pragma unroll
        for (int k = 0; k < 5; k++) {
            wpp[k] = weigh(pp[k], x.weight + 4 * k);
            e[k] = env[k];
        }
        write_column(a.col + x.col + j, wpp, e, a.state[from], a.bias[from] + x.shift,
                     a.gap_open + a.gap[from]);
    }
}

/* 2. scores in packed halves */
enum { PAIR_BLOCK = 128, RING = 4, FLOAT_2_23 = 0x4b000000 };

static __device__ __forceinline__ uint32_t both(int x)
{
    return (uint32_t)(x & 0xffff) * 0x10001u;
}

typedef struct {
    uint32_t below3, below12, step;
} log_t;

/* Scores of a row in two templates, from sums as the products leave them: 1 + pp over 2^23, env over 2^23,
 * and table and bias over GW_THREAD_BIAS_BITS. */
static __device__ __forceinline__ uint32_t cell_pair(const log_t &lg, uint32_t pp0, uint32_t pp1, uint32_t env0,
                                                     uint32_t env1, uint32_t tab0, uint32_t tab1)
{
    const float f0 = __fadd_rn(__uint_as_float(pp0), -8388608.0f),
                f1 = __fadd_rn(__uint_as_float(pp1), -8388608.0f);
    /* exponents and mantissas; 16 log2 is bits 3..15 plus 1, and plus 2 for leading mantissas 3 to 11 */
    const uint32_t top = __byte_perm(__float_as_uint(f0), __float_as_uint(f1), 0x7632);
    const uint32_t mantissa = top & 0x00780078;
    const uint32_t from3 = __viaddmin_s16x2_relu(mantissa, lg.below3, lg.step),
                   from12 = __viaddmin_s16x2_relu(mantissa, lg.below12, lg.step);
    const uint32_t log = (top + from3 - from12) >> 3 & 0x1fff1fff;
    const float r0 = __fadd_rd(__uint_as_float(env0), __uint_as_float(tab0)),
                r1 = __fadd_rd(__uint_as_float(env1), __uint_as_float(tab1));
    return __vadd2(log, __byte_perm(__float_as_uint(r0), __float_as_uint(r1), 0x5410));
}

static __device__ __forceinline__ uint32_t word(const uint8_t *p)
{
    return *(const uint32_t *)(const void *)p;
}

/* What a lane holds of the query for 8 rows: a column of the second factors */
typedef struct {
    uint32_t pp[2], env[2]; /* letters 4t..4t+3; the last four in lane t = 0, and of env in lane t = 1 */
    uint32_t tab[2];        /* of four states: [0] + 64 * [1] */
} rows_t;

static __device__ __forceinline__ void load_rows(const gw_thread_args_t &a, int row, int t, rows_t *q)
{
    const int nothing = -126 * 64; /* with any bias below 0 */
    const bool real = row < a.q_len;
    q->pp[0] = real ? word(a.q_pp + row * LETTERS + 4 * t) : 0;
    q->pp[1] = t == 3 ? 1u << 24 : real && t == 0 ? word(a.q_pp + row * LETTERS + 16) : 0;
    q->env[0] = real ? word(a.q_env + row * LETTERS + 4 * t) : 0;
    q->env[1] = real && t == 1 ? word(a.q_env + row * LETTERS + 16) : 0;
    q->tab[0] = q->tab[1] = 0;
    for (int k = 0; k < 4; k++) {
        const int x = real ? a.q_tab[row * STATES + 4 * t + k] : nothing;
        q->tab[0] |= (uint32_t)(x & 63) << (8 * k);
        q->tab[1] |= (uint32_t)(x >> 6 & 255) << (8 * k);
    }
}

static __device__ __forceinline__ int most_of_warp(int x)
{
    for (int d = 16; d; d >>= 1)
        x = max(x, __shfl_xor_sync(~0u, x, d));
    return x;
}

/* A column of two templates, as first factor */
typedef struct {
    uint4 word[2];
    uint32_t bias[2];
    uint32_t open; /* of both, below 0 */
} cols_t;

static __device__ __forceinline__ void load_columns(const gw_thread_args_t &a,
                                                    const gw_thread_item_t *x, int j, int t, cols_t *c)
{
    uint32_t open[2];
#pragma unroll
    for (int h = 0; h < 2; h++) {
        const uint32_t at = j < x[h].len ? x[h].col + (uint32_t)j : a.n_cols;
        const uint4 *from = (const uint4 *)(const void *)(a.col + at);
        c->word[h] = from[t];
        c->bias[h] = from[2].w;
        open[h] = from[3].w;
    }
    c->open = __byte_perm(open[0], open[1], 0x5410);
}

template <int R> __global__ void __launch_bounds__(PAIR_BLOCK, 3) pair_kernel(gw_thread_args_t a)
{
    enum { TILES = R / 2, QUADS = R / 4, STRIP = 4 * R, WARPS = PAIR_BLOCK / 32 };
    GW_SHARED(uint4, shared);
    const int lane = (int)threadIdx.x % 32, warp = (int)threadIdx.x / 32, t = lane % 4, g = lane / 4;
    const uint32_t first = (blockIdx.x * WARPS + (uint32_t)warp) * TOGETHER + (uint32_t)g;
    uint4 *ring = shared + warp * RING * QUADS * 32 + lane;
    uint32_t *open_ring = (uint32_t *)(shared + WARPS * RING * QUADS * 32) + warp * RING * 32 + lane;
    gw_thread_item_t item[2] = {};
    for (int h = 0; h < 2; h++)
        if (first + 8 * (uint32_t)h < a.n)
            item[h] = a.item[first + 8 * (uint32_t)h];
    const int len = most_of_warp(max(item[0].len, item[1].len));
    const uint64_t at = (uint64_t)(uint32_t)most_of_warp((int)item[0].border) * 8 + (uint64_t)g;
    uint2 *border = (uint2 *)a.border + at;
    const uint32_t extend = both(-a.gap_extend);
    uint32_t zero[4];
#pragma unroll
    for (int k = 0; k < 4; k++)
        zero[k] = FLOAT_2_23 + a.none[k];
    const uint32_t none = a.none[0], all = ~a.none[1];
    const log_t lg = {both(-2 * 8) + none, both(-11 * 8) + none, both(8) + none};
    uint32_t best = 0;
    for (int row0 = 0; row0 < a.q_len; row0 += STRIP) {
        rows_t q[TILES];
        uint32_t H[R], E[R];
#pragma unroll
        for (int k = 0; k < TILES; k++) /* column g of a product is a row of lane g / 2 */
            load_rows(a, row0 + g / 2 * R + 2 * k + g % 2, t, &q[k]);
#pragma unroll
        for (int k = 0; k < R; k++)
            H[k] = E[k] = 0;
        for (int k = 0; k < RING * QUADS; k++) { /* columns before the first: H stays 0 there */
            uint4 v;
            v.x = v.y = v.z = v.w = 0;
            ring[k * 32] = v;
        }
        for (int k = 0; k < RING; k++)
            open_ring[k * 32] = 0;
        /* the row above, at the column before and at this one */
        uint32_t diag = 0, up = 0, F = 0;
        if (t == 0 && row0 > 0 && len > 0) {
            const uint2 b = border[0];
            up = b.x;
            F = b.y;
        }
        cols_t c;
        load_columns(a, item, 0, t, &c);
#pragma unroll 2
        for (int j = 0; j < len + 3; j++) {
            /* scores of column j */
            const uint32_t pp[4] = {c.word[0].x & all, c.word[1].x & all, c.word[0].w & all,
                                    c.word[1].w & all};
            const uint32_t env[4] = {c.word[0].y & all, c.word[1].y & all, c.word[0].w | none,
                                     c.word[1].w | none};
            const uint32_t state[4] = {c.word[0].z & all, c.word[1].z & all, c.word[0].z << 6,
                                       c.word[1].z << 6};
            const uint32_t bias[4] = {c.bias[0] & all, c.bias[0] | none, c.bias[1] & all,
                                      c.bias[1] | none};
            uint4 *to = ring + (j & (RING - 1)) * QUADS * 32;
            open_ring[(j & (RING - 1)) * 32] = c.open;
#pragma unroll
            for (int k = 0; k < QUADS; k++) {
                uint32_t s[4];
#pragma unroll
                for (int h = 0; h < 2; h++) {
                    const rows_t &r = q[2 * k + h];
                    uint32_t p[4], e[4], b[4];
                    gw_mma_u8(p, pp, r.pp[0], r.pp[1], zero);
                    gw_mma_u8(e, env, r.env[0], r.env[1], zero);
                    gw_mma_u8s8(b, state, r.tab[0], r.tab[1], bias);
                    s[2 * h] = cell_pair(lg, p[0], p[2], e[0], e[2], b[0], b[2]);
                    s[2 * h + 1] = cell_pair(lg, p[1], p[3], e[1], e[3], b[1], b[3]);
                }
                uint4 v;
                v.x = s[0];
                v.y = s[1];
                v.z = s[2];
                v.w = s[3];
                to[k * 32] = v;
            }
            load_columns(a, item, j + 1, t, &c);
            /* the recursion at column j - t */
            const uint4 *from = ring + ((j - t) & (RING - 1)) * QUADS * 32;
            const uint32_t open = open_ring[((j - t) & (RING - 1)) * 32];
            uint32_t above = diag;
#pragma unroll
            for (int k = 0; k < QUADS; k++) {
                const uint4 v = from[k * 32];
                const uint32_t sum[4] = {__vadd2(above, v.x), __vadd2(H[4 * k], v.y),
                                         __vadd2(H[4 * k + 1], v.z), __vadd2(H[4 * k + 2], v.w)};
                above = H[4 * k + 3];
#pragma unroll
                for (int i = 4 * k; i < 4 * k + 4; i++) {
                    H[i] = __vimax3_s16x2_relu(sum[i % 4], E[i], F);
                    const uint32_t opened = __vsub2(H[i], open);
                    E[i] = __viaddmax_s16x2(E[i], extend, opened);
                    F = __viaddmax_s16x2(F, extend, opened);
                    if (i % 2)
                        best = __vimax3_s16x2(best, H[i - 1], H[i]);
                }
            }
            if (t == 3 && j >= 3 && row0 + STRIP < a.q_len) {
                uint2 b;
                b.x = H[R - 1];
                b.y = F;
                border[(uint64_t)(j - 3) * 8] = b;
            }
            diag = up;
            up = __shfl_up_sync(~0u, H[R - 1], 1, 4);
            F = __shfl_up_sync(~0u, F, 1, 4);
            if (t == 0) {
                uint2 b;
                b.x = b.y = 0;
                if (row0 > 0 && j + 1 < len)
                    b = border[(uint64_t)(j + 1) * 8];
                up = b.x;
                F = b.y;
            }
        }
        __syncwarp(); /* the strip's border is read by lanes t = 0 */
    }
    for (int d = 1; d < 4; d *= 2)
        best = __vmaxs2(best, __shfl_xor_sync(~0u, best, d));
    for (int h = 0; h < 2; h++)
        if (t == 0 && first + 8 * (uint32_t)h < a.n)
            a.score[first + 8 * (uint32_t)h] = (int)(best >> (16 * h) & 0xffff);
}

/* 3. scores in 32 bits: 16 log2(x), rounded, from the exponent and four bits of the mantissa; x < 2^24,
 *    so the float is exact. The correction is 1, and 2 for mantissas 3 to 11. */
enum { WIDE_R = 4, WIDE_STRIP = 32 * WIDE_R };

static __device__ __forceinline__ int log16(uint32_t x)
{
    const float f = (float)x;
    const int v = (int)(__float_as_uint(f) >> 19);
    return v - 127 * 16 + 1 + (0x0ff8 >> (v & 15) & 1);
}

__global__ void __launch_bounds__(32) wide_kernel(gw_thread_args_t a)
{
    const int lane = (int)threadIdx.x;
    const gw_thread_item_t x = a.item[blockIdx.x];
    if (a.score[blockIdx.x] < GW_THREAD_LIMIT)
        return;
    const int steps = x.len + 31;
    const gw_thread_col_t *col = a.col + x.col;
    int2 *border = (int2 *)a.border + x.col;
    int best = 0;
    for (int row0 = 0; row0 < a.q_len; row0 += WIDE_STRIP) {
        uint32_t q[WIDE_R][10];
        const int16_t *tab[WIDE_R];
        bool real[WIDE_R];
        int H[WIDE_R], E[WIDE_R];
#pragma unroll
        for (int k = 0; k < WIDE_R; k++) {
            const int r = row0 + lane * WIDE_R + k;
            real[k] = r < a.q_len;
            tab[k] = a.q_tab + (real[k] ? r : 0) * STATES;
            for (int w = 0; w < 5; w++) {
                q[k][w] = real[k] ? word(a.q_pp + r * LETTERS + 4 * w) : 0;
                q[k][5 + w] = real[k] ? word(a.q_env + r * LETTERS + 4 * w) : 0;
            }
            H[k] = 0;
            E[k] = NEVER;
        }
        int diag = 0, up = 0, f_up = NEVER; /* the row above, at j - 1 and at j */
        if (lane == 0 && row0 > 0 && x.len > 0) {
            up = border[0].x;
            f_up = border[0].y;
        }
        for (int step = 0; step < steps; step++) {
            const int j = step - lane;
            int F = f_up;
            if (j >= 0 && j < x.len && real[0]) {
                const gw_thread_col_t w = col[j];
                int state = 0, d = diag;
                uint32_t dot[10];
                for (int k = 0; k < 4; k++) {
                    dot[k] = w.quarter[k].pp;
                    dot[5 + k] = w.quarter[k].env;
                    if (w.quarter[k].state)
                        state = 4 * k + __ffs((int)w.quarter[k].state) / 8;
                }
                dot[4] = w.quarter[0].rest;
                dot[9] = w.quarter[1].rest;
                const int bias = (int)w.quarter[2].rest - GW_THREAD_BIAS_BITS;
                const int open = (int)(w.quarter[3].rest & 0xffff);
#pragma unroll
                for (int k = 0; k < WIDE_R; k++) {
                    uint32_t pp = 1, env = 0;
#pragma unroll
                    for (int i = 0; i < 5; i++) {
                        pp = __dp4a(q[k][i], dot[i], pp);
                        env = __dp4a(q[k][5 + i], dot[5 + i], env);
                    }
                    const int s = log16(pp) + (int)(env >> 9) + bias + tab[k][state];
                    const int v = max(max(d + s, E[k]), max(F, 0));
                    d = H[k];
                    if (real[k]) {
                        H[k] = v;
                        best = max(best, v);
                    }
                    E[k] = max(E[k] - a.gap_extend, v - open);
                    F = max(F - a.gap_extend, v - open);
                }
                if (lane == 31 && row0 + WIDE_STRIP < a.q_len) {
                    border[j].x = H[WIDE_R - 1];
                    border[j].y = F;
                }
            }
            diag = up;
            up = __shfl_up_sync(~0u, H[WIDE_R - 1], 1);
            f_up = __shfl_up_sync(~0u, F, 1);
            if (lane == 0) {
                up = 0;
                f_up = NEVER;
                if (row0 > 0 && j + 1 < x.len) {
                    up = border[j + 1].x;
                    f_up = border[j + 1].y;
                }
            }
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
    }
    best = most_of_warp(best);
    if (lane == 0)
        a.score[blockIdx.x] = best;
}

/* 4. launches: more rows a lane share the work of a column, and leave more of them empty in the last
 *    strip. COST: instructions a cell (tests/bench/gpu.md), times 10. */
template <int R> static void launch(const gw_thread_args_t &a, cudaStream_t st)
{
    const uint32_t warps = (a.n + TOGETHER - 1) / TOGETHER, block = PAIR_BLOCK / 32;
    const size_t smem = (size_t)PAIR_BLOCK * RING * (R + 1) * sizeof(uint32_t);
    cudaFuncSetAttribute(pair_kernel<R>, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)smem);
    GW_LAUNCH((pair_kernel<R>), (warps + block - 1) / block, PAIR_BLOCK, smem, st, a);
}

static int64_t work_with(int32_t q_len, int rows, int cost)
{
    return ((int64_t)q_len + 4 * rows - 1) / (4 * rows) * 4 * rows * cost;
}

void gw_thread_launch(const gw_thread_args_t *a, void *stream)
{
    enum { COST16 = 129, COST20 = 127 };
    cudaStream_t st = (cudaStream_t)stream;
    GW_LAUNCH(columns_kernel, a->n + 1, 64, 0, st, *a);
    if (work_with(a->q_len, 16, COST16) < work_with(a->q_len, 20, COST20))
        launch<16>(*a, st);
    else
        launch<20>(*a, st);
    GW_LAUNCH(wide_kernel, a->n, 32, 0, st, *a);
}
