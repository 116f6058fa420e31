#include <config.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "fold/abinitio.h"
#include "fold/build.h"
#include "fold/dssp.h"
#include "fold/sspred.h"
#include "tests/check_main.h"

static double distance(const float *a, const float *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(s);
}

enum { LEN = 30 };
static const uint8_t alanines[LEN];

/* ideal bonds whatever is inserted, and the torsions that were asked for */
START_TEST(geometry)
{
    gw_decoy_t d;
    gw_fragment_t f = {.score = 0};
    for (int k = 0; k < GW_FRAGMENTS_LONG; k++) {
        f.phi[k] = (float)(-60 - 3 * k);
        f.psi[k] = (float)(-45 + 11 * k);
        f.ss[k] = GW_SSPRED_HELIX;
    }
    gw_decoy_init(&d, alanines, LEN);
    gw_decoy_insert(&d, 7, &f, GW_FRAGMENTS_LONG);
    for (int32_t i = 0; i < LEN; i++) {
        ck_assert_double_eq_tol(distance(d.at[i][GW_DECOY_N], d.at[i][GW_DECOY_CA]), 1.458, 0.01);
        ck_assert_double_eq_tol(distance(d.at[i][GW_DECOY_CA], d.at[i][GW_DECOY_C]), 1.525, 0.01);
        ck_assert_double_eq_tol(distance(d.at[i][GW_DECOY_C], d.at[i][GW_DECOY_O]), 1.23, 0.01);
        ck_assert_double_eq_tol(distance(d.at[i][GW_DECOY_CA], d.at[i][GW_DECOY_CB]), 1.53, 0.03);
        ck_assert_int_eq(d.ss[i], i >= 7 && i < 16 ? GW_SSPRED_HELIX : GW_SSPRED_COIL);
    }
    for (int32_t i = 1; i < LEN; i++) {
        ck_assert_double_eq_tol(distance(d.at[i - 1][GW_DECOY_C], d.at[i][GW_DECOY_N]), 1.329,
                                0.01);
        ck_assert_double_eq_tol(distance(d.at[i - 1][GW_DECOY_CA], d.at[i][GW_DECOY_CA]), 3.8,
                                0.03);
    }
    for (int32_t i = 7; i < 16; i++) {
        float phi = gw_dssp_torsion(d.at[i - 1][GW_DECOY_C], d.at[i][GW_DECOY_N],
                                    d.at[i][GW_DECOY_CA], d.at[i][GW_DECOY_C]);
        float psi = gw_dssp_torsion(d.at[i][GW_DECOY_N], d.at[i][GW_DECOY_CA], d.at[i][GW_DECOY_C],
                                    d.at[i + 1][GW_DECOY_N]);
        ck_assert_float_eq_tol(phi, f.phi[i - 7], 0.05F);
        ck_assert_float_eq_tol(psi, f.psi[i - 7], 0.05F);
    }
}
END_TEST

/* a strand overlaps nowhere; a chain that runs round a flat ring does */
START_TEST(overlaps)
{
    gw_decoy_t d;
    gw_fragment_t f = {.score = 0};
    gw_decoy_init(&d, alanines, LEN);
    gw_decoy_energy_t e = gw_decoy_energy(&d);
    ck_assert_double_eq(e.overlap, 0);
    for (int k = 0; k < GW_FRAGMENTS_LONG; k++) {
        f.phi[k] = -120;
        f.psi[k] = -40;
    }
    ck_assert_double_gt(e.size, 5);
    for (int32_t i = 0; i + GW_FRAGMENTS_LONG <= LEN; i += GW_FRAGMENTS_LONG)
        gw_decoy_insert(&d, i, &f, GW_FRAGMENTS_LONG);
    gw_decoy_energy_t ring = gw_decoy_energy(&d);
    ck_assert_double_gt(ring.overlap, 100);
    ck_assert_double_eq(ring.size, 0);
    ck_assert_double_gt(gw_decoy_total(&ring), gw_decoy_total(&e));
}
END_TEST

/* a library of 1CBS alone, and its first residues as a query */
static char lib_path[] = "test_abinitio_XXXXXX";
static gw_search_lib_t lib;
static gw_profile_t query;
static float *pred;

