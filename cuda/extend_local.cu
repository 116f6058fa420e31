/* Local alignment with affine gaps: the best score of a pair and where it ends first.
 *
 * A group of GS lanes holds GS * R query letters, R a lane; target letters stream past as a
 * wavefront, lane l being at column j when lane 0 is at j + l. H and the gap along the query move
 * from lane to lane by shuffles. Longer queries go in strips, whose last row passes through memory.
 *
 * 16-bit form: both halves of every word are pairs of their own. The scores of a lane's letters
 * against each target letter stand as bytes in shared memory, laid out so that a lane's loads
 * meet no other lane's bank whatever the letters are; one byte permutation picks and widens the
 * scores of both halves. Values are those of the reference cut off at 0: paths below 0 never win.
 * E and F are kept raised by the cost of opening, so that one maximum serves both, and the
 * subtraction of that cost happens once a cell.
 */
#include "cuda/launch.h"
#include "cuda/rt.h"

/* 1. arithmetic on two 16-bit halves, or on 32 bits */
template <bool WIDE> struct num;

template <> struct num<false> {
    enum { PAIRS = 2 };
    static __device__ __forceinline__ uint32_t both(int a, int b)
    {
        return (uint32_t)(a & 0xffff) | (uint32_t)b << 16;
    }
    static __device__ __forceinline__ uint32_t add(uint32_t a, uint32_t b)
    {
        return __vadd2(a, b);
    }
    static __device__ __forceinline__ uint32_t max2(uint32_t a, uint32_t b)
    {
        return __vmaxs2(a, b);
    }
    static __device__ __forceinline__ uint32_t max3(uint32_t a, uint32_t b, uint32_t c)
    {
        return __vimax3_s16x2(a, b, c);
    }
    static __device__ __forceinline__ uint32_t addmax(uint32_t a, uint32_t b, uint32_t c)
    {
        return __viaddmax_s16x2(a, b, c);
    }
    /* byte k of each of a and b */
    static __device__ __forceinline__ uint32_t pick(uint32_t a, uint32_t b, int k)
    {
        return __byte_perm(a, b, (uint32_t)(k | (8 | k) << 4 | (4 + k) << 8 | (12 + k) << 12));
    }
    static __device__ __forceinline__ int get(uint32_t a, int h)
    {
        return (int16_t)(uint16_t)(h ? a >> 16 : a);
    }
    static __device__ __forceinline__ uint32_t mask(int h)
    {
        return h ? 0xffff0000u : 0xffffu;
    }
};

template <> struct num<true> {
    enum { PAIRS = 1 };
    static __device__ __forceinline__ uint32_t both(int a, int b)
    {
        (void)b;
        return (uint32_t)a;
    }
    static __device__ __forceinline__ uint32_t add(uint32_t a, uint32_t b)
    {
        return a + b;
    }
    static __device__ __forceinline__ uint32_t max2(uint32_t a, uint32_t b)
    {
        return (uint32_t)max((int)a, (int)b);
    }
    static __device__ __forceinline__ uint32_t max3(uint32_t a, uint32_t b, uint32_t c)
    {
        return (uint32_t)__vimax3_s32((int)a, (int)b, (int)c);
    }
    static __device__ __forceinline__ uint32_t addmax(uint32_t a, uint32_t b, uint32_t c)
    {
        return (uint32_t)__viaddmax_s32((int)a, (int)b, (int)c);
    }
    static __device__ __forceinline__ uint32_t pick(uint32_t a, uint32_t b, int k)
    {
        (void)b;
        return __byte_perm(a, 0, (uint32_t)(k | (8 | k) * 0x1110));
    }
    static __device__ __forceinline__ int get(uint32_t a, int h)
    {
        (void)h;
        return (int)a;
    }
    static __device__ __forceinline__ uint32_t mask(int h)
    {
        (void)h;
        return ~0u;
    }
};

