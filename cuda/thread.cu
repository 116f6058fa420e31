/* Local scores of a query profile against templates (kernels/thread_score.h).
 *
 * A warp takes a template. Lane l holds R query rows in registers, template columns stream past as a
 * wavefront, so a cell's score is made where the recursion needs it and is never stored. Queries of
 * more than 32 * R rows go in strips, whose last row passes through memory. All of it is in 32 bits:
 * nothing saturates and nothing is done twice.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { LETTERS = 20, STATES = 16, THREADS = 128 };
static const int NEVER = -(1 << 29);

/* 1. columns with the template's weights in, one block a template */
__global__ void columns_kernel(gw_thread_args_t a)
{
    const uint32_t t = blockIdx.x;
    const uint16_t *w = a.weight + (uint64_t)t * LETTERS;
    for (uint64_t j = a.off[t] + threadIdx.x; j < a.off[t + 1]; j += blockDim.x) {
        gw_thread_col_t c;
        for (int k = 0; k < 5; k++) {
            uint32_t pp = 0, env = 0;
            for (int b = 0; b < 4; b++) {
                const uint64_t at = j * LETTERS + (uint64_t)(4 * k + b);
                pp |= (uint32_t)((a.pp[at] * w[4 * k + b] + 128) >> 8) << (8 * b);
                env |= (uint32_t)a.env[at] << (8 * b);
            }
            c.dot[k] = pp;
            c.dot[5 + k] = env;
        }
        c.bias = (int16_t)(a.bias[j] + a.shift[t]);
        c.state = a.state[j];
        c.gap = a.gap[j];
        c.unused = 0;
        a.col[j] = c;
    }
}

/* 2. scores: 16 log2(x), rounded, from the exponent and four bits of the mantissa; x < 2^24, so the
 *    float is exact. The correction is 1, and 2 for mantissas 3 to 11. */
static __device__ __forceinline__ int log16(uint32_t x)
{
    const float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    const int v = (int)(bits >> 19);
    return v - 127 * 16 + 1 + (0x0ff8 >> (v & 15) & 1);
}

static __device__ __forceinline__ uint32_t word(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

template <int R> __global__ void __launch_bounds__(THREADS) score_kernel(gw_thread_args_t a)
{
    enum { STRIP = 32 * R };
    GW_SHARED(int16_t, tab); /* [row of the strip][state] */
    const int lane = (int)threadIdx.x % 32;
    const uint32_t t = (blockIdx.x * THREADS + threadIdx.x) / 32;
    const bool some = t < a.n;
    const uint64_t beg = some ? a.off[t] : 0;
    const int len = some ? (int)(a.off[t + 1] - beg) : 0, steps = len + 31;
    const gw_thread_col_t *col = a.col + beg;
    int best = 0;
    for (int row0 = 0; row0 < a.q_len; row0 += STRIP) {
        __syncthreads(); /* nobody reads the strip before any more */
        for (int i = (int)threadIdx.x; i < STRIP * STATES; i += THREADS)
            tab[i] = row0 + i / STATES < a.q_len ? a.q_tab[row0 * STATES + i] : 0;
        __syncthreads();
        uint32_t q[R][10];
        bool real[R];
        int H[R], E[R];
#pragma unroll
        for (int k = 0; k < R; k++) {
            const int r = row0 + lane * R + k;
            real[k] = r < a.q_len;
            for (int w = 0; w < 5; w++) {
                q[k][w] = real[k] ? word(a.q_pp + r * LETTERS + 4 * w) : 0;
                q[k][5 + w] = real[k] ? word(a.q_env + r * LETTERS + 4 * w) : 0;
            }
            H[k] = 0;
            E[k] = NEVER;
        }
        int diag = 0, up = 0, f_up = NEVER; /* the row above, at j - 1 and at j */
        if (lane == 0 && row0 > 0 && len > 0) {
            up = a.border_h[beg];
            f_up = a.border_f[beg];
        }
        for (int step = 0; step < steps; step++) {
            const int j = step - lane;
            int F = f_up;
            if (j >= 0 && j < len && real[0]) {
                /* a gw_thread_col_t in three loads: its dots, then bias, state and gap in a word */
                const uint4 *from = (const uint4 *)(const void *)(col + j);
                const uint4 w0 = from[0], w1 = from[1], w2 = from[2];
                const uint32_t dot[10] = {w0.x, w0.y, w0.z, w0.w, w1.x, w1.y, w1.z, w1.w, w2.x, w2.y};
                const int bias = (int16_t)(uint16_t)w2.z, state = (int)(w2.z >> 16 & 255);
                const int open = a.gap_open + (int)(w2.z >> 24);
                int d = diag;
#pragma unroll
                for (int k = 0; k < R; k++) {
                    uint32_t pp = 1, env = 0;
#pragma unroll
                    for (int w = 0; w < 5; w++) {
                        pp = __dp4a(q[k][w], dot[w], pp);
                        env = __dp4a(q[k][5 + w], dot[5 + w], env);
                    }
                    const int s = log16(pp) + (int)(env >> 9) + bias +
                                  tab[(lane * R + k) * STATES + state];
                    int v = max(max(d + s, E[k]), max(F, 0));
                    d = H[k];
                    if (real[k]) {
                        H[k] = v;
                        best = max(best, v);
                    }
                    E[k] = max(E[k] - a.gap_extend, v - open);
                    F = max(F - a.gap_extend, v - open);
                }
                if (lane == 31 && row0 + STRIP < a.q_len) {
                    a.border_h[beg + (uint64_t)j] = H[R - 1];
                    a.border_f[beg + (uint64_t)j] = F;
                }
            }
            diag = up;
            up = __shfl_up_sync(~0u, H[R - 1], 1);
            f_up = __shfl_up_sync(~0u, F, 1);
            if (lane == 0) {
                up = 0;
                f_up = NEVER;
                if (row0 > 0 && j + 1 < len) {
                    up = a.border_h[beg + (uint64_t)(j + 1)];
                    f_up = a.border_f[beg + (uint64_t)(j + 1)];
                }
            }
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
    }
    for (int d = 16; d; d >>= 1)
        best = max(best, __shfl_xor_sync(~0u, best, d));
    if (lane == 0 && some)
        a.score[t] = best;
}

/* 3. launches: more rows a lane share the work of a column, and leave more of them empty in the last
 *    strip. COST: instructions a row (tests/bench/gpu.md), times 10. */
template <int R> static void launch(const gw_thread_args_t &a, cudaStream_t st)
{
    GW_LAUNCH((score_kernel<R>), (a.n + THREADS / 32 - 1) / (THREADS / 32), THREADS,
              32 * R * STATES * sizeof(int16_t), st, a);
}

static int64_t work_with(int32_t q_len, int rows, int cost)
{
    return ((int64_t)q_len + 32 * rows - 1) / (32 * rows) * 32 * rows * cost;
}

void gw_thread_launch(const gw_thread_args_t *a, void *stream)
{
    enum { COST4 = 478, COST6 = 410, COST8 = 386 };
    cudaStream_t st = (cudaStream_t)stream;
    const int64_t four = work_with(a->q_len, 4, COST4), six = work_with(a->q_len, 6, COST6),
                  eight = work_with(a->q_len, 8, COST8);
    GW_LAUNCH(columns_kernel, a->n, 64, 0, st, *a);
    if (four <= six && four <= eight)
        launch<4>(*a, st);
    else if (six <= eight)
        launch<6>(*a, st);
    else
        launch<8>(*a, st);
}
