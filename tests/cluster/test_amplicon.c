#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cluster/chimera.h"
#include "cluster/denoise.h"
#include "cluster/editdist.h"
#include "cluster/umi.h"
#include "tests/check_main.h"

/* The whole matrix. */
static int32_t plain_distance(const uint8_t *a, int32_t n, const uint8_t *b, int32_t m)
{
    int32_t *row = gw_malloc((size_t)m + 1, sizeof *row);
    for (int32_t j = 0; j <= m; j++)
        row[j] = j;
    for (int32_t i = 1; i <= n; i++) {
        int32_t corner = row[0];
        row[0] = i;
        for (int32_t j = 1; j <= m; j++) {
            int32_t best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    int32_t d = row[m];
    free(row);
    return d;
}

static int32_t mutate(gw_rng_t *r, const uint8_t *a, int32_t n, uint8_t *b, int edits)
{
    int32_t m = n;
    memcpy(b, a, (size_t)n);
    for (int e = 0; e < edits; e++) {
        int32_t at = (int32_t)gw_rng_below(r, (uint64_t)m + 1);
        uint64_t what = gw_rng_below(r, 3);
        if (what == 0 && at < m) {
            b[at] = (uint8_t)((b[at] + 1 + gw_rng_below(r, 3)) & 3);
        } else if (what == 1 && at < m) {
            memmove(b + at, b + at + 1, (size_t)(m - at - 1));
            m--;
        } else {
            memmove(b + at + 1, b + at, (size_t)(m - at));
            b[at] = (uint8_t)gw_rng_below(r, 4);
            m++;
        }
    }
    return m;
}

START_TEST(test_editdist)
{
    gw_rng_t r;
    gw_rng_init(&r, 5);
    uint8_t a[80], b[160];
    for (int i = 0; i < 3000; i++) {
        int32_t n = (int32_t)gw_rng_below(&r, 60), limit = (int32_t)gw_rng_below(&r, 12);
        for (int32_t k = 0; k < n; k++)
            a[k] = (uint8_t)gw_rng_below(&r, 2 + 2 * (i & 1));
        int32_t m = mutate(&r, a, n, b, (int)gw_rng_below(&r, 12));
        int32_t want = plain_distance(a, n, b, m);
        ck_assert_int_eq(gw_editdist(a, n, b, m, limit), want <= limit ? want : limit + 1);
    }
}
END_TEST

/* A set of amplicons: some true ones, copies with errors, abundances that fall with the errors. */
static void simulate(const char *path, uint64_t seed, int32_t len)
{
    gw_rng_t r;
    gw_rng_init(&r, seed);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    uint8_t base[400], s[500];
    for (int32_t k = 0; k < len; k++)
        base[k] = (uint8_t)gw_rng_below(&r, 4);
    for (int t = 0, n = 0; t < 30; t++) {
        uint8_t own[500];
        int32_t own_len = mutate(&r, base, len, own, t);
        long size = (long)(20000 / (t + 1));
        for (int c = 0; c < 25; c++) {
            int edits = c == 0 ? 0 : 1 + (int)gw_rng_below(&r, 4);
            int32_t m = mutate(&r, own, own_len, s, edits);
            if (gw_rng_below(&r, 40) == 0)
                s[m / 2] = 4;
            fprintf(f, ">r%d;size=%ld\n", n++,
                    c == 0 ? size : 1 + (long)(size * gw_rng_unit(&r) / (1 << (2 * edits))));
            for (int32_t k = 0; k < m; k++)
                fputc("ACGTN"[s[k]], f);
            fputc('\n', f);
        }
    }
    ck_assert_int_eq(fclose(f), 0);
}

/* The rule as the header states it, every centre looked at. */
static void plain_denoise(const gw_seqset_t *s, const gw_denoise_opts_t *o, int32_t *rep,
                          uint8_t *left_out)
{
    int64_t *size = gw_calloc((size_t)s->n, sizeof *size);
    for (size_t i = 0; i < s->n_recs; i++)
        size[s->rec[i].uniq] += s->rec[i].size;
    for (int32_t u = 0; u < s->n; u++) {
        int32_t best = -1, least = INT32_MAX;
        for (int32_t c = 0; c < u; c++) {
            if (rep[c] != c || left_out[c])
                continue;
            int32_t d = plain_distance(gw_seqset_seq(s, u), gw_seqset_len(s, u),
                                       gw_seqset_seq(s, c), gw_seqset_len(s, c));
            if (d < least && (double)size[u] * pow(2, o->alpha * d + 1) <= (double)size[c]) {
                least = d;
                best = c;
            }
        }
        rep[u] = best < 0 ? u : best;
        left_out[u] = best < 0 && size[u] < o->min_size ? GW_LEFT_RARE : 0;
    }
    free(size);
}

static const struct {
    int32_t len;
    gw_denoise_opts_t o;
} cases[] = {
    {250, {2, 8, 1}}, {250, {2, 1, 2}}, {120, {1, 4, 2}}, {60, {2, 2, 1}}, {250, {0.5, 8, 3}}};

START_TEST(test_denoise)
{
    char path[] = "test_amplicon_XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    simulate(path, 7 + (uint64_t)_i, cases[_i].len);
    gw_seqset_t s;
    gw_seqset_opts_t load = {.kind = GW_SEQ_DNA, .sizes = true, .by_abundance = true, .threads = 1};
    const char *paths[] = {path};
    gw_err_t err = {0};
    ck_assert_msg(gw_seqset_load(&s, paths, 1, &load, &err) == GW_OK, "%s", err.msg);
    gw_clusters_t c;
    ck_assert_msg(gw_denoise_run(&s, &cases[_i].o, &c, &err) == GW_OK, "%s", err.msg);
    int32_t *rep = gw_malloc((size_t)s.n, sizeof *rep);
    uint8_t *left_out = gw_calloc((size_t)s.n, 1);
    plain_denoise(&s, &cases[_i].o, rep, left_out);
    int joined = 0;
    for (int32_t u = 0; u < s.n; u++) {
        ck_assert_int_eq(c.rep[u], rep[u]);
        ck_assert_int_eq(c.left_out[u], left_out[u]);
        joined += rep[u] != u;
    }
    ck_assert_int_gt(joined, 100);
    free(rep);
    free(left_out);
    gw_clusters_release(&c);
    gw_seqset_release(&s);
    unlink(path);
}
END_TEST

/* Parents far apart, chimeras of them with known crossings, and near relatives that are none. */
START_TEST(test_chimera)
{
    char path[] = "test_amplicon_XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    ck_assert_ptr_nonnull(f);
    enum { LEN = 300, PARENTS = 6 };
    uint8_t base[LEN], p[PARENTS][LEN + 60];
    int32_t len[PARENTS];
    gw_rng_t r;
    gw_rng_init(&r, 3);
    for (int k = 0; k < LEN; k++)
        base[k] = (uint8_t)gw_rng_below(&r, 4);
    for (int i = 0; i < PARENTS; i++) {
        len[i] = LEN;
        for (int k = 0; k < LEN; k++)
            p[i][k] = gw_rng_below(&r, 10) ? base[k] : (uint8_t)gw_rng_below(&r, 4);
        fprintf(f, ">parent%d;size=%d\n", i, 5000 - i);
        for (int k = 0; k < len[i]; k++)
            fputc("ACGT"[p[i][k]], f);
        fputc('\n', f);
    }
    for (int i = 0; i < PARENTS; i++) { /* crossings from 60 to 240; single changes */
        int cross = 60 + 36 * i, other = (i + 1) % PARENTS;
        fprintf(f, ">chimera%d;size=%d\n", i, 40 + i);
        for (int k = 0; k < LEN; k++)
            fputc("ACGT"[k < cross ? p[i][k] : p[other][k]], f);
        fprintf(f, "\n>honest%d;size=%d\n", i, 60 + i);
        for (int k = 0; k < LEN; k++)
            fputc("ACGT"[k == 100 + i || k == 200 + i ? (p[i][k] + 1) & 3 : p[i][k]], f);
        fputc('\n', f);
    }
    ck_assert_int_eq(fclose(f), 0);
    gw_seqset_t s;
    gw_seqset_opts_t load = {.kind = GW_SEQ_DNA, .sizes = true, .threads = 1};
    const char *paths[] = {path};
    gw_err_t err = {0};
    ck_assert_msg(gw_seqset_load(&s, paths, 1, &load, &err) == GW_OK, "%s", err.msg);
    for (int rule = GW_CHIMERA_PERFECT; rule <= GW_CHIMERA_UCHIME; rule++) {
        gw_clusters_t c = {.rep = gw_malloc((size_t)s.n, sizeof *c.rep), .n_clusters = s.n};
        for (int32_t u = 0; u < s.n; u++)
            c.rep[u] = u;
        gw_chimeras_t found;
        gw_chimera_opts_t o = {(gw_chimera_rule_t)rule, 16, 2};
        ck_assert_msg(gw_chimera_find(&s, &o, &c, &found, &err) == GW_OK, "%s", err.msg);
        ck_assert_uint_eq(found.n, PARENTS);
        ck_assert_int_eq(c.n_clusters, 2 * PARENTS);
        for (size_t i = 0; i < found.n; i++) {
            int q, a, b;
            ck_assert_int_eq(sscanf(s.rec[found.v[i].query].name, "chimera%d", &q), 1);
            ck_assert_int_eq(sscanf(s.rec[found.v[i].left].name, "parent%d", &a), 1);
            ck_assert_int_eq(sscanf(s.rec[found.v[i].right].name, "parent%d", &b), 1);
            ck_assert_int_eq(a, q);
            ck_assert_int_eq(b, (q + 1) % PARENTS);
            ck_assert_int_eq(c.left_out[found.v[i].query], GW_LEFT_CHIMERA);
        }
        free(found.v);
        gw_clusters_release(&c);
    }
    gw_seqset_release(&s);
    unlink(path);
}
END_TEST

/* Every pair compared: the paper's network as it stands. */
static void plain_network(const gw_umi_t *umi, int32_t n, int distance, int32_t *root)
{
    int32_t *queue = gw_malloc((size_t)n, sizeof *queue);
    for (int32_t i = 0; i < n; i++)
        root[i] = -1;
    for (;;) {
        int32_t top = -1, n_queue = 1;
        for (int32_t i = n - 1; i >= 0; i--)
            if (root[i] < 0 && (top < 0 || umi[i].count >= umi[top].count))
                top = i;
        if (top < 0)
            break;
        root[top] = queue[0] = top;
        for (int32_t q = 0; q < n_queue; q++)
            for (int32_t i = 0; i < n; i++) {
                const gw_umi_t *a = &umi[queue[q]], *b = &umi[i];
                int differ = a->len == b->len ? 0 : 99;
                for (int32_t k = 0; differ < 99 && k < a->len; k++)
                    differ += a->text[k] != b->text[k];
                if (root[i] < 0 && differ <= distance && a->count >= 2 * b->count - 1)
                    root[queue[n_queue++] = i] = top;
            }
    }
    free(queue);
}

static int cmp_umi(const void *x, const void *y)
{
    return strcmp(((const gw_umi_t *)x)->text, ((const gw_umi_t *)y)->text);
}

START_TEST(test_umi_network)
{
    enum { N = 400 };
    static char text[N][12];
    gw_umi_t umi[N], kept[N];
    int32_t got[N], want[N];
    gw_rng_t r;
    gw_rng_init(&r, 41);
    for (int round = 0; round < 60; round++) {
        int len = 3 + round % 5;
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < len; k++)
                text[i][k] = "ACGTN"[gw_rng_below(&r, round % 3 ? 4 : 5)];
            text[i][len - (i % 40 == 0)] = 0; /* a few are shorter */
            text[i][len] = 0;
            umi[i] =
                (gw_umi_t){text[i], (int32_t)strlen(text[i]), 1 + (int64_t)gw_rng_below(&r, 9)};
        }
        qsort(umi, N, sizeof *umi, cmp_umi);
        int32_t n = 0, families = 0;
        for (int i = 0; i < N; i++)
            if (n == 0 || strcmp(kept[n - 1].text, umi[i].text) != 0)
                kept[n++] = umi[i];
        ck_assert_int_eq(gw_umi_network(kept, n, round % 3, got, NULL), GW_OK);
        plain_network(kept, n, round % 3, want);
        for (int32_t i = 0; i < n; i++) {
            ck_assert_int_eq(got[i], want[i]);
            families += got[i] == i;
        }
        ck_assert(round % 3 == 0 ? families == n : families < n);
    }
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("amplicon");
    TCase *c = tcase_create("amplicon");
    tcase_set_timeout(c, 300);
    tcase_add_test(c, test_editdist);
    tcase_add_loop_test(c, test_denoise, 0, sizeof cases / sizeof *cases);
    tcase_add_test(c, test_chimera);
    tcase_add_test(c, test_umi_network);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
