/* align --search as a library: every score is the reference's (and parasail's), every alignment
 * spells its score, and blocks, batches and threads never show. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "align/dbwrite.h"
#include "base/hash.h"
#include "base/mem.h"
#include "kernels/extend_variants.h"
#include "tests/check_main.h"

#ifdef HAVE_PARASAIL
#    include <parasail.h>
#endif

/* 1. files of random sequences, some of them alike */
static char folder[] = "/tmp/gw-dbsearch-XXXXXX";
static char *path_of(const char *name)
{
    return gw_asprintf("%s/%s", folder, name);
}

static void setup(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    static const char *const name[] = {"db.fa", "q.fa"};
    for (int i = 0; i < 2; i++) {
        char *p = path_of(name[i]);
        unlink(p);
        free(p);
    }
    rmdir(folder);
}

typedef struct {
    gw_rng_t rng;
    const char *letters;
} draw_t;

static void random_text(draw_t *d, char *s, int n)
{
    size_t kinds = strlen(d->letters);
    for (int i = 0; i < n; i++)
        s[i] = d->letters[gw_rng_below(&d->rng, kinds)];
    s[n] = '\0';
}

/* Copies n letters of s with changes, insertions and deletions; returns how many come out. */
static int mutate(draw_t *d, const char *s, int n, char *out)
{
    int m = 0;
    for (int i = 0; i < n; i++) {
        uint64_t what = gw_rng_below(&d->rng, 20);
        if (what == 0)
            continue;
        out[m++] = what < 4 ? d->letters[gw_rng_below(&d->rng, strlen(d->letters))] : s[i];
        if (what == 19)
            out[m++] = d->letters[gw_rng_below(&d->rng, strlen(d->letters))];
    }
    out[m] = '\0';
    return m;
}

static void turn(const char *s, int n, char *out)
{
    for (int i = 0; i < n; i++) {
        const char *at = strchr("ACGT", s[n - 1 - i]);
        out[i] = at ? "TGCA"[at - "ACGT"] : 'N';
    }
    out[n] = '\0';
}

enum { QUERIES = 7, TARGETS = 90, LONGEST = 400 };

static void write_files(uint64_t seed, bool dna)
{
    draw_t d = {.letters = dna ? "ACGTACGTACGTACGTACGTN" : "ARNDCQEGHILKMFPSTWYVARNDCQEGHILKMFPSTWYVBZXUO*"};
    char *db = path_of("db.fa"), *qf = path_of("q.fa");
    FILE *t = fopen(db, "w"), *q = fopen(qf, "w");
    char query[QUERIES][LONGEST + 1], s[3 * LONGEST], other[3 * LONGEST];
    ck_assert(t && q);
    gw_rng_init(&d.rng, seed);
    for (int i = 0; i < QUERIES; i++) {
        int n = i == 0 ? 1 : i == 1 ? LONGEST : 5 + (int)gw_rng_below(&d.rng, 200);
        random_text(&d, query[i], n);
        fprintf(q, ">q%d\n%s\n", i, query[i]);
    }
    for (int i = 0; i < TARGETS; i++) {
        int n = 1 + (int)gw_rng_below(&d.rng, LONGEST);
        random_text(&d, s, n);
        if (i % 3 == 0) { /* a relative of a query, within random letters */
            const char *from = query[gw_rng_below(&d.rng, QUERIES)];
            int len = mutate(&d, from, (int)strlen(from), other);
            if (dna && i % 2) {
                turn(other, len, s + n);
                len = (int)strlen(s + n);
            } else {
                memcpy(s + n, other, (size_t)len + 1);
            }
            random_text(&d, s + n + len, (int)gw_rng_below(&d.rng, 30));
        }
        fprintf(t, ">t%d the %dth\n%s\n", i, i + 1, s);
    }
    ck_assert(fclose(t) == 0 && fclose(q) == 0);
    free(db);
    free(qf);
}

