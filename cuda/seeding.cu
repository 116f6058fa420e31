/* Candidate places of reads from their seeds (kernels/seeding.h).
 *
 * A warp takes a read after the other: lanes test positions for seeds and look them up in the table,
 * which stays on the device; the occurrences become diagonals, which are sorted; lanes take the
 * groups of near diagonals. A warp's lists are in memory of its own, in the shared kind when the
 * read has few diagonals, as nearly all have.
 */
#include "base/hash.h"
#include "cuda/launch.h"
#include "cuda/rt.h"

enum { THREADS = 128, WARPS = THREADS / 32, FEW = 256, CLASSES = GW_SEEDING_VOTES + 1 };
enum { REV_BIT = 31 };
static const uint64_t NONE = ~0ull;

/* a warp's lists */
typedef struct {
    uint64_t *key;                   /* GW_SEED_DEVICE_KEYS */
    uint32_t *from, *count, *pos;    /* by seed; the strand is bit 31 of pos */
    uint32_t *chosen, *at;           /* seeds that are followed, and where their diagonals start */
    uint32_t *group;                 /* where groups start */
} lists_t;

static __device__ lists_t lists_of(const gw_seeding_args_t &a, uint32_t warp)
{
    uint8_t *p = a.room + (uint64_t)warp * GW_SEED_DEVICE_ROOM;
    lists_t l;
    l.key = (uint64_t *)(void *)p;
    l.from = (uint32_t *)(void *)(l.key + GW_SEED_DEVICE_KEYS);
    l.count = l.from + GW_SEED_DEVICE_LONGEST;
    l.pos = l.count + GW_SEED_DEVICE_LONGEST;
    l.chosen = l.pos + GW_SEED_DEVICE_LONGEST;
    l.at = l.chosen + GW_SEED_DEVICE_LONGEST;
    l.group = l.at + GW_SEED_DEVICE_LONGEST;
    return l;
}

/* 1. seeds */
static __device__ __forceinline__ uint32_t smer_hash(uint64_t forward, uint64_t back)
{
    const uint64_t s = forward < back ? forward : back;
    return (uint32_t)((s * 0x9e3779b97f4a7c15ull) >> 32);
}

/* Is there a seed at code[0..K)? Then its hash and strand. */
static __device__ bool seed_at(const uint8_t *code, uint64_t *hash, uint32_t *rev)
{
    const uint64_t smask = (1ull << 2 * GW_SEED_S) - 1;
    uint64_t f = 0, b = 0;
    bool real = true;
    for (int i = 0; i < GW_SEED_K; i++) {
        const uint64_t c = code[i];
        real = real && c <= 3;
        f = f << 2 | (c & 3);
        b |= (3 - (c & 3)) << 2 * i;
    }
    const int mid = GW_SEED_W / 2;
    const uint32_t h = smer_hash(f >> 2 * (GW_SEED_W - 1 - mid) & smask, b >> 2 * mid & smask);
    for (int j = 0; j < GW_SEED_W; j++)
        real = real && h <= smer_hash(f >> 2 * (GW_SEED_W - 1 - j) & smask, b >> 2 * j & smask);
    *rev = b < f;
    *hash = gw_hash_mix(b < f ? b : f);
    return real;
}

