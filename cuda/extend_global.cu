/* Banded global alignment with its trace: the cells, ties and flags of kernels/extend_global_ref.c.
 *
 * A warp takes a pair, a lane a row of the matrix (row i: i query letters before it), columns pass
 * as a wavefront. Rows go in strips of 32, whose last row passes through memory. The flags of a
 * step of all lanes are neighbours in memory. The trace then runs in one lane and its operations go
 * to a stretch of the output that is taken by an atomic addition: where they stand differs between
 * runs, what they are does not.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { NONE = -(1 << 29), ROWS = GW_GLOBAL_ROWS, THREADS = 128 };
enum { TRACE_M = 1, TRACE_D = 2, MORE_D = 4, MORE_I = 8 };

/* 1. the band: row i's columns beg..end, both included */
struct row_t {
    long long beg, end;
};

static __device__ __forceinline__ row_t band_row(const gw_global_item_t &x, long long i)
{
    row_t r = {0, x.t_len};
    if (x.width >= 0) {
        r.beg = max(0LL, i + x.diag - x.width);
        r.end = min((long long)x.t_len, i + x.diag + x.width);
    }
    return r;
}

/* 2. cells */
struct cell_t {
    int h, e, f, flags;
};

static __device__ __forceinline__ int less(int x, int cost)
{
    return x == NONE ? NONE : x - cost;
}

static __device__ __forceinline__ cell_t fill_cell(const gw_global_args_t &a, const cell_t &left,
                                                   const cell_t &up, int diagonal, int score)
{
    const int e_open = less(left.h, a.open), e_more = less(left.e, a.extend);
    const int f_open = less(up.h, a.open), f_more = less(up.f, a.extend);
    const int m = less(diagonal, -score);
    cell_t c;
    c.e = max(e_open, e_more);
    c.f = max(f_open, f_more);
    c.h = max(m, max(c.e, c.f));
    c.flags = (m == c.h ? TRACE_M : 0) | (c.e == c.h ? TRACE_D : 0);
    if (e_more > e_open || (e_more == e_open && !(left.flags & TRACE_M)))
        c.flags |= MORE_D;
    if (f_more > f_open || (f_more == f_open && !(up.flags & (TRACE_M | TRACE_D))))
        c.flags |= MORE_I;
    return c;
}

