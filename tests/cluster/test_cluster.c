#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/cluster.h"
#include "cluster/scoring.h"
#include "tests/check_main.h"

static void load(gw_seqset_t *s, const char *name, bool sizes)
{
    const char *dir = getenv("srcdir");
    char *path = gw_asprintf("%s/tests/data/cluster/%s", dir ? dir : ".", name);
    gw_seqset_opts_t o = {.sizes = sizes, .threads = 1};
    gw_err_t err = {0};
    const char *paths[] = {path};
    ck_assert_msg(gw_seqset_load(s, paths, 1, &o, &err) == GW_OK, "%s", err.msg);
    free(path);
}

/* What any alignment program would find: whole matrices, plain reference, one pair at a time. */
typedef struct {
    gw_ident_params_t p;
    gw_ident_t *w;
    const gw_seqset_t *s;
    uint8_t *reverse;
} judge_t;

static bool holds_strand(judge_t *j, const gw_cluster_opts_t *o, int32_t rep, int32_t member,
                         bool reverse)
{
    const uint8_t *t = gw_seqset_seq(j->s, member);
    int32_t len = gw_seqset_len(j->s, member), score, span_r, span_m, rep_len;
    int64_t slack;
    if (reverse) {
        for (int32_t i = 0; i < len; i++)
            j->reverse[i] = t[len - 1 - i] < 4 ? 3 - t[len - 1 - i] : 4;
        t = j->reverse;
    }
    rep_len = gw_seqset_len(j->s, rep);
    gw_ident_query(j->w, gw_seqset_seq(j->s, rep), rep_len);
    ck_assert_int_eq(gw_ident_slack(j->w, t, len, NULL, &score, &slack, NULL), GW_OK);
    if (score <= 0 || slack < 0)
        return false;
    ck_assert_int_eq(gw_ident_span(j->w, t, len, NULL, false, &score, &span_r, NULL), GW_OK);
    ck_assert_int_eq(gw_ident_span(j->w, t, len, NULL, true, &score, &span_m, NULL), GW_OK);
    bool r = span_r >= o->min_cov * rep_len - 1e-6, m = span_m >= o->min_cov * len - 1e-6;
    return o->cov_mode == GW_COV_QUERY ? m : o->cov_mode == GW_COV_TARGET ? r : r && m;
}

static bool holds(judge_t *j, const gw_cluster_opts_t *o, int32_t rep, int32_t member)
{
    return holds_strand(j, o, rep, member, false) ||
           (j->s->kind == GW_SEQ_DNA && o->both_strands && holds_strand(j, o, rep, member, true));
}

static void run(const gw_seqset_t *s, gw_cluster_opts_t o, gw_clusters_t *c)
{
    gw_err_t err = {0};
    o.threads = 2;
    ck_assert_int_eq(gw_engine_create("cpu", o.threads, &o.engine, &err), GW_OK);
    ck_assert_msg(gw_cluster_run(s, &o, c, &err) == GW_OK, "%s", err.msg);
    gw_engine_destroy(o.engine);
}

static const struct {
    const char *file;
    bool sizes;
    gw_cluster_opts_t o;
    int clusters; /* at most */
} cases[] = {
    {"proteins.fa", false, {.min_id = .5, .min_cov = .8}, 80},
    {"proteins.fa", false, {.min_id = .5, .min_cov = .8, .mode = GW_MODE_GREEDY}, 85},
    {"proteins.fa", false, {.min_id = .3, .min_cov = .5, .cov_mode = GW_COV_QUERY}, 80},
    {"proteins.fa", false, {.min_id = .4, .min_cov = .9, .cov_mode = GW_COV_TARGET}, 85},
    {"proteins.fa", false, {.min_id = .7, .min_cov = .8, .depth = GW_SEARCH_SENSITIVE}, 140},
    {"proteins.fa", false, {.min_id = .5, .min_cov = .8, .depth = GW_SEARCH_LINEAR}, 120},
    {"proteins.fa", false, {.min_id = 1, .min_cov = 1}, 240},
    {"amplicons.fa", true, {.min_id = .97, .min_cov = 0, .mode = GW_MODE_GREEDY}, 130},
    {"amplicons.fa", true, {.min_id = .9, .min_cov = .9, .both_strands = true}, 100},
    {"amplicons.fa", false, {.min_id = .8, .min_cov = .5}, 60},
};

