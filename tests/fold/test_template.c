#include <config.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "fold/dssp.h"
#include "fold/model.h"
#include "fold/take.h"
#include "fold/template.h"
#include "io/slurp.h"
#include "tests/check_main.h"

static const char *data(const char *name)
{
    static char path[4096];
    const char *src = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/data/fold/%s", src ? src : ".", name);
    return path;
}

static void read_ok(const char *name, gw_structure_t *s)
{
    gw_err_t err = {0};
    ck_assert_msg(gw_structure_read(data(name), gw_template_is_amino, s, &err) == GW_OK, "%s",
                  err.msg);
}

/* 8-state codes of every residue of 1CBS as mkdssp 4.4.0 gave them (its P is coil here) */
START_TEST(dssp_of_1cbs)
{
    gw_structure_t s;
    gw_err_t err = {0};
    char *text;
    size_t len, i = 0;
    read_ok("1cbs.cif.gz", &s);
    ck_assert_uint_eq(s.n_chains, 1);
    ck_assert_uint_eq(s.n_residues, 137);
    uint8_t ss[137];
    ck_assert_int_eq(gw_template_dssp(&s, ss, &err), GW_OK);
    ck_assert_int_eq(gw_slurp(data("1cbs.dssp.gz"), 1 << 20, &text, &len, &err), GW_OK);
    for (char *l = strstr(text, "  #  RES"); (l = strchr(l, '\n')) && l[1]; i++) {
        l++;
        char want = l[16] == ' ' || l[16] == 'P' ? 'C' : l[16];
        ck_assert_msg(gw_tlib_ss_letters[ss[i]] == want, "residue %zu: %c, mkdssp %c", i + 1,
                      gw_tlib_ss_letters[ss[i]], want);
    }
    ck_assert_uint_eq(i, 137);
    free(text);
    gw_structure_release(&s);
}
END_TEST

static const struct {
    const char *file;
    size_t chains, residues;
} files[] = {
    {"1orc.pdb.gz", 1, 64},  {"pdb1gdr.ent.gz", 1, 105}, {"rnase_frag.pdb.gz", 2, 0},
    {"hetatm.pdb.gz", 0, 0}, {"altloc.cif.gz", 1, 1},
};

START_TEST(odd_files)
{
    gw_structure_t s;
    read_ok(files[_i].file, &s);
    if (files[_i].residues)
        ck_assert_uint_eq(s.n_residues, files[_i].residues);
    ck_assert_uint_eq(s.n_chains, files[_i].chains);
    if (strcmp(files[_i].file, "altloc.cif.gz") == 0) {
        /* SER and PRO share number 22: PRO has the greater occupancy */
        ck_assert_str_eq(s.residue[0].name, "PRO");
        ck_assert_ptr_null(gw_structure_atom(&s, &s.residue[0], "OG"));
        ck_assert_ptr_nonnull(gw_structure_atom(&s, &s.residue[0], "CG"));
    }
    gw_structure_release(&s);
}
END_TEST

static const struct {
    const char *text, *says;
} bad[] = {
    {"ATOM      1  N   ALA A   1      11.104   6.134", "ends before its coordinates"},
    {"ATOM      1  N   ALA A   1      11.104   6.134  xx.504  1.00", "no coordinate"},
    {"ATOM      1  N   ALA A  x1      11.104   6.134  12.504  1.00", "no residue number"},
    {"data_x\nloop_\n_atom_site.group_PDB\n_atom_site.id\nATOM 1\nATOM\n", "is no number"},
    {"data_x\nloop_\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n1.0 2.0",
     "within a row"},
    {"data_x\n_entry.title 'not closed\n", "not closed"},
    {"data_x\n_entry.title\n;text\n", "not closed"},
    {"HEADER    X\nSEQRES   1 A    1  ALA\n"
     "ATOM      1  CA  ALA A   1      11.104   6.134  12.504  1.00  0.00           C\n",
     "without END"},
    {"data_x\n#\n#\n#\n#\n#\n#\n#\n#\nloop_\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n"
     "_atom_site.Cartn_z\n1.0 2.0 3.0\n",
     "not closed by #"},
    {">seq\nMKVL\n", "is this a structure"},
    {"", "is this a structure"},
};

START_TEST(bad_files)
{
    char path[] = "test_template_XXXXXX";
    gw_structure_t s;
    gw_err_t err = {0};
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, bad[_i].text, strlen(bad[_i].text)), (ssize_t)strlen(bad[_i].text));
    close(fd);
    gw_status_t st = gw_structure_read(path, gw_template_is_amino, &s, &err);
    unlink(path);
    ck_assert_msg(st == GW_EDATA && strstr(err.msg, bad[_i].says), "%d: %s", (int)st, err.msg);
}
END_TEST

