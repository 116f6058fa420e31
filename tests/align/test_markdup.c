#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "align/markdup.h"
#include "base/mem.h"
#include "tests/align/fake_records.h"
#include "tests/check_main.h"

/* The rules of align/markdup.h as one would check them by hand: every template against every
 * other. Shares no code with the marker. */
enum { MAX_TEMPLATES = 2500 };

typedef struct {
    char lib[32];
    int tid, u5, neg;
} place_t;

typedef struct {
    int n_ends; /* mapped primaries: 0, 1, 2 */
    place_t end[2];
    int score, first_neg, second_neg;
    char rg[32];
    bool located;
    int tile, x, y;
    bool dup;
    int optical_cluster;
} tmpl_t;

static tmpl_t tmpl[MAX_TEMPLATES];

static void look(const bam1_t *b, tmpl_t *t)
{
    if (b->core.flag & (BAM_FUNMAP | BAM_FSECONDARY | BAM_FSUPPLEMENTARY))
        return;
    place_t *p = &t->end[t->n_ends++];
    const uint8_t *rg = bam_aux_get(b, "RG");
    strcpy(t->rg, rg && strcmp(bam_aux2Z(rg), "unlisted") != 0 ? bam_aux2Z(rg) : "-");
    bool lib1 = strcmp(t->rg, "a") == 0 || strcmp(t->rg, "b") == 0;
    strcpy(p->lib, lib1 ? "lib1" : strcmp(t->rg, "c") == 0 ? "lib2" : "Unknown Library");
    const uint32_t *c = bam_get_cigar(b);
    int n = (int)b->core.n_cigar, span = 0, head = 0, tail = 0;
    for (int i = 0; i < n; i++) {
        int len = (int)bam_cigar_oplen(c[i]);
        if (bam_cigar_opchr(c[i]) == 'M')
            span += len;
        else if (span == 0)
            head += len;
        else
            tail += len;
    }
    p->tid = b->core.tid;
    p->neg = bam_is_rev(b);
    p->u5 = (int)b->core.pos + (p->neg ? span - 1 + tail : -head);
    for (int i = 0; i < b->core.l_qseq; i++)
        if (bam_get_qual(b)[i] >= 15)
            t->score += bam_get_qual(b)[i];
    t->score -= b->core.flag & BAM_FQCFAIL ? 16384 : 0;
    if (b->core.flag & BAM_FREAD1)
        t->first_neg = p->neg;
    else
        t->second_neg = p->neg;
    char junk;
    t->located =
        sscanf(bam_get_qname(b), "M:%*d:F:1:%d:%d:%d%c", &t->tile, &t->x, &t->y, &junk) == 3;
    if (!t->located)
        t->tile = t->x = t->y = -1;
}

static bool same_place(const place_t *a, const place_t *b)
{
    return strcmp(a->lib, b->lib) == 0 && a->tid == b->tid && a->u5 == b->u5 && a->neg == b->neg;
}

static bool same_set(const tmpl_t *a, const tmpl_t *b)
{
    if (a->n_ends != b->n_ends || a->n_ends == 0)
        return false;
    if (a->n_ends == 1)
        return same_place(&a->end[0], &b->end[0]);
    return (same_place(&a->end[0], &b->end[0]) && same_place(&a->end[1], &b->end[1])) ||
           (same_place(&a->end[0], &b->end[1]) && same_place(&a->end[1], &b->end[0]));
}

static bool beats(const tmpl_t *a, const tmpl_t *b) /* a, b of one set */
{
    int d[] = {b->score - a->score, a->tile - b->tile, a->x - b->x, a->y - b->y};
    for (int i = 0; i < 4; i++)
        if (d[i])
            return d[i] < 0;
    return a < b;
}

static bool optical_edge(const tmpl_t *a, const tmpl_t *b, int distance)
{
    return a->located && b->located && strcmp(a->rg, b->rg) == 0 && a->tile == b->tile &&
           a->first_neg == b->first_neg && a->second_neg == b->second_neg &&
           abs(a->x - b->x) <= distance && abs(a->y - b->y) <= distance;
}

static void brute(int n, int distance, gw_dupcounts_t *lib) /* lib1, lib2, Unknown Library */
{
    for (int i = 0; i < n; i++) {
        tmpl_t *a = &tmpl[i];
        a->optical_cluster = i;
        for (int j = 0; j < n; j++) {
            tmpl_t *b = &tmpl[j];
            if (j != i && same_set(a, b) && beats(b, a))
                a->dup = true;
            if (a->n_ends == 1 && b->n_ends == 2 &&
                (same_place(&a->end[0], &b->end[0]) || same_place(&a->end[0], &b->end[1])))
                a->dup = true;
        }
    }
    for (bool changed = true; changed;) { /* labels spread until they rest */
        changed = false;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (tmpl[j].optical_cluster < tmpl[i].optical_cluster && tmpl[i].n_ends == 2 &&
                    same_set(&tmpl[i], &tmpl[j]) && optical_edge(&tmpl[i], &tmpl[j], distance)) {
                    tmpl[i].optical_cluster = tmpl[j].optical_cluster;
                    changed = true;
                }
    }
    for (int i = 0; i < n; i++) {
        tmpl_t *a = &tmpl[i];
        if (a->n_ends == 0)
            continue;
        int k = strcmp(a->end[0].lib, "lib1") == 0 ? 0 : strcmp(a->end[0].lib, "lib2") == 0 ? 1 : 2;
        lib[k].unpaired_examined += a->n_ends == 1;
        lib[k].pairs_examined += a->n_ends == 2;
        lib[k].unpaired_duplicates += a->n_ends == 1 && a->dup;
        lib[k].pair_duplicates += a->n_ends == 2 && a->dup;
        lib[k].pair_optical_duplicates += a->optical_cluster != i;
    }
}