/* 2. better answers: more score, then the smaller column, then the smaller row */
static __device__ __forceinline__ bool better(const gw_local_best_t &a, const gw_local_best_t &b)
{
    if (a.score != b.score)
        return a.score > b.score;
    return a.col != b.col ? a.col < b.col : a.row < b.row;
}

template <int GS> static __device__ __forceinline__ gw_local_best_t best_of_group(gw_local_best_t x)
{
    for (int d = GS / 2; d; d >>= 1) {
        gw_local_best_t o = {__shfl_xor_sync(~0u, x.score, d), __shfl_xor_sync(~0u, x.row, d),
                             __shfl_xor_sync(~0u, x.col, d)};
        if (better(o, x))
            x = o;
    }
    return x;
}

static __device__ __forceinline__ int most_of_warp(int x)
{
    for (int d = 16; d; d >>= 1)
        x = max(x, __shfl_xor_sync(~0u, x, d));
    return x;
}

/* 3. the kernel. PAD is the score of what is not there: below any that could help a path. */
static const int PAD = -128;
enum { STEPS = 4 };

/* W words of a lane's scores; a lane's stand together, so that 4 come in one conflict-free load and
 * an odd number strides over all banks */
template <int W> static __device__ __forceinline__ void load_words(const uint32_t *p, uint32_t *w)
{
    if (W == 4) {
        const uint4 v = *(const uint4 *)(const void *)p;
        w[0] = v.x;
        w[1] = v.y;
        w[2] = v.z;
        w[3] = v.w;
    } else {
#pragma unroll
        for (int k = 0; k < W; k++)
            w[k] = p[k];
    }
}

/* Fills a lane's scores: word w of letter c and pair h at table[(c * PAIRS + h) * stride + w] */
template <int R, int PAIRS>
static __device__ __forceinline__ void fill_scores(const gw_local_args_t &a,
                                                   const gw_local_item_t &x, int row, int stride,
                                                   uint32_t *table)
{
    enum { W = R / 4 };
    for (int h = 0; h < PAIRS; h++)
        for (int w = 0; w < W; w++) {
            int q[4];
            for (int k = 0; k < 4; k++) {
                int i = row + 4 * w + k;
                q[k] = i < x.q_len[h] ? a.query[(int64_t)x.q_at[h] + (int64_t)i * a.step] : -1;
            }
            for (int c = 0; c <= a.n_letters; c++) {
                uint32_t word = 0;
                for (int k = 0; k < 4; k++) {
                    int s = q[k] < 0 || c == a.n_letters ? PAD : a.matrix[q[k] * a.n_letters + c];
                    word |= (uint32_t)(s & 255) << (8 * k);
                }
                table[(c * PAIRS + h) * stride + w] = word;
            }
        }
}

static __device__ __forceinline__ uint4 four(const uint32_t *v, int k)
{
    uint4 x;
    x.x = v[k];
    x.y = v[k + 1];
    x.z = v[k + 2];
    x.w = v[k + 3];
    return x;
}

static __device__ __forceinline__ int letter_at(const gw_local_args_t &a,
                                                const gw_local_item_t &x, int h, int j)
{
    return j >= 0 && j < x.t_len[h] ? a.target[(int64_t)x.t_at[h] + (int64_t)j * a.step]
                                    : a.n_letters;
}

