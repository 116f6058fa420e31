#include <config.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fold/take.h"
#include "fold/template.h"
#include "tests/check_main.h"

static gw_structure_t read_text(const char *text)
{
    char path[] = "test_assembly_XXXXXX";
    gw_structure_t s;
    gw_err_t err = {0};
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    gw_status_t st = gw_structure_read(path, gw_template_is_amino, &s, &err);
    unlink(path);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    return s;
}

/* operators 1: nothing; 2: half a turn about z; 3: 10 A along x; X0: a quarter turn about z; bad: a
 * mirror; none: no number. Chains A and B by the author are K and L by label. */
static const char operators[] =
    "loop_\n_pdbx_struct_oper_list.id\n_pdbx_struct_oper_list.matrix[1][1]\n"
    "_pdbx_struct_oper_list.matrix[1][2]\n_pdbx_struct_oper_list.matrix[1][3]\n"
    "_pdbx_struct_oper_list.vector[1]\n_pdbx_struct_oper_list.matrix[2][1]\n"
    "_pdbx_struct_oper_list.matrix[2][2]\n_pdbx_struct_oper_list.matrix[2][3]\n"
    "_pdbx_struct_oper_list.vector[2]\n_pdbx_struct_oper_list.matrix[3][1]\n"
    "_pdbx_struct_oper_list.matrix[3][2]\n_pdbx_struct_oper_list.matrix[3][3]\n"
    "_pdbx_struct_oper_list.vector[3]\n"
    "1 1 0 0 0 0 1 0 0 0 0 1 0\n"
    "2 -1 0 0 0 0 -1 0 0 0 0 1 0\n"
    "3 1 0 0 10 0 1 0 0 0 0 1 0\n"
    "X0 0 -1 0 0 1 0 0 0 0 0 1 0\n"
    "bad 1 0 0 0 0 1 0 0 0 0 -1 0\n"
    "none 1 0 0 x 0 1 0 0 0 0 1 0\n#\n";
static const char atoms[] =
    "loop_\n_atom_site.group_PDB\n_atom_site.label_atom_id\n_atom_site.label_comp_id\n"
    "_atom_site.label_asym_id\n_atom_site.label_seq_id\n_atom_site.auth_asym_id\n"
    "_atom_site.auth_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n"
    "ATOM CA ALA K 1 A 1 1 2 3\nATOM CA ALA L 1 B 1 4 5 6\n#\n";

/* an expression, the number of copies it makes of chain A, and where the last one puts (1, 2, 3) */
static const struct {
    const char *expression;
    size_t n;
    double last[3];
} good[] = {
    {"1", 1, {1, 2, 3}},
    {"1,2,(3-3)", 3, {11, 2, 3}},
    {"(1-3)", 3, {11, 2, 3}},
    {"1-3", 3, {11, 2, 3}},
    {"X0", 1, {-2, 1, 3}},
    {"(1,2)(3)", 2, {-11, -2, 3}}, /* along x first, then the half turn */
    {"(3)(1,2)", 2, {9, -2, 3}},   /* the other way round */
    {"'(1-2)(1-3)'", 6, {-11, -2, 3}},
    {"'(X0)(3)(2)'", 1, {2, 9, 3}},
    {"' ( 1 , 2 ) '", 2, {-1, -2, 3}},
    {"((1,2),3)", 3, {11, 2, 3}},
};

START_TEST(expressions)
{
    char text[4000];
    snprintf(text, sizeof text,
             "data_x\n_pdbx_struct_assembly_gen.assembly_id one\n"
             "_pdbx_struct_assembly_gen.oper_expression %s\n"
             "_pdbx_struct_assembly_gen.asym_id_list K,Z\n#\n%s%s",
             good[_i].expression, operators, atoms);
    gw_structure_t s = read_text(text);
    ck_assert_msg(!s.assembly_fault, "%s: %s", good[_i].expression, s.assembly_fault);
    ck_assert_uint_eq(s.n_copies, good[_i].n);
    const gw_copy_t *c = &s.copy[s.n_copies - 1];
    ck_assert_uint_eq(c->chain, 0);
    ck_assert_uint_eq(c->assembly, 1);
    for (int k = 0; k < 3; k++)
        ck_assert_double_eq_tol(c->rot[k][0] * 1 + c->rot[k][1] * 2 + c->rot[k][2] * 3 +
                                    c->shift[k],
                                good[_i].last[k], 1e-9);
    gw_structure_release(&s);
}
END_TEST

