#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fold/model.h"
#include "fold/residue.h"
#include "fold/take.h"
#include "tests/check_main.h"

/* one atom record to be; name NULL ends a list */
typedef struct {
    int model;
    char chain, icode, altloc;
    int number;
    const char *residue, *name;
    bool hetero;
    double occupancy;
    float xyz[3];
} atom_t;

typedef struct {
    atom_t v[2000];
    int n;
} atoms_t;

/* backbone of an ideal helix of n residues, chain c, numbered from `first` */
static void helix(atoms_t *a, int model, char c, int first, int n, float aside)
{
    static const char *const name[4] = {"N", "CA", "C", "O"};
    float x[3][3] = {{aside, 0, 0}, {aside, 1.46F, 0}, {aside + 1.2F, 2.3F, 0.3F}}, o[3];
    for (int i = 0; i < n; i++) {
        float next[3][3];
        gw_model_place(x[0], x[1], x[2], 1.33, 116.6, -47, next[0]);
        gw_model_place(x[0], x[1], x[2], 1.23, 120.1, 133, o);
        gw_model_place(x[1], x[2], next[0], 1.46, 121.7, 180, next[1]);
        gw_model_place(x[2], next[0], next[1], 1.525, 111, -57, next[2]);
        for (int k = 0; k < 4; k++) {
            atom_t *t = &a->v[a->n++];
            *t = (atom_t){model, c, ' ', ' ', first + i, "LEU", name[k], false, 1, {0, 0, 0}};
            memcpy(t->xyz, k < 3 ? x[k] : o, sizeof t->xyz);
        }
        memcpy(x, next, sizeof x);
    }
}

static void write_pdb(FILE *f, const atoms_t *a)
{
    int model = 0;
    for (int i = 0; i < a->n; i++) {
        const atom_t *t = &a->v[i];
        if (t->model != model && t->model) {
            if (model)
                fputs("ENDMDL\n", f);
            fprintf(f, "MODEL     %4d\n", model = t->model);
        }
        fprintf(f, "%s%5d  %-3s%c%s %c%4d%c   %8.3f%8.3f%8.3f%6.2f  0.00           %c\n",
                t->hetero ? "HETATM" : "ATOM  ", i + 1, t->name, t->altloc, t->residue, t->chain,
                t->number, t->icode, (double)t->xyz[0], (double)t->xyz[1], (double)t->xyz[2],
                t->occupancy, t->name[0]);
    }
    fputs(model ? "ENDMDL\nEND\n" : "END\n", f);
}

/* label numbers and chains differ from the author's on purpose */
static void write_cif(FILE *f, const atoms_t *a)
{
    static const char *const item[] = {"group_PDB",         "id",           "type_symbol",
                                       "label_atom_id",     "label_alt_id", "label_comp_id",
                                       "label_asym_id",     "label_seq_id", "pdbx_PDB_ins_code",
                                       "Cartn_x",           "Cartn_y",      "Cartn_z",
                                       "occupancy",         "auth_seq_id",  "auth_asym_id",
                                       "pdbx_PDB_model_num"};
    fputs("data_TEST\n#\nloop_\n", f);
    for (size_t k = 0; k < sizeof item / sizeof *item; k++)
        fprintf(f, "_atom_site.%s\n", item[k]);
    for (int i = 0; i < a->n; i++) {
        const atom_t *t = &a->v[i];
        fprintf(f, "%s %d %c %s %c %s Z 1%d %c %.3f %.3f %.3f %.2f %d %c %d\n",
                t->hetero ? "HETATM" : "ATOM", i + 1, t->name[0], t->name,
                t->altloc == ' ' ? '.' : t->altloc, t->residue, i, t->icode == ' ' ? '?' : t->icode,
                (double)t->xyz[0], (double)t->xyz[1], (double)t->xyz[2], t->occupancy, t->number,
                t->chain, t->model ? t->model : 1);
    }
    fputs("#\n", f);
}

static void take(const atoms_t *a, bool cif, const char *ranges, gw_take_t *out)
{
    char path[] = "test_take_XXXXXX", list[] = "test_take_XXXXXX";
    gw_err_t err = {0};
    gw_ranges_t r = {0};
    FILE *f = fdopen(mkstemp(path), "w");
    (cif ? write_cif : write_pdb)(f, a);
    fclose(f);
    if (ranges) {
        f = fdopen(mkstemp(list), "w");
        for (const char *p = ranges; *p; p++)
            if (*p == '@')
                fputs(path, f);
            else
                fputc(*p, f);
        fclose(f);
        ck_assert_msg(gw_ranges_read(list, &r, &err) == GW_OK, "%s", err.msg);
        unlink(list);
    }
    ck_assert_msg(gw_take_file(path, ranges ? &r : NULL, out, &err) == GW_OK, "%s", err.msg);
    unlink(path);
    gw_ranges_release(&r);
}

