/* candidates of reads: the look-up in the table against every seed of the reference compared with
 * every seed of the read, and votes counted one by one */
#include <config.h>

#include "kernels/seeding.h"
#include "tests/check_main.h"
#include "tests/kernels/seedings.h"

typedef struct {
    uint32_t rev;
    int64_t diag;
} vote_t;

typedef struct {
    uint32_t n, seed;
} seen_t;

static int by_place(const void *p, const void *q)
{
    const vote_t *a = p, *b = q;
    if (a->rev != b->rev)
        return a->rev < b->rev ? -1 : 1;
    return (a->diag > b->diag) - (a->diag < b->diag);
}

static int by_count(const void *p, const void *q)
{
    const seen_t *a = p, *b = q;
    return a->n != b->n ? (a->n < b->n ? -1 : 1) : (a->seed > b->seed) - (a->seed < b->seed);
}

static bool same_seed(const seedings_t *x, uint64_t a, uint64_t b)
{
    return (a ^ b) >> (64 - x->table.bucket_bits - GW_SEEDING_TAG_BITS) == 0;
}

/* All votes of a read; *skipped: seeds that have none as they are frequent */
static vote_t *all_votes(const seedings_t *x, const gw_seed_t *ref, size_t n_ref, size_t read,
                         size_t *n, int32_t *n_seeds, int32_t *skipped)
{
    int32_t len = x->len[read];
    gw_seed_t *s = gw_malloc((size_t)len + 1, sizeof *s);
    seen_t *seen = gw_calloc((size_t)len + 1, sizeof *seen);
    vote_t *v = gw_malloc(GW_SEEDING_HITS, sizeof *v);
    ck_assert(s && seen && v);
    size_t m = gw_seed_scan(x->code + x->off[read], (size_t)len, s), total = 0;
    for (size_t i = 0; i < m; i++) {
        seen[i].seed = (uint32_t)i;
        for (size_t j = 0; j < n_ref; j++)
            seen[i].n += same_seed(x, s[i].hash, ref[j].hash);
        total += seen[i].n > GW_SEEDING_OCC ? GW_SEEDING_OCC + 1 : seen[i].n;
    }
    if (total > GW_SEEDING_HITS)
        qsort(seen, m, sizeof *seen, by_count);
    *n = 0;
    *skipped = 0;
    *n_seeds = (int32_t)m;
    for (size_t i = 0; i < m; i++) {
        const gw_seed_t *q = &s[seen[i].seed];
        if (seen[i].n > GW_SEEDING_OCC || *n + seen[i].n > GW_SEEDING_HITS) {
            ++*skipped;
            continue;
        }
        for (size_t j = 0; j < n_ref; j++)
            if (same_seed(x, q->hash, ref[j].hash)) {
                uint32_t rev = q->rev ^ ref[j].rev;
                int64_t at = rev ? len - GW_SEED_K - (int64_t)q->pos : (int64_t)q->pos;
                v[(*n)++] = (vote_t){rev, (int64_t)ref[j].pos - at};
            }
    }
    free(s);
    free(seen);
    return v;
}

static int32_t votes_for(const vote_t *v, size_t n, int64_t diag)
{
    int32_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += v[i].diag == diag;
    return k;
}

/* the diagonal of a group with most votes, not within GW_SEEDING_APART of `not` when there is one */
static int32_t winner(const vote_t *v, size_t n, const int64_t *not, int64_t *diag)
{
    int32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t k = votes_for(v, n, v[i].diag);
        if (k > most && (!not || llabs(v[i].diag - *not) >= GW_SEEDING_APART)) {
            most = k;
            *diag = v[i].diag;
        }
    }
    return most;
}