static const struct {
    const char *expression, *says;
} bad[] = {
    {"7", "assembly one names operator 7, which is not described"},
    {"(1-7)", "names operator 4, which is not described"},
    {"(3-1)", "operators 3-1 run backwards"},
    {"bad", "the matrix of operator bad is no rotation"},
    {"none", "the matrix of operator none lacks a number"},
    {"(1,2", "cannot be read near \"\""},
    {"1)", "cannot be read near \")\""},
    {"1,,2", "cannot be read near \",2\""},
    {"()", "cannot be read near \")\""},
    {"((((((1))))))", "nested too deeply"},
    {"(1-3)(1-3)(1-3)(1-3)(1-3)(1-3)(1-3)(1-3)(1-3)(1-3)(1-3)", "more than 100000 operators"},
    {"?", "assembly one has no operators or no chains"},
};

START_TEST(faults)
{
    char text[4000];
    snprintf(text, sizeof text,
             "data_x\nloop_\n_pdbx_struct_assembly_gen.asym_id_list\n"
             "_pdbx_struct_assembly_gen.assembly_id\n_pdbx_struct_assembly_gen.oper_expression\n"
             "K,L one 1\nK,L one %s\n#\n%s%s",
             bad[_i].expression, operators, atoms);
    gw_structure_t s = read_text(text);
    ck_assert_msg(s.assembly_fault && strstr(s.assembly_fault, bad[_i].says), "%s: %s",
                  bad[_i].expression, s.assembly_fault ? s.assembly_fault : "no fault");
    ck_assert_uint_eq(s.n_copies, 0);
    ck_assert_uint_eq(s.n_chains, 2);
    gw_structure_release(&s);
}
END_TEST

/* two assemblies; the chains of a list are told by label, in PDB files by the author's letter */
START_TEST(two_assemblies)
{
    char text[4000];
    snprintf(text, sizeof text,
             "data_x\nloop_\n_pdbx_struct_assembly_gen.assembly_id\n"
             "_pdbx_struct_assembly_gen.oper_expression\n_pdbx_struct_assembly_gen.asym_id_list\n"
             "PAU 1 K\nPAU 2 L\n2 '1,3' L,A\n#\n%s%s",
             operators, atoms);
    gw_structure_t s = read_text(text);
    ck_assert_uint_eq(s.n_copies, 4);
    static const size_t chain[4] = {0, 1, 1, 1};
    static const int number[4] = {1, 1, 2, 2};
    for (size_t k = 0; k < 4; k++) {
        ck_assert_uint_eq(s.copy[k].chain, chain[k]);
        ck_assert_int_eq(s.copy[k].assembly, number[k]);
    }
    gw_structure_release(&s);
}
END_TEST

static const char pdb_atoms[] =
    "ATOM      1  CA  ALA A   1      11.104   6.134  12.504  1.00  0.00           C\n"
    "ATOM      2  CA  ALA B   1      13.104   6.134  12.504  1.00  0.00           C\nEND\n";