static float ca_x(const gw_template_t *t, int32_t i)
{
    float x[3];
    gw_template_atom(t, i, GW_TLIB_CA, x);
    return x[0];
}

/* both formats of every case below */
#define CASE(name)                   \
    static void name##_in(bool cif); \
    START_TEST(name)                 \
    {                                \
        name##_in(_i == 1);          \
    }                                \
    END_TEST                         \
    static void name##_in(bool cif)

CASE(chains)
{
    atoms_t a = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', 1, 20, 0);
    helix(&a, 0, 'B', 1, 5, 30);
    helix(&a, 0, 'C', -3, 12, 60);
    take(&a, cif, NULL, &t);
    ck_assert_uint_eq(t.n, 2);
    ck_assert_int_eq(t.t[0].len, 20);
    ck_assert_int_eq(t.t[1].len, 12);
    ck_assert_int_eq(t.t[1].resnum[0], -3);
    ck_assert_uint_eq(t.n_notes, 1);
    ck_assert_ptr_nonnull(strstr(t.note[0], "chain B of "));
    ck_assert_ptr_nonnull(strstr(t.note[0], "5 residues with a CA atom, fewer than 10"));
    for (int32_t i = 2; i < 17; i++)
        ck_assert_int_eq(gw_tlib_ss_letters[t.t[0].ss[i]], 'H');
    gw_take_release(&t);
}

CASE(insertion_codes)
{
    atoms_t a = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', 1, 14, 0);
    for (int i = 4 * 4; i < 4 * 14; i++) { /* 1 2 3 4 4A 4B 5 6 ... */
        int k = i / 4 - 4;
        a.v[i].number = k < 2 ? 4 : k + 3;
        a.v[i].icode = k < 2 ? (char)('A' + k) : ' ';
    }
    take(&a, cif, NULL, &t);
    ck_assert_uint_eq(t.n, 1);
    ck_assert_int_eq(t.t[0].len, 14);
    ck_assert_int_eq(t.t[0].resnum[5], 4);
    ck_assert_int_eq(t.t[0].icode[5], 'B');
    ck_assert_int_eq(t.t[0].resnum[6], 5);
    gw_take_release(&t);
}

CASE(locations)
{
    atoms_t a = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', 1, 12, 0);
    for (int k = 0; k < 4; k++) { /* residue 3 at two places, the second more occupied */
        atom_t *x = &a.v[2 * 4 + k], far = *x;
        x->altloc = 'A';
        x->occupancy = 0.3;
        far.altloc = 'B';
        far.occupancy = 0.7;
        far.xyz[0] += 9;
        memmove(&a.v[4 * 3 + k + 1], &a.v[4 * 3 + k], sizeof a.v[0] * (size_t)(a.n - 12 - k));
        a.v[4 * 3 + k] = far;
        a.n++;
    }
    take(&a, cif, NULL, &t);
    ck_assert_int_eq(t.t[0].len, 12);
    ck_assert_float_gt(ca_x(&t.t[0], 2) - ca_x(&t.t[0], 1), 5);
    gw_take_release(&t);
}

CASE(modified_residues)
{
    atoms_t a = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', 1, 12, 0);
    for (int k = 0; k < 4; k++) {
        a.v[20 + k].residue = "MSE";
        a.v[20 + k].hetero = true;
        a.v[24 + k].residue = "SEP";
        a.v[24 + k].hetero = true;
    }
    take(&a, cif, NULL, &t);
    ck_assert_int_eq(t.t[0].len, 12);
    ck_assert_int_eq(gw_aa_letters[t.t[0].seq[5]], 'M');
    ck_assert_int_eq(gw_aa_letters[t.t[0].seq[6]], 'S');
    gw_take_release(&t);
}

CASE(missing_atoms)
{
    atoms_t a = {.n = 0}, b = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', 1, 14, 0);
    for (int i = 0; i < a.n; i++) { /* residue 4 lost its O, 8 its CA, 10 all but the CA */
        const atom_t *x = &a.v[i];
        bool lost = (x->number == 4 && strcmp(x->name, "O") == 0) ||
                    (x->number == 8 && strcmp(x->name, "CA") == 0) ||
                    (x->number == 10 && strcmp(x->name, "CA") != 0);
        if (!lost)
            b.v[b.n++] = *x;
    }
    take(&b, cif, NULL, &t);
    ck_assert_int_eq(t.t[0].len, 13);
    ck_assert_uint_eq(t.n_no_ca, 1);
    ck_assert(!gw_template_has(&t.t[0], 3, GW_TLIB_O));
    ck_assert(gw_template_has(&t.t[0], 3, GW_TLIB_C));
    ck_assert_int_eq(t.t[0].resnum[7], 9);
    ck_assert(!gw_template_has(&t.t[0], 8, GW_TLIB_N));
    gw_take_release(&t);
}

