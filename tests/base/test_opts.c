#include <config.h>

#include <string.h>

#include "base/opts.h"
#include "tests/check_main.h"

typedef struct {
    bool verbose, quick;
    int64_t k;
    double frac;
    uint64_t mem;
    const char *name;
    int mode;
    gw_strlist_t list;
} opts_t;

#define AT(f) offsetof(opts_t, f)
static const gw_opt_t table[] = {
    {.name = "verbose",
     .letter = 'v',
     .type = GW_OPT_FLAG,
     .offset = AT(verbose),
     .help = "talk",
     .group = "First"},
    {.name = "quick",
     .letter = 'q',
     .type = GW_OPT_FLAG,
     .offset = AT(quick),
     .excludes = "verbose",
     .help = "be quick"},
    {.name = "kmer",
     .letter = 'k',
     .type = GW_OPT_INT,
     .offset = AT(k),
     .arg = "N",
     .dflt = "21",
     .min = 5,
     .max = 31,
     .help = "k-mer length"},
    {.name = "fraction",
     .type = GW_OPT_DOUBLE,
     .offset = AT(frac),
     .arg = "X",
     .dflt = "0.5",
     .max = 1,
     .help = "a share"},
    {.name = "mem",
     .type = GW_OPT_SIZE,
     .offset = AT(mem),
     .arg = "SIZE",
     .dflt = "1M",
     .min = 1 << 20,
     .max = 1LL << 40,
     .help = "memory"},
    {.name = "name",
     .letter = 'n',
     .type = GW_OPT_STRING,
     .offset = AT(name),
     .arg = "TEXT",
     .needs = "kmer fraction",
     .help = "a name"},
    {.name = "mode",
     .type = GW_OPT_CHOICE,
     .offset = AT(mode),
     .arg = "MODE",
     .dflt = "slow",
     .choices = "fast|slow",
     .help = "how"},
    {.name = "add",
     .letter = 'a',
     .type = GW_OPT_LIST,
     .offset = AT(list),
     .arg = "X",
     .help = "may be repeated"},
};
enum { N = sizeof table / sizeof *table };

typedef struct {
    const char *argv[8];
    gw_status_t st;
    const char *msg; /* what the message holds */
} row_t;

static const row_t rows[] = {
    {{"a", "-vk", "7", "b"}, GW_OK, NULL},
    {{"--kmer=7"}, GW_OK, NULL},
    {{"--kmer", "32"}, GW_EUSAGE, "not within 5 to 31"},
    {{"-k7x"}, GW_EUSAGE, "not a whole number"},
    {{"--kmer"}, GW_EUSAGE, "needs a value"},
    {{"-k"}, GW_EUSAGE, "-k needs a value"},
    {{"--kmer", "--kmer", "3"}, GW_EUSAGE, "the option --kmer follows"},
    {{"-k", "--kmer=3"}, GW_EUSAGE, "write --kmer=--kmer=3"},
    {{"--kmre", "7"}, GW_EUSAGE, "did you mean --kmer"},
    {{"--km", "7"}, GW_EUSAGE, "unknown option"},
    {{"-z"}, GW_EUSAGE, "unknown option -z"},
    {{"--verbose=1"}, GW_EUSAGE, "takes no value"},
    {{"-v", "-q"}, GW_EUSAGE, "cannot be given together"},
    {{"-n", "x"}, GW_EUSAGE, "only used with --kmer or --fraction"},
    {{"-n", "x", "-k", "9"}, GW_OK, NULL},
    {{"--fraction", "1.01"}, GW_EUSAGE, "not within 0 to 1"},
    {{"--fraction", "-0.5"}, GW_EUSAGE, "not within"},
    {{"--mem", "2G"}, GW_OK, NULL},
    {{"--mem", "1023K"}, GW_EUSAGE, "less than 1.0 MB"},
    {{"--mem", "1M"}, GW_OK, NULL},
    {{"--mem", "2000G"}, GW_EUSAGE, "not within"},
    {{"--mem", "lots"}, GW_EUSAGE, "not a size"},
    {{"--mode", "fast"}, GW_OK, NULL},
    {{"--mode", "fas"}, GW_EUSAGE, "not one of fast|slow"},
    {{"--", "-v"}, GW_OK, NULL},
    {{"-"}, GW_OK, NULL},
};

static gw_status_t parse(opts_t *o, const row_t *r, gw_strlist_t *operands, bool *seen, gw_err_t *e)
{
    gw_opts_t set = {table, N, o};
    int argc = 0;
    char *argv[8];
    while (argc < 8 && r->argv[argc]) {
        argv[argc] = (char *)r->argv[argc];
        argc++;
    }
    ck_assert_int_eq(gw_opts_defaults(&set, 1, e), GW_OK);
    return gw_opts_parse(&set, 1, argc, argv, operands, seen, e);
}

START_TEST(parse_row)
{
    opts_t o = {0};
    gw_strlist_t operands = {0};
    gw_err_t e = {0};
    bool seen[N];
    ck_assert_int_eq(parse(&o, &rows[_i], &operands, seen, &e), rows[_i].st);
    if (rows[_i].msg)
        ck_assert_msg(strstr(e.msg, rows[_i].msg), "message was: %s", e.msg);
    free(operands.v);
}
END_TEST

START_TEST(values)
{
    const row_t r = {{"x", "-vk9", "--add=1", "-a", "2", "--mode", "fast", "-"}, GW_OK, NULL};
    opts_t o = {0};
    gw_strlist_t operands = {0};
    gw_err_t e = {0};
    bool seen[N];
    ck_assert_int_eq(parse(&o, &r, &operands, seen, &e), GW_OK);
    ck_assert(o.verbose && !o.quick && o.k == 9 && o.frac == 0.5 && o.mem == 1 << 20);
    ck_assert(o.mode == 0 && o.name == NULL);
    ck_assert_uint_eq(o.list.n, 2);
    ck_assert_str_eq(o.list.v[0], "1");
    ck_assert_str_eq(o.list.v[1], "2");
    ck_assert_uint_eq(operands.n, 2);
    ck_assert_str_eq(operands.v[1], "-");
    ck_assert(seen[0] && !seen[1] && seen[2] && !seen[3]);
    free(operands.v);
    gw_opts_release(&(gw_opts_t){table, N, &o}, 1);
    ck_assert_ptr_null(o.list.v);
}
END_TEST

START_TEST(documents)
{
    gw_opts_t set = {table, N, NULL};
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    gw_opts_help(&set, 1, f);
    fclose(f);
    ck_assert(strstr(text, "-k, --kmer N"));
    ck_assert(strstr(text, "k-mer length [21]"));
    ck_assert(strstr(text, "how; one of fast|slow [slow]"));
    free(text);
    f = open_memstream(&text, &len);
    gw_opts_man(&set, 1, f);
    fclose(f);
    ck_assert(strstr(text, "\\fB\\-k\\fR, \\fB\\-\\-kmer\\fR \\fIN\\fR\nk\\-mer length [21]\n"));
    free(text);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("opts");
    TCase *t = tcase_create("opts");
    tcase_add_loop_test(t, parse_row, 0, sizeof rows / sizeof *rows);
    tcase_add_test(t, values);
    tcase_add_test(t, documents);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