START_TEST(remark_350)
{
    char text[4000];
    snprintf(text, sizeof text, "%s%s",
             "REMARK 350 BIOMOLECULE: 1\nREMARK 350 APPLY THE FOLLOWING TO CHAINS: A, \n"
             "REMARK 350                    AND CHAINS: B\n"
             "REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000\n"
             "REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000\n"
             "REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000\n"
             "REMARK 350   BIOMT1   2 -1.000000  0.000000  0.000000       -1.50000\n"
             "REMARK 350   BIOMT2   2  0.000000 -1.000000  0.000000        2.50000\n"
             "REMARK 350   BIOMT3   2  0.000000  0.000000  1.000000        0.00000\n"
             "REMARK 350 BIOMOLECULE: 2\nREMARK 350 APPLY THE FOLLOWING TO CHAINS: B\n"
             "REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000\n"
             "REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000\n"
             "REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000\n",
             pdb_atoms);
    gw_structure_t s = read_text(text);
    ck_assert_msg(!s.assembly_fault, "%s", s.assembly_fault);
    ck_assert_uint_eq(s.n_copies, 5);
    ck_assert_uint_eq(s.copy[3].chain, 1);
    ck_assert_double_eq(s.copy[3].rot[0][0], -1);
    ck_assert_double_eq(s.copy[3].shift[0], -1.5);
    ck_assert_double_eq(s.copy[3].shift[1], 2.5);
    ck_assert_int_eq(s.copy[3].assembly, 1);
    ck_assert_int_eq(s.copy[4].assembly, 2);
    gw_structure_release(&s);
    snprintf(text, sizeof text, "%s%s",
             "REMARK 350 BIOMOLECULE: 1\nREMARK 350 APPLY THE FOLLOWING TO CHAINS: A\n"
             "REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000\n"
             "REMARK 350   BIOMT2   1  0.000000  1.00\n",
             pdb_atoms);
    s = read_text(text);
    ck_assert_msg(s.assembly_fault &&
                      strstr(s.assembly_fault, "the matrix of operator 1.1 lacks a number"),
                  "%s", s.assembly_fault ? s.assembly_fault : "no fault");
    gw_structure_release(&s);
}
END_TEST

/* 5I55: one helix and twenty operators. A template's copies move its own coordinates, which lie
 * around the structure's middle, to where the file's operators move the file's. */
START_TEST(template_of_5i55)
{
    char path[4096];
    const char *src = getenv("srcdir");
    gw_structure_t s;
    gw_take_t t;
    gw_err_t err = {0};
    snprintf(path, sizeof path, "%s/tests/data/fold/5i55.cif.gz", src ? src : ".");
    ck_assert_int_eq(gw_structure_read(path, gw_template_is_amino, &s, &err), GW_OK);
    ck_assert_int_eq(gw_take_file(path, NULL, &t, &err), GW_OK);
    ck_assert_uint_eq(t.n, 1);
    ck_assert_uint_eq(s.n_copies, 20);
    ck_assert_uint_eq(t.t[0].n_copies, 20);
    const gw_atom_t *first = gw_structure_atom(&s, &s.residue[0], "CA"),
                    *last = gw_structure_atom(&s, &s.residue[s.n_residues - 1], "CA");
    float here[3], there[3];
    gw_template_atom(&t.t[0], 0, GW_TLIB_CA, here);
    gw_template_atom(&t.t[0], t.t[0].len - 1, GW_TLIB_CA, there);
    for (size_t c = 0; c < 20; c++)
        for (int k = 0; k < 3; k++) { /* from the first residue to the moved last one */
            const gw_copy_t *a = &s.copy[c];
            const gw_tlib_copy_t *b = &t.t[0].copy[c];
            double want = a->shift[k] - (double)first->xyz[k],
                   have = (double)b->shift[k] - (double)here[k];
            for (int x = 0; x < 3; x++) {
                want += a->rot[k][x] * (double)last->xyz[x];
                have += (double)b->rot[3 * k + x] * (double)there[x];
            }
            ck_assert_double_eq_tol(want, have, 0.1);
        }
    gw_take_release(&t);
    gw_structure_release(&s);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("assembly");
    TCase *t = tcase_create("assembly");
    tcase_add_loop_test(t, expressions, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(t, faults, 0, sizeof bad / sizeof *bad);
    tcase_add_test(t, two_assemblies);
    tcase_add_test(t, remark_350);
    tcase_add_test(t, template_of_5i55);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(make)