static gw_dbscoring_t scoring(bool dna)
{
    gw_err_t err = {0};
    gw_scorematrix_t m;
    gw_dbscoring_t s;
    if (dna) {
        gw_dbscoring_dna(&s, 2, 3, 5, 2);
        return s;
    }
    ck_assert_int_eq(gw_scorematrix_load("BLOSUM62", &m, &err), GW_OK);
    gw_dbscoring_protein(&s, &m, 11, 1);
    return s;
}

/* 2. searching the files */
static gw_status_t search(gw_dbsearch_opts_t *o, const char *device, int threads,
                          gw_dbsearch_write_t write, void *ctx, gw_dbsearch_stats_t *done,
                          gw_err_t *err)
{
    char *db = path_of("db.fa"), *q = path_of("q.fa");
    const char *qs[] = {q};
    gw_dbset_t queries = {0};
    gw_dbreader_t *reader = NULL;
    gw_engine_t *engine = NULL;
    ck_assert_int_eq(gw_engine_create(device, threads, &engine, err), GW_OK);
    o->engine = engine;
    o->threads = threads;
    gw_status_t st = gw_dbreader_open(qs, 1, 1, &reader, err);
    if (st == GW_OK)
        st = gw_dbreader_next(reader, &queries, gw_dbsearch_query_bytes(o),
                              gw_dbsearch_query_count(o), err);
    if (st == GW_OK)
        st = gw_dbsearch_run(&queries, reader, db, o, write, ctx, done, err);
    gw_dbset_release(&queries);
    gw_dbreader_close(reader);
    gw_engine_destroy(engine);
    free(db);
    free(q);
    return st;
}

static gw_status_t print(void *ctx, const gw_dbresult_t *r, gw_err_t *err)
{
    (void)err;
    gw_dbwrite_table(ctx, r);
    return GW_OK;
}

static char *table(gw_dbsearch_opts_t o, int threads, gw_dbsearch_stats_t *done)
{
    char *text = NULL;
    size_t n;
    gw_err_t err = {0};
    FILE *f = open_memstream(&text, &n);
    ck_assert_ptr_nonnull(f);
    gw_status_t st = search(&o, "cpu", threads, print, f, done, &err);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    ck_assert_int_eq(fclose(f), 0);
    return text;
}

/* 3. what each pair comes to */
typedef struct {
    const gw_dbsearch_opts_t *o;
    gw_dbset_t db; /* encoded */
    size_t hits;
    int32_t seen[QUERIES][TARGETS];
} check_t;

static gw_extend_hit_t reference(const gw_dbscoring_t *s, const uint8_t *q, int32_t q_len,
                                 const uint8_t *t, int32_t t_len)
{
    int64_t zero = 0;
    gw_err_t err = {0};
    gw_extend_hit_t hit;
    gw_extend_batch_t b = {1, q, t, &zero, &zero, &q_len, &t_len};
    ck_assert_int_eq(gw_extend_ends_ref(&b, &s->params, &hit, &err), GW_OK);
#ifdef HAVE_PARASAIL
    char letter[GW_EXTEND_MAX_LETTERS + 1] = {0}, *x = gw_malloc((size_t)q_len, 1),
         *y = gw_malloc((size_t)t_len, 1);
    ck_assert(x && y);
    for (int a = 0; a < s->params.n_letters; a++)
        letter[a] = (char)('A' + a);
    parasail_matrix_t *m = parasail_matrix_create(letter, 1, -1);
    for (int a = 0; a < s->params.n_letters; a++)
        for (int b2 = 0; b2 < s->params.n_letters; b2++)
            parasail_matrix_set_value(m, a, b2, s->params.matrix[a * s->params.n_letters + b2]);
    for (int i = 0; i < q_len; i++)
        x[i] = (char)('A' + q[i]);
    for (int i = 0; i < t_len; i++)
        y[i] = (char)('A' + t[i]);
    parasail_result_t *r =
        parasail_sw(x, q_len, y, t_len, s->params.gap_open + s->params.gap_extend,
                    s->params.gap_extend, m);
    ck_assert_int_eq(r->score, hit.score);
    parasail_result_free(r);
    parasail_matrix_free(m);
    free(x);
    free(y);
#endif
    return hit;
}