template <int GS, int R, bool WIDE, bool ENDS, bool BONUS>
__global__ void __launch_bounds__(GW_LOCAL_BLOCK) local_kernel(gw_local_args_t a)
{
    typedef num<WIDE> N;
    enum { P = N::PAIRS, W = R / 4 };
    GW_SHARED(uint32_t, shared);
    const int lane = (int)threadIdx.x % GS;
    const uint32_t it = (blockIdx.x * blockDim.x + threadIdx.x) / GS;
    const int stride = (int)blockDim.x * W; /* words of one letter's scores of one pair */
    gw_local_item_t x = {};
    if (it < a.n)
        x = a.item[it];
    uint32_t *table = shared + threadIdx.x * W;
    /* a copy of the column that had the best score so far: [pair][lane][row] */
    uint4 *seen = (uint4 *)(void *)(shared + (a.n_letters + 1) * P * stride) + threadIdx.x * W;
    const int n_rows = max(x.q_len[0], x.q_len[P - 1]), n_cols = max(x.t_len[0], x.t_len[P - 1]);
    const int strips = most_of_warp((n_rows + GS * R - 1) / (GS * R));
    const int steps = most_of_warp(n_cols) + GS - 1;
    const uint32_t open = N::both(-a.open, -a.open), extend = N::both(-a.extend, -a.extend);
    const uint32_t floor = N::both(a.open, a.open), low = N::both(-30000, -30000);
    gw_local_best_t best[P];
    for (int h = 0; h < P; h++)
        best[h] = {0, 0, 0};

    for (int s = 0; s < strips; s++) {
        const int row = (s * GS + lane) * R;
        fill_scores<R, P>(a, x, row, stride, table);
        uint32_t H[R], E[R], V[BONUS ? R : 1], add[BONUS ? R : 1];
        uint32_t F = 0, diag = 0, left = 0, most = 0;
        int col[P];
#pragma unroll
        for (int k = 0; k < R; k++)
            H[k] = E[k] = 0;
        if (BONUS) {
#pragma unroll
            for (int k = 0; k < R; k++)
                add[k] = N::both(row + k == x.q_len[0] - 1 ? a.bonus : 0,
                                 row + k == x.q_len[P - 1] - 1 ? a.bonus : 0);
        }
        for (int h = 0; h < P; h++)
            col[h] = 0;
        if (lane == 0 && s == 0)
            diag = left = N::both(x.first_bonus[0], x.first_bonus[P - 1]);
        if (lane == 0 && s > 0 && n_cols > 0) {
            left = a.border_h[x.border];
            F = a.border_f[x.border];
        }
        /* STEPS at once, so that registers need not be put back in place after each; the few past
         * the end find nothing */
        for (int group = 0; group < steps; group += STEPS) {
#pragma unroll
        for (int u = 0; u < STEPS; u++) {
            const int j = group + u - lane;
            uint32_t top = low, w0[W], w1[W];
            load_words<W>(table + letter_at(a, x, 0, j) * P * stride, w0);
            if (P == 2)
                load_words<W>(table + (letter_at(a, x, 1, j) * P + 1) * stride, w1);
            /* a row's diagonal sum is taken before the row above is overwritten */
            uint32_t m = N::add(diag, N::pick(w0[0], P == 2 ? w1[0] : 0, 0));
#pragma unroll
            for (int k = 0; k < R; k++) {
                const int n = k + 1 < R ? k + 1 : 0;
                const uint32_t next =
                    N::add(H[k], N::pick(w0[n / 4], P == 2 ? w1[n / 4] : 0, n % 4));
                H[k] = N::addmax(N::max3(E[k], F, floor), open, m);
                E[k] = N::addmax(E[k], extend, H[k]);
                F = N::addmax(F, extend, H[k]);
                if (BONUS)
                    V[k] = N::add(m, add[k]);
                m = next;
            }
#pragma unroll
            for (int k = 0; k < R; k += 2)
                top = BONUS ? N::max3(top, V[BONUS ? k : 0], V[BONUS ? k + 1 : 0])
                            : N::max3(top, H[k], H[k + 1]);
            /* columns before the first and past the last count for nothing */
            uint32_t real = 0;
            for (int h = 0; h < P; h++)
                real |= j >= 0 && j < x.t_len[h] ? N::mask(h) : 0;
            top = N::max2(most, (top & real) | (low & ~real));
            if (ENDS && top != most) {
                for (int h = 0; h < P; h++)
                    if ((top ^ most) & N::mask(h)) {
                        col[h] = j;
                        uint4 *to = seen + h * stride;
#pragma unroll
                        for (int k = 0; k < R; k += 4)
                            to[k / 4] = BONUS ? four(V, BONUS ? k : 0) : four(H, k);
                    }
            }
            most = top;
            if (s + 1 < strips && lane == GS - 1 && j >= 0 && j < n_cols) {
                a.border_h[x.border + (uint64_t)j] = H[R - 1];
                a.border_f[x.border + (uint64_t)j] = F;
            }
            diag = left;
            left = __shfl_up_sync(~0u, H[R - 1], 1, GS);
            F = __shfl_up_sync(~0u, F, 1, GS);
            if (lane == 0) {
                left = s == 0 ? N::both(x.first_bonus[0], x.first_bonus[P - 1]) : 0;
                F = 0;
                if (s > 0 && j + 1 < n_cols) {
                    left = a.border_h[x.border + (uint64_t)(j + 1)];
                    F = a.border_f[x.border + (uint64_t)(j + 1)];
                }
            }
        }
        }
        for (int h = 0; h < P; h++) {
            gw_local_best_t b = {N::get(most, h), 0, col[h]};
            if (ENDS && b.score > 0) {
                const uint32_t *v = (const uint32_t *)(const void *)(seen + h * stride);
                int k = 0;
                while (k < R - 1 && N::get(v[k], h) != b.score)
                    k++;
                b.row = row + k;
            }
            if (better(b, best[h]))
                best[h] = b;
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
    }
    for (int h = 0; h < P; h++) {
        gw_local_best_t b = best_of_group<GS>(best[h]);
        if (lane == 0 && it < a.n)
            a.best[it * P + (uint32_t)h] = b;
    }
}

/* 4. the way back: for each pair the part that ends where its best alignment does, reversed. Pairs
 *    without a score, and those whose score may have wrapped, get nothing to do. */
__global__ void turn_kernel(gw_local_args_t a, bool wide, gw_local_item_t *turned)
{
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= a.n)
        return;
    const int pairs = wide ? 1 : 2;
    gw_local_item_t x = a.item[i];
    for (int h = 0; h < pairs; h++) {
        const gw_local_best_t b = a.best[i * (uint32_t)pairs + (uint32_t)h];
        const bool some = b.score > 0 && (wide || b.score < GW_LOCAL_LIMIT);
        x.first_bonus[h] = b.row + 1 == x.q_len[h] ? a.bonus : 0;
        x.q_at[h] += some ? (uint64_t)b.row : 0;
        x.t_at[h] += some ? (uint64_t)b.col : 0;
        x.q_len[h] = some ? b.row + 1 : 0;
        x.t_len[h] = some ? b.col + 1 : 0;
    }
    turned[i] = x;
}