static void set_up(void)
{
    const char *src = getenv("srcdir");
    char path[4096];
    const char *file = path;
    gw_build_opts_t o = {.threads = 1};
    gw_build_counts_t n;
    gw_err_t err = {0};
    snprintf(path, sizeof path, "%s/tests/data/fold/1cbs.cif.gz", src ? src : ".");
    close(mkstemp(lib_path));
    ck_assert_msg(gw_build_library(lib_path, &file, 1, &o, &n, &err) == GW_OK, "%s", err.msg);
    ck_assert_msg(gw_search_lib_open(lib_path, 1, &lib, &err) == GW_OK, "%s", err.msg);
    unlink(lib_path);
    char letters[LEN + 1] = {0};
    for (int i = 0; i < LEN; i++)
        letters[i] = gw_aa_letters[lib.feat.seq[i + 20]];
    ck_assert_int_eq(gw_profile_from_sequence("here", "piece", letters, LEN, &query, &err), GW_OK);
    pred = gw_malloc(LEN, GW_SSPRED_OUT * sizeof *pred);
    ck_assert_int_eq(gw_sspred_run(&query, pred, &err), GW_OK);
}

static void tear_down(void)
{
    gw_search_lib_close(&lib);
    gw_profile_release(&query);
    free(pred);
}

/* the best fragments of a piece of 1CBS are the piece itself, best first, by any number of threads
 */
START_TEST(fragments)
{
    gw_fragments_t f, g;
    gw_err_t err = {0};
    int own = 0;
    ck_assert_int_eq(gw_fragments_pick(&lib, &query, pred, NULL, 1, &f, &err), GW_OK);
    ck_assert_int_eq(gw_fragments_pick(&lib, &query, pred, NULL, 3, &g, &err), GW_OK);
    for (int32_t i = 0; i + GW_FRAGMENTS_LONG <= LEN; i++) {
        ck_assert_int_gt(f.nine[i].n, 0);
        own += f.nine[i].v[0].at == i + 20;
        for (int32_t k = 1; k < f.nine[i].n; k++)
            ck_assert_int_ge(f.nine[i].v[k - 1].score, f.nine[i].v[k].score);
        ck_assert_int_eq(f.nine[i].n, g.nine[i].n);
        for (int32_t k = 0; k < f.nine[i].n; k++)
            ck_assert_int_eq(f.nine[i].v[k].at, g.nine[i].v[k].at);
    }
    ck_assert_int_ge(own, LEN - GW_FRAGMENTS_LONG - 1);
    gw_fragments_release(&f);
    gw_fragments_release(&g);
}
END_TEST

START_TEST(nothing_to_lend)
{
    gw_abinitio_opts_t o = {2, 1, 1, (const uint8_t *)"\1"};
    gw_abinitio_t a;
    gw_err_t err = {0};
    ck_assert_int_eq(gw_abinitio_run(&lib, &query, pred, &o, &a, &err), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(err.msg, "no template of the library lends a fragment"));
}
END_TEST

/* all residues modelled with their side chains; the same by any number of threads; the seed counts
 */
START_TEST(model)
{
    gw_abinitio_opts_t o = {4, 1, 1, NULL}, o3 = {4, 1, 3, NULL}, other = {4, 2, 1, NULL};
    gw_abinitio_t a, b, c;
    gw_err_t err = {0};
    ck_assert_int_eq(gw_abinitio_run(&lib, &query, pred, &o, &a, &err), GW_OK);
    ck_assert_int_eq(gw_abinitio_run(&lib, &query, pred, &o3, &b, &err), GW_OK);
    ck_assert_int_eq(gw_abinitio_run(&lib, &query, pred, &other, &c, &err), GW_OK);
    ck_assert_int_eq(a.m.len, LEN);
    ck_assert_double_gt(a.agreement, 0);
    ck_assert_double_le(a.agreement, 1);
    int moved = 0;
    for (int i = 0; i < LEN; i++) {
        const gw_model_residue_t *r = &a.m.r[i];
        ck_assert_int_eq(r->origin, GW_MODEL_FREE);
        ck_assert_int_eq(r->n, gw_model_atom_count(r->aa));
        ck_assert(r->confidence >= 0 && r->confidence <= 100);
        ck_assert_mem_eq(r->xyz, b.m.r[i].xyz, sizeof r->xyz);
        ck_assert_float_eq(r->confidence, b.m.r[i].confidence);
        moved += memcmp(r->xyz, c.m.r[i].xyz, sizeof r->xyz) != 0;
    }
    ck_assert_int_gt(moved, 0);
    gw_abinitio_release(&a);
    gw_abinitio_release(&b);
    gw_abinitio_release(&c);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("abinitio");
    TCase *t = tcase_create("decoys");
    tcase_add_test(t, geometry);
    tcase_add_test(t, overlaps);
    suite_add_tcase(s, t);
    t = tcase_create("library");
    tcase_add_unchecked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, fragments);
    tcase_add_test(t, nothing_to_lend);
    tcase_add_test(t, model);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(make)