/* The score and the counts that the operations spell */
static void spell(const gw_dbresult_t *r, const gw_dbhit_t *x, const gw_dbscoring_t *s,
                  const uint8_t *q, const uint8_t *t)
{
    int64_t score = 0;
    int32_t i = x->q_beg, j = x->t_beg, same = 0, columns = 0, gaps = 0, different = 0;
    for (int64_t k = 0; k < x->n_cigar; k++) {
        uint32_t op = r->list->cigar[x->cigar + k];
        int32_t n = (int32_t)(op >> 4);
        columns += n;
        switch (op & 15) {
        case 0:
            for (int32_t z = 0; z < n; z++, i++, j++) {
                score += s->params.matrix[q[i] * s->params.n_letters + t[j]];
                same += q[i] == t[j] && q[i] < s->n_count;
                different += !(q[i] == t[j] && q[i] < s->n_count);
            }
            break;
        case 1:
            i += n;
            break;
        default:
            j += n;
        }
        if (op & 15) {
            gaps++;
            score -= s->params.gap_open + (int64_t)n * s->params.gap_extend;
        }
    }
    ck_assert_int_eq(score, x->cand.score);
    ck_assert_int_eq(i, x->q_end);
    ck_assert_int_eq(j, x->t_end);
    ck_assert_int_eq(columns, x->columns);
    ck_assert_int_eq(same, x->identities);
    ck_assert_int_eq(different, x->mismatches);
    ck_assert_int_eq(gaps, x->gaps);
}

static gw_status_t check(void *ctx, const gw_dbresult_t *r, gw_err_t *err)
{
    check_t *c = ctx;
    const gw_dbscoring_t *s = c->o->scoring;
    int32_t q_len = gw_dbset_len(r->set, r->query);
    const uint8_t *plus = r->set->letter + r->set->off[r->query];
    uint8_t minus[LONGEST];
    (void)err;
    for (int32_t i = 0; i < q_len; i++)
        minus[i] = plus[q_len - 1 - i] < 4 ? 3 - plus[q_len - 1 - i] : plus[q_len - 1 - i];
    for (size_t i = 0; i < r->n; i++) {
        const gw_dbhit_t *x = &r->hit[i];
        const uint8_t *t = c->db.letter + c->db.off[x->cand.target],
                      *q = x->cand.minus ? minus : plus;
        int32_t t_len = gw_dbset_len(&c->db, (size_t)x->cand.target);
        gw_extend_hit_t want = reference(s, plus, q_len, t, t_len);
        if (c->o->both_strands) {
            gw_extend_hit_t turned = reference(s, minus, q_len, t, t_len);
            ck_assert_int_eq(x->cand.minus, turned.score > want.score);
            want = x->cand.minus ? turned : want;
        }
        ck_assert_int_eq(x->cand.score, want.score);
        ck_assert(x->q_beg == want.q_beg && x->q_end == want.q_end && x->t_beg == want.t_beg &&
                  x->t_end == want.t_end);
        ck_assert_str_eq(r->list->text + x->name, gw_dbset_name(&c->db, (size_t)x->cand.target));
        ck_assert(x->letters >= 0 && memcmp(r->list->letter + x->letters, t + x->t_beg,
                                            (size_t)(x->t_end - x->t_beg)) == 0);
        spell(r, x, s, q, t);
        c->seen[r->query][x->cand.target]++;
        ck_assert(i == 0 || r->hit[i - 1].evalue <= x->evalue);
    }
    c->hits += r->n;
    return GW_OK;
}

