/* The pair HMM's forward recursion, in the operations and the order of kernels/pairhmm_ref.h.
 *
 * A group of GS lanes holds GS * R rows (read bases), R a lane, with their constants in registers;
 * haplotype bases stream past as a wavefront. The read's last row must be a lane's last one, so the
 * rows missing from a full lane stand before the read, in lane 0. Such a row hands on X = start: its
 * I' is start (ci = xi = 1) and its M and D' are 0; the read's own first row has ci = 0, so nothing
 * of it is left there. Longer reads go in strips, whose last row passes through memory.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

#include "kernels/pairhmm_variants.h"

/* 1. number types */
template <class T> struct real;
template <> struct real<float> {
    typedef gw_pairhmm_row_f_t row_t;
    static __device__ __forceinline__ float fma(float a, float b, float c)
    {
        return __fmaf_rn(a, b, c);
    }
    static __device__ __forceinline__ float start(double s, int hap_len)
    {
        return (float)((double)GW_PAIRHMM_SCALE_F * s / (double)hap_len);
    }
};
template <> struct real<double> {
    typedef gw_pairhmm_row_d_t row_t;
    static __device__ __forceinline__ double fma(double a, double b, double c)
    {
        return __fma_rn(a, b, c);
    }
    static __device__ __forceinline__ double start(double s, int hap_len)
    {
        return GW_PAIRHMM_SCALE_D * s / (double)hap_len;
    }
};

/* 2. rows of the reads: the arithmetic of kernels/pairhmm_rows.c */
struct gaps_t {
    double mx, my, xx, mm, gm;
};

static __device__ __forceinline__ double prob(const gw_hmm_args_t &a, uint8_t qual, double most)
{
    const double p = a.prob[qual > 127 ? 127 : qual];
    return p < most ? p : most;
}

static __device__ __forceinline__ gaps_t gaps_of(const gw_hmm_args_t &a, uint64_t at)
{
    gaps_t g;
    g.mx = prob(a, a.ins_qual[at], 1);
    g.my = prob(a, a.del_qual[at], 1);
    g.xx = prob(a, a.ext_qual[at], 0.9);
    const double open = g.mx + g.my;
    g.mm = 1 - (open < 0.999 ? open : 0.999);
    g.gm = 1 - g.xx;
    return g;
}

template <class T> __global__ void rows_kernel(gw_hmm_args_t a)
{
    typedef typename real<T>::row_t row_t;
    const uint32_t r = blockIdx.x;
    const uint64_t from = a.read_off[r], to = a.read_off[r + 1];
    for (uint64_t at = from + threadIdx.x; at < to; at += blockDim.x) {
        const bool first = at == from, last = at + 1 == to;
        const gaps_t here = gaps_of(a, at), next = last ? here : gaps_of(a, at + 1);
        const double e = prob(a, a.qual[at], 0.75), ratio = next.gm / next.mm;
        row_t row;
        row.lm = (T)((1 - e) * here.mm);
        row.lx = (T)(e / 3 * here.mm);
        row.ci = (T)(first ? 0 : here.xx * gaps_of(a, at - 1).mx / here.mx);
        row.cd = (T)here.xx;
        row.xi = (T)(last ? here.mx : ratio * here.mx);
        row.xd = (T)(last ? 0 : ratio * here.my);
        row.base = a.base[at];
        row.unused = 0;
        ((row_t *)a.row)[at] = row;
        if (first)
            a.start[r] = here.gm / here.mm;
    }
}

void gw_hmm_rows(const gw_hmm_args_t *a, bool wide, void *stream)
{
    if (wide)
        GW_LAUNCH((rows_kernel<double>), a->n_reads, 64, 0, (cudaStream_t)stream, *a);
    else
        GW_LAUNCH((rows_kernel<float>), a->n_reads, 64, 0, (cudaStream_t)stream, *a);
}

/* 3. the forward recursion */
static __device__ __forceinline__ int most_of_warp(int x)
{
    for (int d = 16; d; d >>= 1)
        x = max(x, __shfl_xor_sync(~0u, x, d));
    return x;
}

/* Two bases match when their bits meet: N has all of them, and every base has N's. */
static __device__ __forceinline__ uint32_t hap_bits(int base)
{
    return base >= 4 ? 31u : 1u << base | 16u;
}