/* Every member holds by full comparison; no two representatives of a thorough search do. */
START_TEST(test_audit)
{
    gw_seqset_t s;
    gw_clusters_t c;
    gw_cluster_opts_t o = cases[_i].o;
    load(&s, cases[_i].file, cases[_i].sizes);
    run(&s, o, &c);
    judge_t j = {.s = &s};
    gw_scoring_init(&j.p, s.kind, o.min_id);
    j.w = gw_ident_create(&j.p);
    j.reverse = malloc((size_t)s.longest);
    int clusters = 0, missed = 0;
    /* without a coverage, one equal letter at the ends of two sequences would be a missed merge */
    gw_cluster_opts_t alike = o;
    alike.min_cov = o.min_cov > .5 ? o.min_cov : .5;
    for (int32_t u = 0; u < s.n; u++) {
        ck_assert_int_eq(c.rep[c.rep[u]], c.rep[u]);
        clusters += c.rep[u] == u;
        if (c.rep[u] != u)
            ck_assert_msg(holds(&j, &o, c.rep[u], u), "%s does not belong to %s",
                          s.rec[s.first[u]].name, s.rec[s.first[c.rep[u]]].name);
        for (int32_t v = 0; v < u && c.rep[u] == u; v++)
            if (c.rep[v] == v && gw_seqset_len(&s, v) * .9 * o.min_cov <= gw_seqset_len(&s, u) &&
                gw_seqset_len(&s, u) * .9 * o.min_cov <= gw_seqset_len(&s, v))
                missed += holds(&j, &alike, v, u);
    }
    ck_assert_int_eq(clusters, c.n_clusters);
    ck_assert_int_le(clusters, cases[_i].clusters);
    if (o.depth != GW_SEARCH_LINEAR)
        ck_assert_int_le(missed, 1);
    ck_assert_int_eq(s.n - clusters, (int)c.n_figures);
    for (size_t i = 0; i < c.n_figures; i++) {
        const gw_figures_t *f = &c.figures[i];
        ck_assert(f->columns > 0 && f->matches >= o.min_id * f->columns - 1e-6);
    }
    gw_ident_destroy(j.w);
    free(j.reverse);
    gw_clusters_release(&c);
    gw_seqset_release(&s);
}
END_TEST

/* Greedy is CD-HIT's sequential rule, spelled out with whole-matrix comparisons. Candidates of
 * proteins are searched heuristically, so a few may differ; of nucleotides at a high identity none. */
static const struct {
    const char *file;
    bool sizes;
    gw_cluster_opts_t o;
    int in_fifty; /* sequences in fifty that may differ */
} greedy_cases[] = {
    {"proteins.fa", false, {.min_id = .5, .min_cov = .8, .mode = GW_MODE_GREEDY}, 1},
    {"amplicons.fa", true, {.min_id = .97, .min_cov = .5, .mode = GW_MODE_GREEDY}, 0},
    {"amplicons.fa", false, {.min_id = .98, .min_cov = .9, .mode = GW_MODE_GREEDY}, 0},
    {"amplicons.fa",
     false,
     {.min_id = .97, .min_cov = .8, .mode = GW_MODE_GREEDY, .both_strands = true},
     0},
};

START_TEST(test_greedy_is_sequential)
{
    gw_seqset_t s;
    gw_clusters_t c;
    gw_cluster_opts_t o = greedy_cases[_i].o;
    load(&s, greedy_cases[_i].file, greedy_cases[_i].sizes);
    run(&s, o, &c);
    judge_t j = {.s = &s};
    gw_scoring_init(&j.p, s.kind, o.min_id);
    j.w = gw_ident_create(&j.p);
    j.reverse = malloc((size_t)s.longest);
    int32_t *rep = malloc((size_t)s.n * sizeof *rep), differ = 0, members = 0;
    for (int32_t u = 0; u < s.n; u++) {
        rep[u] = u;
        for (int32_t v = 0; v < u && rep[u] == u; v++)
            if (rep[v] == v && gw_seqset_len(&s, v) * .7 <= gw_seqset_len(&s, u) &&
                holds(&j, &o, v, u))
                rep[u] = v;
        differ += c.rep[u] != rep[u];
        members += rep[u] != u;
    }
    ck_assert_int_gt(members, 20);
    ck_assert_int_le(differ, s.n * greedy_cases[_i].in_fifty / 50);
    free(rep);
    free(j.reverse);
    gw_ident_destroy(j.w);
    gw_clusters_release(&c);
    gw_seqset_release(&s);
}
END_TEST

/* Connected: the components of the graph of all pairs that hold. */
START_TEST(test_connected_components)
{
    gw_seqset_t s;
    gw_clusters_t c;
    gw_cluster_opts_t o = {.min_id = .5, .min_cov = .8, .mode = GW_MODE_CONNECTED, .threads = 2};
    load(&s, "proteins.fa", false);
    run(&s, o, &c);
    judge_t j = {.s = &s};
    gw_scoring_init(&j.p, s.kind, o.min_id);
    j.w = gw_ident_create(&j.p);
    int32_t *root = malloc((size_t)s.n * sizeof *root);
    for (int32_t u = 0; u < s.n; u++)
        root[u] = u;
    for (int32_t u = 0; u < s.n; u++)
        for (int32_t v = 0; v < u; v++) {
            int32_t a = root[u], b = root[v];
            if (a == b || gw_seqset_len(&s, v) * .7 > gw_seqset_len(&s, u) || !holds(&j, &o, v, u))
                continue;
            for (int32_t x = 0; x < s.n; x++)
                if (root[x] == a || root[x] == b)
                    root[x] = a < b ? a : b;
        }
    for (int32_t u = 0; u < s.n; u++)
        ck_assert_int_eq(c.rep[u], root[u]);
    free(root);
    gw_ident_destroy(j.w);
    gw_clusters_release(&c);
    gw_seqset_release(&s);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("cluster");
    TCase *c = tcase_create("cluster");
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, test_audit, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(c, test_greedy_is_sequential, 0,
                        sizeof greedy_cases / sizeof *greedy_cases);
    tcase_add_test(c, test_connected_components);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