static gw_karlin_t stats_of(const gw_dbscoring_t *s)
{
    gw_karlin_t k;
    ck_assert(gw_karlin_known(s, &k));
    return k;
}

START_TEST(every_pair)
{
    bool dna = _i % 2 == 1;
    gw_err_t err = {0};
    gw_dbscoring_t s = scoring(dna);
    gw_karlin_t k = stats_of(&s);
    gw_dbsearch_stats_t done;
    gw_dbsearch_opts_t o = {.scoring = &s,
                            .stats = &k,
                            .both_strands = dna,
                            .keep_letters = true,
                            .max_hits = 1000,
                            .max_evalue = 1e18,
                            .max_mem = 1 << 24};
    check_t c = {.o = &o};
    write_files(11 + (uint64_t)_i, dna);
    char *db = path_of("db.fa");
    const char *paths[] = {db};
    gw_dbreader_t *r = NULL;
    ck_assert_int_eq(gw_dbreader_open(paths, 1, 1, &r, &err), GW_OK);
    ck_assert_int_eq(gw_dbreader_next(r, &c.db, 1 << 24, 1000, &err), GW_OK);
    ck_assert_uint_eq(c.db.n, TARGETS);
    ck_assert_str_eq(gw_dbset_title(&c.db, 2), "the 3th");
    ck_assert_int_eq(gw_dbset_encode(&c.db, s.code, "", &err), GW_OK);
    gw_dbreader_close(r);
    free(db);
    gw_status_t st = search(&o, "cpu", 2, check, &c, &done, &err);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    ck_assert_uint_eq(done.targets, TARGETS);
    ck_assert_uint_eq(done.queries, QUERIES);
    ck_assert_int_eq(done.db_letters, c.db.off[c.db.n]);
    /* what is missing scores nothing */
    for (size_t i = 0; i < TARGETS; i++)
        ck_assert_int_le(c.seen[1][i], 1);
    ck_assert_uint_gt(c.hits, TARGETS * (QUERIES - 2));
    gw_dbset_release(&c.db);
}
END_TEST

START_TEST(blocks_do_not_show)
{
    bool dna = _i % 2 == 1;
    gw_dbscoring_t s = scoring(dna);
    gw_karlin_t k = stats_of(&s);
    gw_dbsearch_opts_t o = {.scoring = &s,
                            .stats = &k,
                            .both_strands = dna,
                            .ungapped_lambda = _i == 0 ? 0.3176 : 0,
                            .max_hits = _i < 2 ? 5 : 1000,
                            .max_evalue = 10,
                            .max_mem = 1 << 24};
    gw_dbsearch_stats_t all, parts;
    write_files(21 + (uint64_t)_i, dna);
    char *want = table(o, 1, &all);
    ck_assert_uint_gt(strlen(want), 100);
    /* two queries a batch and blocks of some sequences; then one query and one sequence */
    for (int z = 0; z < 2; z++) {
        o.max_mem = z ? 8 : 9000;
        char *got = table(o, 3, &parts);
        ck_assert_str_eq(got, want);
        ck_assert(parts.hits == all.hits && parts.targets == all.targets &&
                  parts.cells == all.cells);
        free(got);
    }
    free(want);
}
END_TEST

/* Long targets are cut: what lies across a cut, at its ends and next to them is found whole. */
typedef struct {
    const gw_dbscoring_t *s;
    uint8_t *t;
    int32_t t_len, hits;
} long_t;

static gw_status_t check_long(void *ctx, const gw_dbresult_t *r, gw_err_t *err)
{
    long_t *c = ctx;
    int32_t q_len = gw_dbset_len(r->set, r->query);
    int64_t zero = 0;
    gw_extend_hit_t want;
    gw_extend_batch_t b = {1, r->set->letter + r->set->off[r->query], c->t, &zero, &zero, &q_len,
                           &c->t_len};
    ck_assert_int_eq(gw_extend_ends(&b, &c->s->params, &want, err), GW_OK);
    ck_assert_uint_eq(r->n, 1);
    const gw_dbhit_t *x = r->hit;
    ck_assert_int_eq(x->cand.score, want.score);
    ck_assert(x->q_beg == want.q_beg && x->q_end == want.q_end && x->t_beg == want.t_beg &&
              x->t_end == want.t_end);
    ck_assert_int_eq(x->cand.t_len, c->t_len);
    c->hits++;
    return GW_OK;
}