/* one isolated atom shows its whole sphere; two that touch hide each other in part */
START_TEST(surface_of_spheres)
{
    const double pi = 3.14159265358979;
    float xyz[2][3] = {{0, 0, 0}, {100, 0, 0}}, radius[2] = {1.8F, 1.8F}, area[2];
    gw_err_t err = {0};
    ck_assert_int_eq(gw_dssp_surface((const float(*)[3])xyz, radius, 2, area, &err), GW_OK);
    ck_assert_double_eq_tol(area[0], 4 * pi * 3.2 * 3.2, 0.01);
    xyz[1][0] = 3.2F; /* cap of height r - d / 2 is hidden: area 2 pi r h */
    ck_assert_int_eq(gw_dssp_surface((const float(*)[3])xyz, radius, 2, area, &err), GW_OK);
    ck_assert_double_eq_tol(area[0], 4 * pi * 3.2 * 3.2 - 2 * pi * 3.2 * 1.6, 2.0);
}
END_TEST

static double distance(const float *a, const float *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(s);
}

/* bonds within 0.1 A, and no atom of a loop nearer than 2.2 A to one of other residues than its
 * neighbours */
static void check_model(const gw_model_t *m)
{
    ck_assert_int_eq(m->n_loops_closed, 1);
    ck_assert_int_eq(m->n_loops_open, 0);
    ck_assert_int_eq(m->n_loops_strained, 0);
    for (int32_t i = 0; i < m->len; i++) {
        const gw_model_residue_t *r = &m->r[i];
        ck_assert_int_ne(r->origin, GW_MODEL_NONE);
        ck_assert_int_eq(r->n, gw_model_atom_count(r->aa));
        if (i + 1 < m->len)
            ck_assert_double_eq_tol(distance(r->xyz[GW_MODEL_C], r[1].xyz[GW_MODEL_N]), 1.33, 0.1);
        for (int32_t j = 0; j < m->len; j++)
            for (int a = 0; a < r->n && abs(i - j) > 1 && r->origin == GW_MODEL_LOOP; a++)
                for (int b = 0; b < m->r[j].n; b++)
                    ck_assert_double_gt(distance(r->xyz[a], m->r[j].xyz[b]), 2.2);
    }
}

/* models 1CBS from itself: without its residues [first, first + cut) the query, without those
 * [first, first + gap) the alignment */
static void model_cut(int32_t first, int32_t cut, int32_t gap)
{
    gw_err_t err = {0};
    gw_take_t take;
    ck_assert_int_eq(gw_take_file(data("1cbs.cif.gz"), NULL, &take, &err), GW_OK);
    ck_assert_uint_eq(take.n, 1);
    const gw_template_t *t = &take.t[0];
    ck_assert_str_eq(t->name, "1cbs_A");
    int32_t map[137], n = 0;
    float post[137], pred[137 * 6];
    uint8_t seq[137];
    for (int32_t j = 0; j < t->len; j++)
        if (j < first || j >= first + cut) {
            seq[n] = t->seq[j];
            post[n] = 1;
            map[n++] = j >= first && j < first + gap ? -1 : j;
        }
    for (int32_t i = 0; i < n * 6; i++)
        pred[i] = 1.0F / 3;
    gw_profile_t q = {.len = n, .seq = seq};
    gw_foldalign_t aln = {.q_len = n, .n_aligned = n, .map = map, .post = post};
    gw_model_source_t src = {t, &aln};
    gw_model_t m;
    ck_assert_int_eq(gw_model_build(&q, &src, 1, 1, pred, &m, &err), GW_OK);
    check_model(&m);
    gw_model_release(&m);
    gw_take_release(&take);
}

/* _i + 1 residues without a template */
START_TEST(gaps_close)
{
    model_cut(30 + 5 * _i, 0, _i + 1);
}
END_TEST

/* residues of the template that the query lacks: their ends are 5 to 20 A apart */
START_TEST(cuts_close)
{
    model_cut(25 + 30 * _i, 6, 0);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("template");
    TCase *tc = tcase_create("structures");
    tcase_add_test(tc, dssp_of_1cbs);
    tcase_add_loop_test(tc, odd_files, 0, (int)(sizeof files / sizeof *files));
    tcase_add_loop_test(tc, bad_files, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tc, surface_of_spheres);
    tcase_add_loop_test(tc, gaps_close, 0, 12);
    tcase_add_loop_test(tc, cuts_close, 0, 3);
    tcase_set_timeout(tc, 120);
    suite_add_tcase(s, tc);
    return s;
}
GW_CHECK_MAIN(make)