void gw_local_turn(const gw_local_args_t *a, bool wide, gw_local_item_t *turned, void *stream)
{
    GW_LAUNCH(turn_kernel, (a->n + 127) / 128, 128, 0, (cudaStream_t)stream, *a, wide, turned);
}

/* 5. without gaps: a cell needs its diagonal neighbour alone, so a lane's rows are taken from the last
 *    to the first and nothing is kept beside H. Past the ends of the pair scores are PAD, which only lowers
 *    what has been counted. Diagonals never meet, so what comes from outside a band stays outside it
 *    and is left out of the maximum. Without STRIPS no query is longer than its shape. */
template <int GS, int R, bool WIDE, bool BAND, bool STRIPS>
__global__ void __launch_bounds__(GW_LOCAL_BLOCK)
    gapless_kernel(gw_local_args_t a, const int32_t *band)
{
    typedef num<WIDE> N;
    enum { P = N::PAIRS, W = R / 4 };
    GW_SHARED(uint32_t, shared);
    const int lane = (int)threadIdx.x % GS;
    const uint32_t it = (blockIdx.x * blockDim.x + threadIdx.x) / GS;
    const int stride = (int)blockDim.x * W;
    gw_local_item_t x = {};
    int low[P], high[P];
    for (int h = 0; h < P; h++)
        low[h] = high[h] = 0;
    if (it < a.n) {
        x = a.item[it];
        for (int h = 0; BAND && h < P; h++) {
            low[h] = band[2 * (it * P + (uint32_t)h)];
            high[h] = band[2 * (it * P + (uint32_t)h) + 1];
        }
    }
    uint32_t *table = shared + threadIdx.x * W;
    const int n_rows = max(x.q_len[0], x.q_len[P - 1]), n_cols = max(x.t_len[0], x.t_len[P - 1]);
    const int strips = STRIPS ? most_of_warp((n_rows + GS * R - 1) / (GS * R)) : 1;
    uint32_t most = 0;
    for (int s = 0; s < strips; s++) {
        const int row = (s * GS + lane) * R, row0 = s * GS * R;
        int first = 0, end = row0 < n_rows ? n_cols : 0;
        if (BAND) { /* columns that the strip's rows have in a band */
            first = max(first, row0 + min(low[0], low[P - 1]));
            end = min(end, row0 + GS * R + max(high[0], high[P - 1]));
        }
        fill_scores<R, P>(a, x, row, stride, table);
        const int steps = most_of_warp(end - first) + GS - 1;
        uint32_t H[R], diag = 0, left = 0;
#pragma unroll
        for (int k = 0; k < R; k++)
            H[k] = 0;
        if (STRIPS && lane == 0 && s > 0 && first < end) {
            diag = first > 0 ? a.border_h[x.border + (uint64_t)(first - 1)] : 0;
            left = a.border_h[x.border + (uint64_t)first];
        }
        for (int group = 0; group < steps; group += STEPS) {
#pragma unroll
        for (int u = 0; u < STEPS; u++) {
            const int j = first + group + u - lane;
            uint32_t w0[W], w1[W];
            load_words<W>(table + letter_at(a, x, 0, j) * P * stride, w0);
            if (P == 2)
                load_words<W>(table + (letter_at(a, x, 1, j) * P + 1) * stride, w1);
#pragma unroll
            for (int k = R - 1; k >= 0; k--)
                H[k] = N::addmax(k ? H[k ? k - 1 : 0] : diag,
                                 N::pick(w0[k / 4], P == 2 ? w1[k / 4] : 0, k % 4), 0);
#pragma unroll
            for (int k = 0; k < R; k += 2) {
                uint32_t v[2] = {H[k], H[k + 1]};
                for (int e = 0; BAND && e < 2; e++) {
                    const int d = j - row - k - e;
                    uint32_t in = 0;
                    for (int h = 0; h < P; h++)
                        in |= d >= low[h] && d <= high[h] ? N::mask(h) : 0;
                    v[e] &= in;
                }
                most = N::max3(most, v[0], v[1]);
            }
            if (STRIPS && s + 1 < strips && lane == GS - 1 && j >= first && j < end)
                a.border_h[x.border + (uint64_t)j] = H[R - 1];
            diag = left;
            left = __shfl_up_sync(~0u, H[R - 1], 1, GS);
            if (lane == 0)
                left = STRIPS && s > 0 && j + 1 < end ? a.border_h[x.border + (uint64_t)(j + 1)] : 0;
        }
        }
        __syncwarp(); /* the strip's border is read by lane 0 */
    }
    for (int h = 0; h < P; h++) {
        int score = N::get(most, h);
        for (int d = GS / 2; d; d >>= 1)
            score = max(score, __shfl_xor_sync(~0u, score, d));
        if (lane == 0 && it < a.n)
            a.best[it * P + (uint32_t)h] = {score, 0, 0};
    }
}

