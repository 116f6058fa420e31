/* Substitution matrices: the ones inside, files in any order of letters, files that are wrong. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/scorematrix.h"
#include "tests/check_main.h"

static int score(const gw_scorematrix_t *m, char a, char b)
{
    const char *x = strchr(m->letter, a), *y = strchr(m->letter, b);
    ck_assert(x && y);
    return m->score[(x - m->letter) * m->n + (y - m->letter)];
}

static gw_status_t load_text(const char *text, gw_scorematrix_t *m, gw_err_t *err)
{
    char path[] = "/tmp/gw-matrix-XXXXXX";
    int fd = mkstemp(path);
    ck_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    gw_status_t st = gw_scorematrix_load(path, m, err);
    unlink(path);
    return st;
}

static const struct {
    const char *name;
    int aa, ww, wc, kz; /* A-A, W-W, W-C, K-Z */
} inside[] = {{"BLOSUM45", 5, 15, -5, 1}, {"BLOSUM50", 5, 15, -5, 1}, {"BLOSUM62", 4, 11, -2, 1},
              {"blosum80", 5, 11, -3, 1}, {"BLOSUM90", 5, 11, -4, 1}, {"PAM30", 6, 13, -15, -4},
              {"PAM70", 5, 13, -11, -2},   {"PAM250", 2, 17, -8, 0}};

START_TEST(inside_ones)
{
    gw_scorematrix_t m;
    gw_err_t err = {0};
    ck_assert_int_eq(gw_scorematrix_load(inside[_i].name, &m, &err), GW_OK);
    ck_assert(m.builtin && m.n == 25);
    ck_assert_int_eq(strncmp(m.letter, "ARNDCQEGHILKMFPSTWYV", 20), 0);
    ck_assert_int_eq(score(&m, 'A', 'A'), inside[_i].aa);
    ck_assert_int_eq(score(&m, 'W', 'W'), inside[_i].ww);
    ck_assert_int_eq(score(&m, 'W', 'C'), inside[_i].wc);
    ck_assert_int_eq(score(&m, 'K', 'Z'), inside[_i].kz);
    for (int a = 0; a < m.n; a++)
        for (int b = 0; b < m.n; b++)
            ck_assert_int_eq(m.score[a * m.n + b], m.score[b * m.n + a]);
}
END_TEST

START_TEST(codes)
{
    gw_scorematrix_t m;
    gw_err_t err = {0};
    uint8_t code[256];
    ck_assert_int_eq(gw_scorematrix_load("BLOSUM62", &m, &err), GW_OK);
    gw_scorematrix_codes(&m, code);
    ck_assert_int_eq(code['A'], 0);
    ck_assert_int_eq(code['v'], 19);
    ck_assert_int_eq(code['U'], code['C']);
    ck_assert_int_eq(code['O'], code['X']);
    ck_assert_int_eq(m.letter[code['*']], '*');
    ck_assert(code['1'] == 0xff && code['-'] == 0xff && code[0] == 0xff);
}
END_TEST

/* BLOSUM62's own letters backwards, with comments, plus signs and CRLF: the same scores */
START_TEST(from_a_file)
{
    gw_scorematrix_t m, f;
    gw_err_t err = {0};
    char *text = NULL;
    size_t n;
    FILE *o = open_memstream(&text, &n);
    bool has_x = _i == 0;
    ck_assert_int_eq(gw_scorematrix_load("BLOSUM62", &m, &err), GW_OK);
    fputs("# a comment\r\n#\n\n", o);
    for (int a = m.n - 1; a >= 0; a--)
        if (has_x || m.letter[a] != 'X')
            fprintf(o, "  %c", m.letter[a] | (a < 3 ? 0x20 : 0));
    fputs("\r\n", o);
    for (int a = m.n - 1; a >= 0; a--) {
        if (!has_x && m.letter[a] == 'X')
            continue;
        fputc(m.letter[a], o);
        for (int b = m.n - 1; b >= 0; b--)
            if (has_x || m.letter[b] != 'X')
                fprintf(o, b % 2 ? " %+d" : "\t%d", m.score[a * m.n + b]);
        fputs("\r\n", o);
    }
    ck_assert_int_eq(fclose(o), 0);
    gw_status_t st = load_text(text, &f, &err);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    ck_assert(!f.builtin && f.n == m.n);
    ck_assert_int_eq(strncmp(f.letter, "ARNDCQEGHILKMFPSTWYV", 20), 0);
    for (int a = 0; a < m.n; a++)
        for (int b = 0; b < m.n; b++) {
            bool added = !has_x && (m.letter[a] == 'X' || m.letter[b] == 'X');
            ck_assert_int_eq(score(&f, m.letter[a], m.letter[b]),
                             added ? -1 : m.score[a * m.n + b]);
        }
    free(text);
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {"", "0 rows of scores for 0 letters"},
    {"# nothing\n", "0 rows of scores for 0 letters"},
    {"A R\nA 1 2\nR 2\n", "line 3: 1 scores for 2 letters"},
    {"A R\nA 1 2\nR 2 3 4\n", "line 3: more scores than"},
    {"A R\nA 1 2\n", "1 rows of scores for 2 letters"},
    {"A R\nA 1 2\nA 2 1\n", "line 3: a second row of letter A"},
    {"A R\nA 1 2\nQ 2 1\n", "line 3: 'Q' is none of the letters AR"},
    {"A A\n", "line 1: letter A comes twice"},
    {"A R 7\n", "line 1: '7' is no residue letter"},
    {"A R\nA 1 200\n", "line 2: '200' is no whole number"},
    {"A R\nA 1 1.5\n", "line 2: '1.5' is no whole number"},
    {"A R\nA 1 2\nR 2 1\n", "has no letter N"},
};

START_TEST(wrong_files)
{
    gw_scorematrix_t m;
    gw_err_t err = {0};
    gw_status_t st = load_text(wrong[_i].text, &m, &err);
    ck_assert_int_eq(st, GW_EDATA);
    ck_assert_msg(strstr(err.msg, wrong[_i].message) != NULL, "%s", err.msg);
}
END_TEST

START_TEST(neither)
{
    gw_scorematrix_t m;
    gw_err_t err = {0};
    ck_assert_int_eq(gw_scorematrix_load("BLOSUM61", &m, &err), GW_ENOINPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "BLOSUM62"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("scorematrix");
    TCase *c = tcase_create("matrices");
    tcase_add_loop_test(c, inside_ones, 0, sizeof inside / sizeof *inside);
    tcase_add_test(c, codes);
    tcase_add_loop_test(c, from_a_file, 0, 2);
    tcase_add_loop_test(c, wrong_files, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(c, neither);
    suite_add_tcase(s, c);
    return s;
}
GW_CHECK_MAIN(suite)