template <class T, int GS, int R>
__global__ void __launch_bounds__(GW_HMM_BLOCK) forward_kernel(gw_hmm_args_t a)
{
    typedef real<T> N;
    const int lane = (int)threadIdx.x % GS;
    const uint32_t it = (blockIdx.x * GW_HMM_BLOCK + threadIdx.x) / GS;
    gw_hmm_item_t x = {};
    if (it < a.n)
        x = a.item[it];
    const uint8_t *hap = a.hap + x.hap;
    const typename N::row_t *rows = (const typename N::row_t *)a.row + x.row;
    const int lanes = (x.n_rows + R - 1) / R, pad = lanes * R - x.n_rows;
    const int strips = most_of_warp((lanes + GS - 1) / GS);
    const int steps = most_of_warp(x.hap_len) + GS - 1;
    const T start = it < a.n ? N::start(a.start[x.read], x.hap_len) : 0;
    T *border = (T *)a.border + 3 * x.border;
    T sum = 0;

    for (int s = 0; s < strips; s++) {
        T lm[R], lx[R], ci[R], cd[R], xi[R], xd[R], X[R], D[R], M[R];
        uint32_t bit[R];
#pragma unroll
        for (int k = 0; k < R; k++) {
            const int i = (s * GS + lane) * R + k - pad;
            lm[k] = lx[k] = cd[k] = xd[k] = 0;
            ci[k] = xi[k] = i < 0 ? 1 : 0;
            bit[k] = 0;
            if (i >= 0 && i < x.n_rows) {
                const typename N::row_t r = rows[i];
                lm[k] = r.lm;
                lx[k] = r.lx;
                ci[k] = r.ci;
                cd[k] = r.cd;
                xi[k] = r.xi;
                xd[k] = r.xd;
                bit[k] = 1u << r.base;
            }
            X[k] = i < 0 ? start : 0;
            D[k] = M[k] = 0;
        }
        const bool ends = s * GS + lane == lanes - 1, first = lane == 0 && s == 0;
        T diag = first ? start : 0;                            /* X above, one column to the left */
        T x_up = first ? start : 0, m_up = 0, i_up = x_up; /* above; before the read I' is X */
        if (lane == 0 && s > 0 && x.hap_len > 0) {
            x_up = border[0];
            m_up = border[1];
            i_up = border[2];
        }
        for (int step = 0; step < steps; step++) {
            const int j = step - lane;
            const uint32_t h = j >= 0 && j < x.hap_len ? hap_bits(hap[j]) : 0;
            T d = diag, m = m_up, ins = i_up;
#pragma unroll
            for (int k = 0; k < R; k++) {
                ins = N::fma(ci[k], ins, m);
                D[k] = N::fma(cd[k], D[k], M[k]);
                M[k] = (h & bit[k] ? lm[k] : lx[k]) * d;
                d = X[k];
                X[k] = N::fma(xi[k], ins, N::fma(xd[k], D[k], M[k]));
                m = M[k];
            }
            if (ends && j >= 0 && j < x.hap_len)
                sum += X[R - 1];
            if (s + 1 < strips && lane == GS - 1 && j >= 0 && j < x.hap_len) {
                border[3 * j] = X[R - 1];
                border[3 * j + 1] = m;
                border[3 * j + 2] = ins;
            }
            diag = x_up;
            x_up = __shfl_up_sync(~0u, X[R - 1], 1, GS);
            m_up = __shfl_up_sync(~0u, m, 1, GS);
            i_up = __shfl_up_sync(~0u, ins, 1, GS);
            if (lane == 0) {
                x_up = i_up = s == 0 ? start : 0;
                m_up = 0;
                if (s > 0 && j + 1 < x.hap_len) {
                    x_up = border[3 * (j + 1)];
                    m_up = border[3 * (j + 1) + 1];
                    i_up = border[3 * (j + 1) + 2];
                }
            }
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
        if (ends && it < a.n)
            ((T *)a.sum)[x.out] = sum;
    }
}

/* 4. launches */
template <class T, int GS, int R> static void launch(const gw_hmm_args_t &a, cudaStream_t stream)
{
    const uint32_t per_block = GW_HMM_BLOCK / GS;
    GW_LAUNCH((forward_kernel<T, GS, R>), (a.n + per_block - 1) / per_block, GW_HMM_BLOCK, 0, stream,
              a);
}

void gw_hmm_launch(const gw_hmm_args_t *a, int shape, void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    switch (shape) {
    case 0:
        return launch<float, 8, 8>(*a, st);
    case 1:
        return launch<float, 16, 8>(*a, st);
    case 2:
        return launch<float, 16, 10>(*a, st);
    case 3:
        return launch<float, 32, 8>(*a, st);
    default:
        return launch<double, 32, 4>(*a, st);
    }
}