CASE(models)
{
    atoms_t a = {.n = 0};
    gw_take_t t;
    helix(&a, 1, 'A', 1, 12, 0);
    helix(&a, 2, 'A', 1, 12, 500);
    helix(&a, 3, 'A', 1, 12, 900);
    take(&a, cif, NULL, &t);
    ck_assert_uint_eq(t.n, 1);
    ck_assert_int_eq(t.t[0].len, 12);
    ck_assert_uint_eq(t.n_models, 3);
    gw_take_release(&t);
}

CASE(trace_only)
{
    atoms_t a = {.n = 0}, b = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', 1, 20, 0);
    for (int i = 1; i < a.n; i += 4)
        b.v[b.n++] = a.v[i];
    take(&b, cif, NULL, &t);
    ck_assert_int_eq(t.t[0].len, 20);
    for (int32_t i = 2; i < 17; i++)
        ck_assert_int_eq(gw_tlib_ss_letters[t.t[0].ss[i]], 'H');
    gw_take_release(&t);
}

CASE(ranges)
{
    atoms_t a = {.n = 0};
    gw_take_t t;
    helix(&a, 0, 'A', -5, 40, 0);
    helix(&a, 0, 'B', 1, 30, 40);
    a.v[4 * 20].icode = a.v[4 * 20 + 1].icode = a.v[4 * 20 + 2].icode = a.v[4 * 20 + 3].icode = 'A';
    take(&a, cif,
         "# name structure ranges label\n"
         "neg\t@\tA:-5-9\ta.1.1.1\n"
         "icode @ A:-2-15A\n"
         "two\t@\tB:21-30,A:1-10\tb.2\tmore columns\n\n"
         "whole @ B:\n"
         "all @ -\n"
         "first @ 1-12\n"
         "gone @ C:1-20\n"
         "short @ A:1-4\n"
         "beyond @ A:300-400\n",
         &t);
    ck_assert_uint_eq(t.n, 6);
    ck_assert_uint_eq(t.n_notes, 3);
    ck_assert_uint_eq(t.n_left_out, 3);
    ck_assert_str_eq(t.t[0].name, "neg");
    ck_assert_str_eq(t.t[0].label, "a.1.1.1");
    ck_assert_int_eq(t.t[0].len, 15);
    ck_assert_int_eq(t.t[1].len, 18);
    ck_assert_int_eq(t.t[1].icode[17], 'A');
    ck_assert_str_eq(t.t[2].label, "b.2");
    ck_assert_int_eq(t.t[2].len, 20);
    ck_assert_int_eq(t.t[2].resnum[0], 21);
    ck_assert_int_eq(t.t[2].resnum[10], 1);
    ck_assert_int_eq(t.t[3].len, 30);
    ck_assert_int_eq(t.t[4].len, 70);
    ck_assert_int_eq(t.t[5].len, 12);
    ck_assert_ptr_nonnull(strstr(t.note[0], "domain gone of "));
    ck_assert_ptr_nonnull(strstr(t.note[0], "holds no residue"));
    ck_assert_ptr_nonnull(strstr(t.note[1], "domain short of "));
    ck_assert_ptr_nonnull(strstr(t.note[1], "4 residues"));
    ck_assert_ptr_nonnull(strstr(t.note[2], "domain beyond of "));
    gw_take_release(&t);
}

/* ranges that are refused, with what the message must say */
static const struct {
    const char *text, *says;
} bad[] = {
    {"d1 1abc A:1-50\nd2 1abc\n", "line 2: fewer than 3 columns"},
    {"d1 1abc A:1-x\n", "line 1: d1: \"A:1-x\" is no range"},
    {"d1 1abc A:5\n", "is no range"},
    {"d1 1abc A:1-5,\n", "is no range"},
    {"d1 1abc :1-5\n", "is no range"},
    {"d1 1abc A:1-5\n\nd1 2abc B:\n", "line 3: d1 is the name of line 1 too"},
    {"# nothing\n", "no domain"},
};

START_TEST(bad_ranges)
{
    char path[] = "test_take_XXXXXX";
    gw_ranges_t r;
    gw_err_t err = {0};
    FILE *f = fdopen(mkstemp(path), "w");
    fputs(bad[_i].text, f);
    fclose(f);
    gw_status_t st = gw_ranges_read(path, &r, &err);
    unlink(path);
    ck_assert_msg(st == GW_EDATA && strstr(err.msg, bad[_i].says), "%d: %s", (int)st, err.msg);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("take");
    TCase *t = tcase_create("oddities");
    tcase_add_loop_test(t, chains, 0, 2);
    tcase_add_loop_test(t, insertion_codes, 0, 2);
    tcase_add_loop_test(t, locations, 0, 2);
    tcase_add_loop_test(t, modified_residues, 0, 2);
    tcase_add_loop_test(t, missing_atoms, 0, 2);
    tcase_add_loop_test(t, models, 0, 2);
    tcase_add_loop_test(t, trace_only, 0, 2);
    tcase_add_loop_test(t, ranges, 0, 2);
    tcase_add_loop_test(t, bad_ranges, 0, (int)(sizeof bad / sizeof *bad));
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(make)