static size_t groups_of(const vote_t *v, size_t n, gw_seed_candidate_t *c)
{
    size_t k = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && v[j].rev == v[i].rev && v[j].diag - v[i].diag <= GW_SEEDING_BAND;)
            j++;
        int64_t best = 0, other = 0;
        winner(v + i, j - i, NULL, &best);
        int64_t up = v[j - 1].diag - best, down = best - v[i].diag;
        c[k++] = (gw_seed_candidate_t){.diag = best,
                                       .votes = (int32_t)(j - i),
                                       .spread = (int32_t)(up > down ? up : down),
                                       .rev = v[i].rev};
        int32_t second = winner(v + i, j - i, &best, &other);
        if (v[j - 1].diag - v[i].diag >= GW_SEEDING_APART && second >= 2)
            c[k++] = (gw_seed_candidate_t){.diag = other, .votes = second, .rev = v[i].rev};
    }
    return k;
}

/* Are those with at least so many votes no more than may be kept? */
static bool few(const gw_seed_candidate_t *c, size_t n, int32_t least)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += c[i].votes >= least;
    return k <= GW_SEEDING_MOST;
}

static size_t keep_best(gw_seed_candidate_t *c, size_t n)
{
    int32_t most = 1, least;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t v = c[i].votes < GW_SEEDING_VOTES ? c[i].votes : GW_SEEDING_VOTES;
        most = v > most ? v : most;
    }
    for (least = most; least > 1 && (least - 1) * GW_SEEDING_SHARE >= most && few(c, n, least - 1);)
        least--;
    for (size_t i = 0; i < n && kept < GW_SEEDING_MOST; i++)
        if (c[i].votes >= least)
            c[kept++] = c[i];
    return kept;
}

static const seedings_plan_t plans[] = {{3000, 0, 0, 6, 60, 0, 160, 20},
                                        {2000, 300, 20, 8, 20, 100, 151, 30},
                                        {500, 40, 480, 10, 8, 80, 200, 15},
                                        {1000, 250, 120, 9, 8, 200, 400, 25},
                                        {1000, 61, 400, 3, 20, 61, 130, 40},
                                        {200, 1, 700, 5, 20, 50, 120, 0}};

START_TEST(against_all_pairs)
{
    seedings_t x;
    gw_rng_t rng;
    gw_err_t err = {0};
    gw_seeding_out_t out = {0};
    gw_rng_init(&rng, 7 + (uint64_t)_i);
    ck_assert(seedings_init(&x, &rng, &plans[_i]));
    gw_seed_t *ref = gw_malloc(x.n_ref, sizeof *ref);
    gw_seed_candidate_t *c = gw_malloc(2 * GW_SEEDING_HITS, sizeof *c);
    ck_assert(ref && c);
    size_t n_ref = gw_seed_scan(x.ref, x.n_ref, ref);
    ck_assert_int_eq(gw_seeding_start(&out, x.b.n, &err), GW_OK);
    ck_assert_int_eq(gw_seeding_ref(&x.table, &x.b, 0, x.b.n / 3, &out, &err), GW_OK);
    ck_assert_int_eq(gw_seeding_ref(&x.table, &x.b, x.b.n / 3, x.b.n, &out, &err), GW_OK);
    for (size_t i = 0; i < x.b.n; i++) {
        int32_t n_seeds, skipped;
        size_t n;
        vote_t *v = all_votes(&x, ref, n_ref, i, &n, &n_seeds, &skipped);
        qsort(v, n, sizeof *v, by_place);
        size_t k = keep_best(c, groups_of(v, n, c));
        ck_assert_int_eq(out.n_seeds[i], n_seeds);
        ck_assert_int_eq(out.n_skipped[i], skipped);
        ck_assert_uint_eq((size_t)(out.first[i + 1] - out.first[i]), k);
        for (size_t j = 0; j < k; j++) {
            const gw_seed_candidate_t *got = &out.candidate[out.first[i] + (int64_t)j];
            ck_assert(got->diag == c[j].diag && got->votes == c[j].votes &&
                      got->spread == c[j].spread && got->rev == c[j].rev);
        }
        free(v);
    }
    free(ref);
    free(c);
    gw_seeding_release(&out);
    seedings_release(&x);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("seeding");
    TCase *c = tcase_create("seeding");
    tcase_add_loop_test(c, against_all_pairs, 0, sizeof plans / sizeof *plans);
    tcase_set_timeout(c, 300);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