/* 6. launches */
/* as many threads a block as its shared memory has room for */
static uint32_t threads_for(const gw_local_args_t &a, size_t words)
{
    uint32_t threads = GW_LOCAL_BLOCK;
    while (threads > 32 && threads * words * sizeof(uint32_t) > a.shared_bytes)
        threads /= 2;
    return threads;
}

template <int GS, int R, bool WIDE, bool ENDS, bool BONUS>
static void launch(const gw_local_args_t &a, cudaStream_t stream)
{
    const size_t words =
        ((size_t)(a.n_letters + 1) * (R / 4) + (ENDS ? R : 0)) * (size_t)(WIDE ? 1 : 2);
    const uint32_t threads = threads_for(a, words);
    const size_t smem = threads * words * sizeof(uint32_t);
    const uint32_t per_block = threads / GS;
    cudaFuncSetAttribute(local_kernel<GS, R, WIDE, ENDS, BONUS>,
                         cudaFuncAttributeMaxDynamicSharedMemorySize, (int)smem);
    GW_LAUNCH((local_kernel<GS, R, WIDE, ENDS, BONUS>), (a.n + per_block - 1) / per_block, threads,
              smem, stream, a);
}

template <int GS, int R, bool WIDE>
static void launch_form(const gw_local_args_t &a, bool ends, cudaStream_t stream)
{
    if (ends && a.bonus > 0)
        launch<GS, R, WIDE, true, true>(a, stream);
    else if (ends)
        launch<GS, R, WIDE, true, false>(a, stream);
    else if (a.bonus > 0)
        launch<GS, R, WIDE, false, true>(a, stream);
    else
        launch<GS, R, WIDE, false, false>(a, stream);
}