/* first entry in [lo, hi) that is not below x */
static __device__ uint32_t lower_bound(const uint64_t *entry, uint32_t lo, uint32_t hi, uint64_t x)
{
    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (entry[mid] < x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The occurrences of a hash: at most GW_SEEDING_OCC + 1 are counted. */
static __device__ void look_up(const gw_seed_table_t &t, uint64_t hash, uint32_t *from, uint32_t *n)
{
    const uint64_t b = gw_seed_table_bucket(&t, hash), tag = gw_seed_table_tag(&t, hash);
    const uint64_t low = tag << (GW_SEEDING_POS_BITS + 1),
                   high = (tag + 1) << (GW_SEEDING_POS_BITS + 1); /* 0 after the last tag */
    const uint32_t end = t.bucket[b + 1];
    *from = lower_bound(t.entry, t.bucket[b], end, low);
    const uint32_t most = end - *from <= GW_SEEDING_OCC ? end : *from + GW_SEEDING_OCC + 1;
    *n = (high == 0 ? most : lower_bound(t.entry, *from, most, high)) - *from;
}

static __device__ uint32_t find_seeds(const gw_seeding_args_t &a, const lists_t &l, uint32_t read,
                                      int lane)
{
    const uint8_t *code = a.code + a.off[read];
    const int starts = (int)(a.off[read + 1] - a.off[read]) - GW_SEED_K + 1;
    uint32_t n = 0;
    for (int p0 = 0; p0 < starts; p0 += 32) {
        uint64_t hash = 0;
        uint32_t rev = 0;
        const bool is = p0 + lane < starts && seed_at(code + p0 + lane, &hash, &rev);
        const uint32_t all = __ballot_sync(~0u, is);
        if (is) {
            const uint32_t k = n + (uint32_t)__popc(all & ((1u << lane) - 1));
            look_up(a.table, hash, &l.from[k], &l.count[k]);
            l.pos[k] = (uint32_t)(p0 + lane) | rev << REV_BIT;
        }
        n += (uint32_t)__popc(all);
    }
    __syncwarp();
    return n;
}

/* 2. a warp's tools */
static __device__ uint32_t warp_sum(uint32_t x)
{
    for (int d = 16; d; d >>= 1)
        x += __shfl_xor_sync(~0u, x, d);
    return x;
}

/* the sum of the lanes before this one; *total: of all */
static __device__ uint32_t warp_before(uint32_t x, int lane, uint32_t *total)
{
    uint32_t sum = x;
    for (int d = 1; d < 32; d <<= 1) {
        const uint32_t v = __shfl_up_sync(~0u, sum, d);
        if (lane >= d)
            sum += v;
    }
    *total = __shfl_sync(~0u, sum, 31);
    return sum - x;
}

/* Bitonic; key has room for n rounded up to a power of two. */
static __device__ void warp_sort(uint64_t *key, uint32_t n, int lane)
{
    uint32_t size = 2;
    while (size < n)
        size *= 2;
    for (uint32_t i = n + (uint32_t)lane; i < size; i += 32)
        key[i] = NONE;
    __syncwarp();
    for (uint32_t run = 2; run <= size; run *= 2)
        for (uint32_t d = run / 2; d; d /= 2) {
            for (uint32_t k = (uint32_t)lane; k < size / 2; k += 32) {
                const uint32_t i = 2 * k - (k & (d - 1)), j = i + d;
                const bool rising = (i & run) == 0;
                const uint64_t x = key[i], y = key[j];
                if ((x > y) == rising) {
                    key[i] = y;
                    key[j] = x;
                }
            }
            __syncwarp();
        }
}

/* 3. diagonals. Chooses the seeds that are followed, all but the frequent ones, or the rarest where
 *    there are too many occurrences; returns how many, *total their occurrences. */
static __device__ uint32_t choose_seeds(const lists_t &l, uint32_t n, int lane, uint32_t *total)
{
    uint32_t all = 0, used = 0, sum = 0;
    for (uint32_t i = (uint32_t)lane; i < n; i += 32)
        all += l.count[i];
    const bool many = warp_sum(all) > GW_SEEDING_HITS;
    if (many) {
        for (uint32_t i = (uint32_t)lane; i < n; i += 32)
            l.key[i] = (uint64_t)l.count[i] << 32 | i;
        __syncwarp();
        warp_sort(l.key, n, lane);
    }
    for (uint32_t i0 = 0; i0 < n; i0 += 32) {
        const uint32_t i = i0 + (uint32_t)lane, seed = i < n && many ? (uint32_t)l.key[i] : i;
        uint32_t c = i < n ? l.count[seed] : GW_SEEDING_OCC + 1, in_chunk;
        const bool rare = c <= GW_SEEDING_OCC;
        c = rare ? c : 0;
        const uint32_t before = sum + warp_before(c, lane, &in_chunk);
        const bool use = rare && before + c <= GW_SEEDING_HITS;
        const uint32_t mask = __ballot_sync(~0u, use);
        if (use) {
            const uint32_t k = used + (uint32_t)__popc(mask & ((1u << lane) - 1));
            l.chosen[k] = seed;
            l.at[k] = before;
        }
        used += (uint32_t)__popc(mask);
        sum += warp_sum(use ? c : 0);
        __syncwarp();
    }
    *total = sum;
    return used;
}

static __device__ void spell_keys(const gw_seeding_args_t &a, const lists_t &l, uint32_t used,
                                  uint32_t total, uint32_t len, uint64_t *key, int lane)
{
    const uint64_t mask = (1ull << GW_SEEDING_POS_BITS) - 1;
    for (uint32_t t = (uint32_t)lane; t < total; t += 32) {
        uint32_t lo = 0, hi = used; /* the last chosen seed that starts at or before t */
        while (hi - lo > 1) {
            const uint32_t mid = lo + (hi - lo) / 2;
            if (l.at[mid] <= t)
                lo = mid;
            else
                hi = mid;
        }
        const uint32_t seed = l.chosen[lo], pos = l.pos[seed] & ~(1u << REV_BIT);
        const uint64_t e = a.table.entry[l.from[seed] + (t - l.at[lo])];
        const uint64_t rev = (e & 1) ^ (l.pos[seed] >> REV_BIT);
        const int64_t q = rev ? (int64_t)len - GW_SEED_K - pos : (int64_t)pos;
        key[t] = rev << GW_SEEDING_REV_SHIFT |
                 (uint64_t)((int64_t)(e >> 1 & mask) - q + GW_SEEDING_BIAS);
    }
    __syncwarp();
}

/* Where groups start; returns how many. */
static __device__ uint32_t find_groups(const uint64_t *key, uint32_t n, uint32_t *group, int lane)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < n;) {
        if (lane == 0)
            group[groups] = i;
        groups++;
        uint32_t j = i + 1, far = 0;
        for (; j < n && far == 0; j += far ? 0 : 32) {
            const uint32_t k = j + (uint32_t)lane;
            far = __ballot_sync(~0u, k < n && key[k] - key[i] > GW_SEEDING_BAND);
        }
        i = far ? j + (uint32_t)__ffs((int)far) - 1 : n;
    }
    if (lane == 0)
        group[groups] = n;
    __syncwarp();
    return groups;
}

