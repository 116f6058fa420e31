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

/* a gap of _i + 1 residues cut out of 1CBS is closed: bonds within 0.1 A, no clash with the rest */
START_TEST(gaps_close)
{
    gw_template_t t;
    gw_err_t err = {0};
    gw_take_t take;
    ck_assert_int_eq(gw_take_file(data("1cbs.cif.gz"), NULL, &take, &err), GW_OK);
    ck_assert_uint_eq(take.n, 1);
    t = take.t[0];
    ck_assert_str_eq(t.name, "1cbs_A");
    int32_t map[137];
    float post[137], pred[137 * 6];
    gw_profile_t q = {.len = t.len, .seq = t.seq};
    gw_foldalign_t aln = {.q_len = t.len, .n_aligned = t.len, .map = map, .post = post};
    gw_model_source_t src = {&t, &aln};
    int32_t first = 30 + 5 * _i, last = first + _i;
    for (int32_t i = 0; i < t.len; i++) {
        map[i] = i >= first && i <= last ? -1 : i;
        post[i] = 1;
        for (int k = 0; k < 6; k++)
            pred[i * 6 + k] = 1.0F / 3;
    }
    gw_model_t m;
    ck_assert_int_eq(gw_model_build(&q, &src, 1, 1, pred, &m, &err), GW_OK);
    ck_assert_int_eq(m.n_loops_closed, 1);
    ck_assert_int_eq(m.n_loops_open, 0);
    for (int32_t i = 0; i < m.len; i++) {
        ck_assert_int_ne(m.r[i].origin, GW_MODEL_NONE);
        ck_assert_int_eq(m.r[i].n, gw_model_atom_count(m.r[i].aa));
        if (i + 1 < m.len)
            ck_assert_double_eq_tol(distance(m.r[i].xyz[GW_MODEL_C], m.r[i + 1].xyz[GW_MODEL_N]),
                                    1.33, 0.1);
        for (int32_t j = i + 3; j < m.len; j++)
            if (m.r[i].origin == GW_MODEL_LOOP || m.r[j].origin == GW_MODEL_LOOP)
                ck_assert_double_gt(distance(m.r[i].xyz[GW_MODEL_CA], m.r[j].xyz[GW_MODEL_CA]),
                                    3.0);
    }
    gw_model_release(&m);
    gw_take_release(&take);
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
    tcase_set_timeout(tc, 120);
    suite_add_tcase(s, tc);
    return s;
}
GW_CHECK_MAIN(make)
