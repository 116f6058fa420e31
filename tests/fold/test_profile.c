#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fold/profile.h"
#include "fold/sspred.h"
#include "tests/check_main.h"

/* text -> status, number of queries; message must hold `says` */
static const struct {
    const char *text;
    gw_profile_format_t format;
    gw_status_t status;
    size_t n;
    const char *says;
} cases[] = {
    {">a\nMKV\n>b desc\nLLK\n", GW_PROFILE_AUTO, GW_OK, 2, NULL},
    {">a\nMKV*\n", GW_PROFILE_AUTO, GW_OK, 1, NULL},
    {">a\r\nMK V\r\n", GW_PROFILE_AUTO, GW_OK, 1, NULL},
    {">a\nMKVL\n>b\nM-VL\n", GW_PROFILE_AUTO, GW_OK, 1, NULL},
    {">a\nMKVL\n>b\nMaKVL\n", GW_PROFILE_AUTO, GW_OK, 1, NULL},
    {">ss_pred\nCCCC\n>a\nMKVL\n>b\nMKIL\n", GW_PROFILE_A3M, GW_OK, 1, NULL},
    {"", GW_PROFILE_AUTO, GW_EDATA, 0, "holds no sequence"},
    {"MKV\n", GW_PROFILE_AUTO, GW_EDATA, 0, "line 1"},
    {">a\n>b\nMKV\n", GW_PROFILE_AUTO, GW_EDATA, 0, "record 1 (a) has no sequence"},
    {">a\nMK1V\n", GW_PROFILE_AUTO, GW_EDATA, 0, "0x31"},
    {">a\nXXXX\n", GW_PROFILE_AUTO, GW_EDATA, 0, "only X"},
    {">a\nACGTACGTACGTACGTACGTA\n", GW_PROFILE_AUTO, GW_EDATA, 0, "DNA"},
    {">a\nMKVL\n>b\nMKV\n", GW_PROFILE_A3M, GW_EDATA, 0, "3 aligned columns where the query has 4"},
    {">a\nMK-V\n", GW_PROFILE_FASTA, GW_EDATA, 0, "0x2d"},
    {"HHsearch 1.5\nNAME x\nLENG 5\nSEQ\n>x\nMMMMM\n#\n", GW_PROFILE_AUTO, GW_EDATA, 0, "HHM"},
};

static gw_status_t read_text(const char *text, gw_profile_format_t f, gw_profile_t **q, size_t *n,
                             gw_err_t *err)
{
    char path[] = "test_profile_XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    gw_status_t st = gw_profile_read(path, f, q, n, err);
    unlink(path);
    return st;
}

START_TEST(files)
{
    gw_profile_t *q = NULL;
    size_t n = 0;
    gw_err_t err = {0};
    ck_assert_msg(read_text(cases[_i].text, cases[_i].format, &q, &n, &err) == cases[_i].status,
                  "%s", err.msg);
    if (cases[_i].status == GW_OK)
        ck_assert_uint_eq(n, cases[_i].n);
    else
        ck_assert_msg(strstr(err.msg, cases[_i].says) != NULL, "%s", err.msg);
    for (size_t i = 0; q && i < n; i++)
        gw_profile_release(&q[i]);
    free(q);
}
END_TEST

START_TEST(alignment_frequencies)
{
    /* columns where the query has a gap are dropped; insertions are ignored; X counts for nothing
     */
    gw_profile_t *q;
    size_t n;
    gw_err_t err = {0};
    ck_assert_int_eq(read_text(">q\nMK-VL\n>b\nMKAVL\n>c\nMRAcVX\n", GW_PROFILE_A3M, &q, &n, &err),
                     GW_OK);
    ck_assert_int_eq(q->len, 4);
    ck_assert_int_eq(q->n_seqs, 3);
    ck_assert(!q->single);
    ck_assert_float_eq_tol(q->freq[12], 1, 1e-6); /* M */
    float k = q->freq[20 + 11], r = q->freq[20 + 1];
    ck_assert_float_eq_tol(k + r, 1, 1e-6);
    ck_assert(r > 1.0F / 3 && r < 0.6F); /* the odd one out weighs more */
    ck_assert_float_eq_tol(q->freq[60 + 10], 1, 1e-6);
    float out[4 * 20], mean[20];
    gw_profile_smooth(q, out, mean);
    for (int i = 0; i < 4; i++) {
        float s = 0;
        for (int a = 0; a < 20; a++) {
            ck_assert(out[i * 20 + a] > 0);
            s += out[i * 20 + a];
        }
        ck_assert_float_eq_tol(s, 1, 1e-4);
    }
    gw_profile_release(q);
    free(q);
}
END_TEST

START_TEST(helix_and_strand_are_told_apart)
{
    /* textbook cases: a polar helix with leucine every heptad; alternating valine and threonine */
    static const char *const seq[] = {"GSAEELLKKAEELLKKAEEALKKLEELLKKAGS",
                                      "GSTVTVKVTVEVRVTVTVKVEVTVTGS"};
    static const int want[] = {GW_SSPRED_HELIX, GW_SSPRED_STRAND};
    for (int k = 0; k < 2; k++) {
        gw_profile_t p;
        gw_err_t err = {0};
        float out[40 * 6];
        ck_assert_int_eq(gw_profile_from_sequence("t", "t", seq[k], strlen(seq[k]), &p, &err),
                         GW_OK);
        ck_assert_int_eq(gw_sspred_run(&p, out, &err), GW_OK);
        int right = 0;
        for (int32_t i = 0; i < p.len; i++) {
            int top = 0;
            for (int c = 1; c < 3; c++)
                top = out[i * 6 + c] > out[i * 6 + top] ? c : top;
            right += top == want[k];
            ck_assert_float_eq_tol(out[i * 6] + out[i * 6 + 1] + out[i * 6 + 2], 1, 1e-5);
        }
        ck_assert_int_ge(right * 10, p.len * 6);
        gw_profile_release(&p);
    }
}
END_TEST

START_TEST(templates_lend_their_columns)
{
    /* A, K; a template lends residue 2 a column of G with weight 3: K 1/4, G 3/4 */
    gw_profile_t q, rich;
    gw_err_t err = {0};
    float sum[2 * GW_AA_N] = {0}, total[2] = {0, 3};
    sum[GW_AA_N + gw_aa_code('G')] = 3;
    ck_assert_int_eq(gw_profile_from_sequence("t", "t", "AK", 2, &q, &err), GW_OK);
    ck_assert_int_eq(gw_profile_mixed(&q, sum, total, &rich, &err), GW_OK);
    ck_assert(!rich.single);
    ck_assert_float_eq(rich.freq[gw_aa_code('A')], 1);
    ck_assert_float_eq(rich.freq[GW_AA_N + gw_aa_code('K')], 0.25F);
    ck_assert_float_eq(rich.freq[GW_AA_N + gw_aa_code('G')], 0.75F);
    ck_assert_float_eq(rich.cover[0], 0);
    ck_assert_float_gt(rich.cover[1], 0.9F);
    gw_profile_release(&q);
    gw_profile_release(&rich);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("profile");
    TCase *tc = tcase_create("profiles");
    tcase_add_loop_test(tc, files, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, alignment_frequencies);
    tcase_add_test(tc, helix_and_strand_are_told_apart);
    tcase_add_test(tc, templates_lend_their_columns);
    suite_add_tcase(s, tc);
    return s;
}
GW_CHECK_MAIN(make)