/* 4. candidates: the diagonal with most votes, at least GW_SEEDING_APART from `from` */
static __device__ uint32_t favourite(const uint64_t *key, uint32_t n, uint64_t from, uint32_t *votes)
{
    uint32_t best = 0;
    *votes = 0;
    for (uint32_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && key[j] == key[i];)
            j++;
        const uint64_t d = key[i] > from ? key[i] - from : from - key[i];
        if (j - i > *votes && d >= GW_SEEDING_APART) {
            *votes = j - i;
            best = i;
        }
    }
    return best;
}

static __device__ gw_seed_candidate_t candidate(const uint64_t *key, uint32_t n, uint64_t diag)
{
    const uint64_t up = key[n - 1] - diag, down = diag - key[0];
    gw_seed_candidate_t c;
    c.diag = (int64_t)(diag & ((1ull << GW_SEEDING_REV_SHIFT) - 1)) - GW_SEEDING_BIAS;
    c.votes = (int32_t)n;
    c.spread = (int32_t)(up > down ? up : down);
    c.rev = (uint32_t)(diag >> GW_SEEDING_REV_SHIFT);
    c.unused = 0;
    return c;
}

/* The one or two candidates of a group */
static __device__ int of_group(const uint64_t *key, uint32_t n, gw_seed_candidate_t *c)
{
    uint32_t votes, best = favourite(key, n, NONE, &votes);
    c[0] = candidate(key, n, key[best]);
    if (key[n - 1] - key[0] < GW_SEEDING_APART)
        return 1;
    const uint32_t other = favourite(key, n, key[best], &votes);
    if (votes < 2)
        return 1;
    c[1] = candidate(key + other, votes, key[other]);
    return 2;
}

