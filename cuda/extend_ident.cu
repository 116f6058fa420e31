/* The keys of kernels/ident.h for a batch of pairs, cell by cell as kernels/ident_ref.c has them.
 *
 * A warp takes a pair, a lane a query letter, target letters pass as a wavefront: lane l is at letter i
 * when lane 0 is at i + l. Query letters go in strips of 32, whose last one's cells pass through
 * memory. Keys are 64-bit: score * 2^32 + tie.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { LANES = 32, THREADS = 128 };

static __device__ __forceinline__ long long larger(long long a, long long b)
{
    return a > b ? a : b;
}

/* never: below any key, however many costs are taken off */
static __device__ __forceinline__ long long never()
{
    return -(1LL << 60);
}

static __device__ __forceinline__ bool inside(const gw_ident_item_t &x, int j, int i)
{
    return j - i >= x.low && j - i <= x.high;
}

static __device__ __forceinline__ int letter(const gw_ident_args_t &a, const gw_ident_item_t &x,
                                             int i)
{
    const int c = a.target[x.t_at + (uint64_t)(x.turned ? x.t_len - 1 - i : i)];
    return !x.turned ? c : c < 4 ? 3 - c : 4;
}

__global__ void __launch_bounds__(THREADS) ident_kernel(gw_ident_args_t a)
{
    const long long unit = 1LL << 32;
    const int lane = (int)threadIdx.x % LANES;
    const uint32_t it = (blockIdx.x * THREADS + threadIdx.x) / LANES;
    if (it >= a.n) /* the whole warp */
        return;
    const gw_ident_item_t x = a.item[it];
    const uint8_t *q = a.query + x.q_at;
    long long *border_h = (long long *)a.border_h + x.border;
    long long *border_f = (long long *)a.border_f + x.border;
    const long long open = a.open * unit;
    const long long ext_q = a.extend * unit - x.tie[2], ext_t = a.extend * unit - x.tie[3];
    long long best = 0;
    for (int row0 = 0; row0 < x.q_len; row0 += LANES) {
        const int j = row0 + lane;
        const int first = max(0, row0 - x.high);
        const int last = (int)min((long long)x.t_len - 1, (long long)row0 + LANES - 1 - x.low);
        const int mine = j < x.q_len ? q[j] : 0;
        long long h = never(), e = never();    /* this query letter, the target letter before */
        long long up_h = never(), gap = never(); /* the query letter before, this target letter */
        long long diagonal = never();
        for (int step = 0; step < last - first + LANES; step++) {
            const int i = first + step - lane;
            if (lane == 0 && row0 > 0) {
                const bool there = i < x.t_len && inside(x, j - 1, i);
                up_h = there ? border_h[i] : never();
                gap = there ? border_f[i] : never();
                if (step == 0 && i > 0 && i <= x.t_len && inside(x, j - 1, i - 1))
                    diagonal = border_h[i - 1];
            }
            if (j == 0) /* the left border */
                gap = -1 - i >= x.low ? -open - ext_q : never();
            if (i == 0) { /* the border above the first target letter */
                h = j + 1 >= x.low && j + 1 <= x.high ? 0 : never();
                e = never();
            }
            if (i == 0 || j == 0)
                diagonal = 0;
            long long more = never(), v = never();
            e = larger(e - ext_t, h - open - ext_t);
            if (i >= 0 && i < x.t_len && j < x.q_len && inside(x, j, i)) {
                const int c = letter(a, x, i);
                v = diagonal + a.matrix[c * a.n_letters + mine] * unit +
                    (c == mine && c < a.n_count ? x.tie[0] : x.tie[1]);
                v = larger(v, larger(e, gap));
                if (!a.ends_free)
                    v = larger(v, 0);
                if (j - i < x.stay_low || j - i > x.stay_high)
                    v |= 1;
                more = larger(gap - ext_q, v - open - ext_q);
                if (!a.ends_free || j == x.q_len - 1 || i == x.t_len - 1)
                    best = larger(best, v);
                if (lane == LANES - 1) {
                    border_h[i] = v;
                    border_f[i] = more;
                }
            } else {
                e = never();
            }
            h = v;
            diagonal = up_h;
            up_h = __shfl_up_sync(~0u, v, 1);
            gap = __shfl_up_sync(~0u, more, 1);
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
    }
    for (int d = LANES / 2; d; d >>= 1)
        best = larger(best, __shfl_xor_sync(~0u, best, d));
    if (lane == 0)
        a.key[it] = best;
}

void gw_ident_launch(const gw_ident_args_t *a, void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    GW_LAUNCH(ident_kernel, (a->n + THREADS / LANES - 1) / (THREADS / LANES), THREADS, 0, st, *a);
}