START_TEST(long_targets)
{
    enum { LEN = 100000, PART = 1 << 15, Q = 60, SPAN = Q + Q * 2 / 2 };
    static const int place[] = {PART - Q / 2, PART - Q, PART - SPAN, PART - SPAN - Q / 2,
                                LEN - Q,      0,        PART,        2 * (PART - SPAN) + SPAN - 7};
    gw_err_t err = {0};
    gw_dbscoring_t s = scoring(true);
    gw_karlin_t k = stats_of(&s);
    gw_dbsearch_stats_t done;
    gw_dbsearch_opts_t o = {.scoring = &s,
                            .stats = &k,
                            .max_hits = 10,
                            .max_evalue = 1e9,
                            .max_mem = 1 << 24};
    draw_t d = {.letters = "ACGT"};
    char *text = malloc(LEN + 1), *db = path_of("db.fa"), *q = path_of("q.fa");
    FILE *t = fopen(db, "w"), *f = fopen(q, "w");
    ck_assert(text && t && f);
    gw_rng_init(&d.rng, 31);
    random_text(&d, text, LEN);
    for (size_t i = 0; i < sizeof place / sizeof *place; i++)
        fprintf(f, ">q%zu\n%.20s%.*s\n", i, text + place[i], Q - 24, text + place[i] + 24);
    fprintf(t, ">long\n%s\n", text);
    ck_assert(fclose(t) == 0 && fclose(f) == 0);
    long_t c = {&s, malloc(LEN), LEN, 0};
    for (int i = 0; i < LEN; i++)
        c.t[i] = s.code[(unsigned char)text[i]];
    gw_status_t st = search(&o, "cpu", 1, check_long, &c, &done, &err);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    ck_assert_int_eq(c.hits, (int)(sizeof place / sizeof *place));
    free(c.t);
    free(text);
    free(db);
    free(q);
}
END_TEST

/* 4. lists */
START_TEST(best_of_many)
{
    enum { N = 500, MOST = 40 };
    gw_rng_t rng;
    gw_dbcand_t x[N];
    gw_dbbest_t b = {0}, all = {0};
    gw_rng_init(&rng, 7);
    for (int i = 0; i < N; i++) {
        x[i] = (gw_dbcand_t){.log_rate = (double)gw_rng_below(&rng, 100), .target = i};
        ck_assert(gw_dbbest_offer(&all, &x[i], N));
    }
    for (int i = N - 1; i >= 0; i--) /* another order */
        ck_assert(gw_dbbest_offer(&b, &x[i], MOST));
    gw_dbbest_sort(&all);
    gw_dbbest_sort(&b);
    ck_assert(b.n == MOST && all.n == N);
    for (int i = 0; i < MOST; i++)
        ck_assert_int_eq(b.v[i].target, all.v[i].target);
    for (int i = 1; i < N; i++)
        ck_assert(all.v[i - 1].log_rate < all.v[i].log_rate ||
                  (all.v[i - 1].log_rate == all.v[i].log_rate &&
                   all.v[i - 1].target < all.v[i].target));
    gw_dbbest_release(&b);
    gw_dbbest_release(&all);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("dbsearch");
    TCase *c = tcase_create("search");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, every_pair, 0, 2);
    tcase_add_loop_test(c, blocks_do_not_show, 0, 4);
    tcase_add_test(c, long_targets);
    tcase_add_test(c, best_of_many);
    suite_add_tcase(s, c);
    return s;
}
GW_CHECK_MAIN(suite)