/* From the numbers of candidates by votes: the least votes, and with it how many are left. */
static __device__ uint32_t least_votes(const uint32_t *by_votes, uint32_t *left)
{
    uint32_t most = CLASSES - 1, above = 0;
    while (most > 1 && by_votes[most] == 0)
        most--;
    uint32_t least = most;
    while (least > 1 && (least - 1) * GW_SEEDING_SHARE >= most &&
           above + by_votes[least] + by_votes[least - 1] <= GW_SEEDING_MOST)
        above += by_votes[least--];
    above += by_votes[least];
    *left = min(above, (uint32_t)GW_SEEDING_MOST);
    return least;
}

static __device__ void vote(const gw_seeding_args_t &a, const uint64_t *key, const uint32_t *group,
                            uint32_t groups, uint32_t *by_votes, gw_seeding_result_t *r, int lane)
{
    gw_seed_candidate_t c[2];
    uint32_t least = 0, left = 0, start = 0, done = 0;
    for (int i = lane; i < CLASSES; i += 32)
        by_votes[i] = 0;
    __syncwarp();
    for (uint32_t g = (uint32_t)lane; g < groups; g += 32)
        for (int k = of_group(key + group[g], group[g + 1] - group[g], c); k-- > 0;)
            atomicAdd(&by_votes[min(c[k].votes, CLASSES - 1)], 1u);
    __syncwarp();
    if (lane == 0) {
        least = least_votes(by_votes, &left);
        start = atomicAdd(a.n_candidates, left);
        r->first = start;
        r->n = left;
    }
    least = __shfl_sync(~0u, least, 0);
    left = __shfl_sync(~0u, left, 0);
    start = __shfl_sync(~0u, start, 0);
    if (left > a.cap_candidates || start > a.cap_candidates - left)
        return; /* they are counted; the caller makes more room */
    for (uint32_t g0 = 0; g0 < groups && done < left; g0 += 32) {
        const uint32_t g = g0 + (uint32_t)lane;
        uint32_t n = 0, all;
        const int made = g < groups ? of_group(key + group[g], group[g + 1] - group[g], c) : 0;
        for (int k = 0; k < made; k++)
            if ((uint32_t)c[k].votes >= least)
                c[n++] = c[k];
        const uint32_t before = done + warp_before(n, lane, &all);
        for (uint32_t k = 0; k < n && before + k < left; k++)
            a.candidate[start + before + k] = c[k];
        done += all;
    }
}

__global__ void __launch_bounds__(THREADS) seeding_kernel(gw_seeding_args_t a)
{
    __shared__ uint64_t few[WARPS][FEW];
    __shared__ uint32_t by_votes[WARPS][CLASSES];
    const int lane = (int)threadIdx.x % 32, w = (int)threadIdx.x / 32;
    const uint32_t warp = blockIdx.x * WARPS + (uint32_t)w, warps = gridDim.x * WARPS;
    const lists_t l = lists_of(a, warp);
    for (uint32_t read = warp; read < a.n; read += warps) {
        uint32_t total;
        const uint32_t n = find_seeds(a, l, read, lane), used = choose_seeds(l, n, lane, &total);
        uint64_t *key = total <= FEW ? few[w] : l.key;
        spell_keys(a, l, used, total, (uint32_t)(a.off[read + 1] - a.off[read]), key, lane);
        warp_sort(key, total, lane);
        const uint32_t groups = find_groups(key, total, l.group, lane);
        gw_seeding_result_t *r = &a.result[read];
        vote(a, key, l.group, groups, by_votes[w], r, lane);
        if (lane == 0) {
            r->n_seeds = (int32_t)n;
            r->n_skipped = (int32_t)(n - used);
        }
        __syncwarp(); /* the lists are free for the next read */
    }
}

/* 5. launches */
__global__ void none_yet_kernel(uint32_t *n)
{
    *n = 0;
}

void gw_seeding_launch(const gw_seeding_args_t *a, void *stream)
{
    cudaStream_t st = (cudaStream_t)stream;
    GW_LAUNCH(none_yet_kernel, 1, 1, 0, st, a->n_candidates);
    GW_LAUNCH(seeding_kernel, (a->n_warps + WARPS - 1) / WARPS, THREADS, 0, st, *a);
}