/* Fills the flags of all strips; the last cell's score, in every lane. */
static __device__ int fill(const gw_global_args_t &a, const gw_global_item_t &x, int lane)
{
    const cell_t none = {NONE, NONE, NONE, 0};
    int *border_h = a.border_h + x.border, *border_f = a.border_f + x.border;
    uint8_t *border_flags = a.border_flags + x.border;
    const uint8_t *q = a.query + x.q_at, *t = a.target + x.t_at;
    int score = NONE;
    for (int row0 = 0; row0 <= x.q_len; row0 += ROWS) {
        const int i = row0 + lane;
        const row_t first = band_row(x, row0), mine = band_row(x, i), over = band_row(x, row0 - 1LL);
        const row_t last = band_row(x, min(row0 + ROWS - 1, x.q_len));
        const long long n = last.end - first.beg + ROWS;
        uint8_t *flags = a.flags + x.flags + (row0 / ROWS) * x.strip;
        const int8_t *scores = a.matrix;
        if (i > 0 && i <= x.q_len)
            scores += q[i - 1] * a.n_letters;
        cell_t left = none, up = none;
        int diagonal = NONE;
        if (lane == 0 && row0 > 0 && first.beg >= 1 && first.beg - 1 >= over.beg &&
            first.beg - 1 <= over.end)
            diagonal = border_h[first.beg - 1];
        for (long long step = 0; step < n; step++) {
            const long long j = first.beg + step - lane;
            if (lane == 0) {
                up = none;
                if (row0 > 0 && j >= over.beg && j <= over.end)
                    up = {border_h[j], NONE, border_f[j], border_flags[j]};
            }
            cell_t c = none;
            if (i <= x.q_len && j >= mine.beg && j <= mine.end) {
                if (i == 0 && j == 0)
                    c = {0, NONE, NONE, TRACE_M};
                else
                    c = fill_cell(a, left, up, diagonal, i > 0 && j > 0 ? scores[t[j - 1]] : 0);
                flags[step * ROWS + lane] = (uint8_t)c.flags;
                if (lane == ROWS - 1) {
                    border_h[j] = c.h;
                    border_f[j] = c.f;
                    border_flags[j] = (uint8_t)c.flags;
                }
                if (i == x.q_len && j == x.t_len)
                    score = c.h;
            }
            left = c;
            diagonal = up.h;
            up.h = __shfl_up_sync(~0u, c.h, 1);
            up.f = __shfl_up_sync(~0u, c.f, 1);
            up.flags = __shfl_up_sync(~0u, c.flags, 1);
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
    }
    return __shfl_sync(~0u, score, x.q_len % ROWS);
}

/* 3. the trace, from the last cell to the first: runs of operations, the last one first */
static __device__ uint32_t trace(const gw_global_args_t &a, const gw_global_item_t &x)
{
    uint32_t *out = a.trace + x.trace, n = 0;
    int i = x.q_len, j = x.t_len, state = 0;
    while (i > 0 || j > 0) {
        const int row0 = i / ROWS * ROWS;
        const long long step = j - band_row(x, row0).beg + i % ROWS;
        const int f = a.flags[x.flags + (i / ROWS) * x.strip + step * ROWS + i % ROWS];
        uint32_t op = 1;
        if (state == 0 && (f & TRACE_M)) {
            op = 0;
            i--;
            j--;
        } else if (state == MORE_D || (state == 0 && (f & TRACE_D))) {
            op = 2;
            state = f & MORE_D;
            j--;
        } else {
            state = f & MORE_I;
            i--;
        }
        if (n > 0 && (out[n - 1] & 15) == op)
            out[n - 1] += 16;
        else
            out[n++] = 16 | op;
    }
    return n;
}

__global__ void __launch_bounds__(THREADS) global_kernel(gw_global_args_t a)
{
    const int lane = (int)threadIdx.x % 32;
    const uint32_t it = (blockIdx.x * THREADS + threadIdx.x) / 32;
    if (it >= a.n) /* the whole warp */
        return;
    const gw_global_item_t x = a.item[it];
    const row_t first = band_row(x, 0), last = band_row(x, x.q_len);
    gw_global_result_t r = {INT32_MIN, 0, 0, 0};
    if (first.beg <= first.end && last.beg <= last.end && last.end == x.t_len) {
        const int score = fill(a, x, lane);
        uint32_t n = 0;
        if (score != NONE) {
            r.score = score;
            if (lane == 0)
                n = trace(a, x);
            n = __shfl_sync(~0u, n, 0);
            if (lane == 0)
                r.cigar = atomicAdd(a.n_cigar, n);
            r.cigar = __shfl_sync(~0u, r.cigar, 0);
            r.n_cigar = r.cigar <= a.cap_cigar && n <= a.cap_cigar - r.cigar ? (int)n : -1;
        }
        __syncwarp();
        for (int k = lane; k < r.n_cigar; k += 32)
            a.cigar[r.cigar + (uint32_t)k] = a.trace[x.trace + n - 1 - (uint32_t)k];
    }
    if (lane == 0)
        a.result[it] = r;
}

__global__ void clear_kernel(uint32_t *n)
{
    *n = 0;
}

/* 4. launches */
void gw_global_launch(const gw_global_args_t *a, void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    GW_LAUNCH(clear_kernel, 1, 1, 0, st, a->n_cigar);
    GW_LAUNCH(global_kernel, (a->n + THREADS / 32 - 1) / (THREADS / 32), THREADS, 0, st, *a);
}