void gw_local_launch(const gw_local_args_t *a, int shape, bool wide, bool ends, void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    if (wide) { /* few pairs: one shape, whole warps */
        launch_form<32, 16, true>(*a, ends, st);
        return;
    }
    switch (shape) {
    case 0:
        return launch_form<4, 16, false>(*a, ends, st);
    case 1:
        return launch_form<8, 16, false>(*a, ends, st);
    case 2:
        return launch_form<8, 20, false>(*a, ends, st);
    case 3:
        return launch_form<16, 16, false>(*a, ends, st);
    default:
        return launch_form<32, 16, false>(*a, ends, st);
    }
}

template <int GS, int R, bool WIDE, bool BAND, bool STRIPS>
static void launch_band(const gw_local_args_t &a, const int32_t *band, cudaStream_t stream)
{
    const size_t words = (size_t)(a.n_letters + 1) * (R / 4) * (size_t)(WIDE ? 1 : 2);
    const uint32_t threads = threads_for(a, words), per_block = threads / GS;
    const size_t smem = threads * words * sizeof(uint32_t);
    cudaFuncSetAttribute(gapless_kernel<GS, R, WIDE, BAND, STRIPS>,
                         cudaFuncAttributeMaxDynamicSharedMemorySize, (int)smem);
    GW_LAUNCH((gapless_kernel<GS, R, WIDE, BAND, STRIPS>), (a.n + per_block - 1) / per_block, threads,
              smem, stream, a, band);
}

template <int GS, int R, bool WIDE, bool STRIPS>
static void launch_gapless(const gw_local_args_t &a, const int32_t *band, cudaStream_t stream)
{
    if (band)
        launch_band<GS, R, WIDE, true, STRIPS>(a, band, stream);
    else
        launch_band<GS, R, WIDE, false, STRIPS>(a, band, stream);
}

void gw_local_launch_gapless(const gw_local_args_t *a, const int32_t *band, int shape, bool wide,
                             void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    if (wide)
        return launch_gapless<32, 16, true, true>(*a, band, st);
    switch (shape) {
    case 0:
        return launch_gapless<4, 16, false, false>(*a, band, st);
    case 1:
        return launch_gapless<8, 16, false, false>(*a, band, st);
    case 2:
        return launch_gapless<8, 20, false, false>(*a, band, st);
    case 3:
        return launch_gapless<16, 16, false, false>(*a, band, st);
    default:
        if (a->border_h)
            return launch_gapless<32, 16, false, true>(*a, band, st);
        return launch_gapless<32, 16, false, false>(*a, band, st);
    }
}