START_TEST(against_brute_force)
{
    static const int distance[] = {100, 30, 0, 2500};
    static const uint64_t mem[] = {64 << 20, 1, 1 << 20};
    gw_rng_t r;
    gw_err_t e = {0};
    gw_markdup_t *m;
    sam_hdr_t *h = fake_header();
    gw_markdup_opts_t o = {mem[_i % 3], NULL, 1 + _i % 2, distance[_i % 4]};
    ck_assert_int_eq(gw_markdup_create(&o, h, &m, &e), GW_OK);
    memset(tmpl, 0, sizeof tmpl);
    gw_rng_init(&r, (uint64_t)_i);
    bam1_t *rec[FAKE_MAX], flat[FAKE_MAX];
    for (int i = 0; i < FAKE_MAX; i++)
        rec[i] = bam_init1();
    int n = _i < 10 ? _i * 3 : MAX_TEMPLATES / (1 + _i % 3);
    for (int i = 0; i < n; i++) {
        int k = fake_template(&r, i, rec);
        for (int j = 0; j < k; j++) {
            look(rec[j], &tmpl[i]);
            flat[j] = *rec[j];
        }
        ck_assert_int_eq(gw_markdup_add(m, flat, (size_t)k, &e), GW_OK);
    }
    ck_assert_int_eq(gw_markdup_decide(m, &e), GW_OK);
    gw_dupcounts_t want[3] = {{0}};
    brute(n, o.optical_distance, want);
    for (int i = 0; i < n; i++)
        ck_assert_msg(gw_markdup_is_duplicate(m, (uint64_t)i) == tmpl[i].dup,
                      "seed %d: template %d is %sa duplicate", _i, i, tmpl[i].dup ? "" : "not ");
    const gw_dupmetrics_t *d = gw_markdup_metrics(m);
    ck_assert_uint_eq(d->n, 3);
    int64_t pairs = 0, sets = 0, kept = 0;
    for (size_t k = 0; k < 3; k++) {
        const gw_dupcounts_t *c = &d->lib[k];
        ck_assert_str_eq(c->library, k == 0 ? "lib1" : k == 1 ? "lib2" : "Unknown Library");
        ck_assert_int_eq(c->unpaired_examined, want[k].unpaired_examined);
        ck_assert_int_eq(c->pairs_examined, want[k].pairs_examined);
        ck_assert_int_eq(c->unpaired_duplicates, want[k].unpaired_duplicates);
        ck_assert_int_eq(c->pair_duplicates, want[k].pair_duplicates);
        ck_assert_int_eq(c->pair_optical_duplicates, want[k].pair_optical_duplicates);
        pairs += c->pairs_examined;
        kept += c->pairs_examined - c->pair_duplicates;
    }
    int64_t in_sets = 0;
    for (size_t k = 0; k < d->n_set_size; k++) {
        in_sets += (int64_t)k * d->set_size[k];
        sets += d->set_size[k];
    }
    ck_assert_int_eq(in_sets, pairs);
    ck_assert_int_eq(sets, kept);
    for (int i = 0; i < FAKE_MAX; i++)
        bam_destroy1(rec[i]);
    gw_markdup_destroy(m);
    sam_hdr_destroy(h);
}
END_TEST

/* Figures as Picard 2.27.5 prints them for 28,160 E. coli pairs (1,231 duplicate, none optical). */
START_TEST(metrics_file)
{
    gw_err_t e = {0};
    char path[] = "/tmp/gw-test-metrics-XXXXXX", line[1000];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    gw_dupcounts_t lib[2] = {{.library = "l1", .pairs_examined = 28160, .pair_duplicates = 1231},
                             {.library = "Unknown Library"}};
    int64_t sizes[5] = {0, 25736, 1155, 38, 0}, none[5] = {0};
    gw_dupmetrics_t m = {lib, 2, sizes, none, sizes, 5};
    ck_assert_int_eq(gw_dupmetrics_library_size(&lib[0]), 312633);
    ck_assert_int_eq(gw_dupmetrics_library_size(&lib[1]), -1);
    ck_assert_int_eq(gw_dupmetrics_write(&m, path, "genowarp align x", &e), GW_OK);
    static const char *const want[] = {
        "## htsjdk.samtools.metrics.StringHeader\n",
        "# genowarp align x\n",
        "\n",
        "## METRICS CLASS\tpicard.sam.DuplicationMetrics\n",
        "LIBRARY\tUNPAIRED_READS_EXAMINED\tREAD_PAIRS_EXAMINED\tSECONDARY_OR_SUPPLEMENTARY_RDS\t"
        "UNMAPPED_READS\tUNPAIRED_READ_DUPLICATES\tREAD_PAIR_DUPLICATES\t"
        "READ_PAIR_OPTICAL_DUPLICATES\tPERCENT_DUPLICATION\tESTIMATED_LIBRARY_SIZE\n",
        "l1\t0\t28160\t0\t0\t0\t1231\t0\t0.043714\t312633\n",
        "\n",
        "## HISTOGRAM\tjava.lang.Double\n",
        "BIN\tCoverageMult\tall_sets\tnon_optical_sets\n",
        "1.0\t1\t25736\t25736\n",
        "2.0\t1.913864\t1155\t1155\n",
        "3.0\t2.749011\t38\t38\n",
        "4.0\t3.512222\t0\t0\n"};
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
        ck_assert_str_eq(line, want[i]);
    }
    fclose(f);
    unlink(path);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("align/markdup");
    TCase *t = tcase_create("markdup");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, against_brute_force, 0, 22);
    tcase_add_test(t, metrics_file);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(suite)
