#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "align/dupmetrics.h"
#include "base/outfile.h"

/* 2. derived figures */
double gw_dupmetrics_share(const gw_dupcounts_t *c)
{
    int64_t examined = c->unpaired_examined + 2 * c->pairs_examined;
    if (examined == 0)
        return 0;
    return (double)(c->unpaired_duplicates + 2 * c->pair_duplicates) / (double)examined;
}

/* zero where x molecules, sampled n times, are expected to show c distinct ones; falls with x */
static double surplus(double x, double c, double n)
{
    return c / x - 1 + exp(-n / x);
}

int64_t gw_dupmetrics_library_size(const gw_dupcounts_t *c)
{
    double n = (double)(c->pairs_examined - c->pair_optical_duplicates);
    double distinct = (double)(c->pairs_examined - c->pair_duplicates);
    if (n <= 0 || distinct <= 0 || distinct >= n)
        return -1;
    double low = 1, high = 100;
    while (surplus(high * distinct, distinct, n) > 0)
        high *= 10;
    for (int i = 0; i < 40; i++) {
        double mid = (low + high) / 2, u = surplus(mid * distinct, distinct, n);
        if (u == 0)
            break;
        if (u > 0)
            low = mid;
        else
            high = mid;
    }
    return (int64_t)(distinct * (low + high) / 2);
}

/* Distinct pairs expected after x times the sequencing, as a multiple of those seen. */
static double return_on_depth(const gw_dupcounts_t *c, int64_t library_size, double x)
{
    double size = (double)library_size, n = (double)c->pairs_examined;
    return size * (1 - exp(-(x * n) / size)) / (double)(c->pairs_examined - c->pair_duplicates);
}

/* 3. the file */
/* At most six decimals, without trailing zeros. */
static void put_number(FILE *f, double v)
{
    char buf[64];
    int n = snprintf(buf, sizeof buf, "%.6f", v);
    while (n > 0 && buf[n - 1] == '0')
        n--;
    if (n > 0 && buf[n - 1] == '.')
        n--;
    fwrite(buf, 1, (size_t)n, f);
}

static bool seen(const gw_dupcounts_t *c)
{
    return c->unpaired_examined || c->pairs_examined || c->secondary_or_supplementary ||
           c->unmapped;
}

static void put_libraries(const gw_dupmetrics_t *m, FILE *f)
{
    fputs("## METRICS CLASS\tpicard.sam.DuplicationMetrics\n"
          "LIBRARY\tUNPAIRED_READS_EXAMINED\tREAD_PAIRS_EXAMINED\tSECONDARY_OR_SUPPLEMENTARY_RDS\t"
          "UNMAPPED_READS\tUNPAIRED_READ_DUPLICATES\tREAD_PAIR_DUPLICATES\t"
          "READ_PAIR_OPTICAL_DUPLICATES\tPERCENT_DUPLICATION\tESTIMATED_LIBRARY_SIZE\n",
          f);
    for (size_t i = 0; i < m->n; i++) {
        const gw_dupcounts_t *c = &m->lib[i];
        if (!seen(c))
            continue;
        fprintf(f, "%s\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\t", c->library,
                (long long)c->unpaired_examined, (long long)c->pairs_examined,
                (long long)c->secondary_or_supplementary, (long long)c->unmapped,
                (long long)c->unpaired_duplicates, (long long)c->pair_duplicates,
                (long long)c->pair_optical_duplicates);
        put_number(f, gw_dupmetrics_share(c));
        int64_t size = gw_dupmetrics_library_size(c);
        if (size >= 0)
            fprintf(f, "\t%lld\n", (long long)size);
        else
            fputs("\t\n", f);
    }
}

/* One row a bin that any column has; the return on depth only when it is of one library. */
static void put_histogram(const gw_dupmetrics_t *m, FILE *f)
{
    const gw_dupcounts_t *only = NULL;
    size_t n_seen = 0, bins = m->n_set_size;
    for (size_t i = 0; i < m->n; i++) {
        if (seen(&m->lib[i])) {
            only = &m->lib[i];
            n_seen++;
        }
    }
    int64_t size = n_seen == 1 ? gw_dupmetrics_library_size(only) : -1;
    const int64_t *column[3] = {m->set_size, m->optical_size, m->non_optical_size};
    static const char *const name[3] = {"all_sets", "optical_sets", "non_optical_sets"};
    bool shown[3] = {false, false, false};
    for (size_t b = 0; b < bins; b++)
        for (int k = 0; k < 3; k++)
            shown[k] |= column[k][b] != 0;
    if (size < 0 && !shown[0])
        return;
    fputs("\n## HISTOGRAM\tjava.lang.Double\n", f);
    fputs(size >= 0 ? "BIN\tCoverageMult" : "set_size", f);
    for (int k = 0; k < 3; k++)
        if (shown[k])
            fprintf(f, "\t%s", name[k]);
    fputc('\n', f);
    for (size_t b = 1; b < bins || (size >= 0 && b <= 100); b++) {
        bool any = size >= 0 && b <= 100;
        for (int k = 0; k < 3; k++)
            any |= b < bins && column[k][b] != 0;
        if (!any)
            continue;
        fprintf(f, "%zu.0", b);
        if (size >= 0) {
            fputc('\t', f);
            put_number(f, b <= 100 ? return_on_depth(only, size, (double)b) : 0);
        }
        for (int k = 0; k < 3; k++)
            if (shown[k])
                fprintf(f, "\t%lld", (long long)(b < bins ? column[k][b] : 0));
        fputc('\n', f);
    }
}

gw_status_t gw_dupmetrics_write(const gw_dupmetrics_t *m, const char *path,
                                const char *command_line, gw_err_t *err)
{
    gw_outfile_t out;
    gw_status_t st = gw_outfile_fopen(&out, path, err);
    if (st != GW_OK)
        return st;
    fprintf(out.file, "## htsjdk.samtools.metrics.StringHeader\n# %s\n\n",
            command_line ? command_line : "genowarp");
    put_libraries(m, out.file);
    put_histogram(m, out.file);
    fputc('\n', out.file);
    return gw_outfile_commit(&out, err);
}
