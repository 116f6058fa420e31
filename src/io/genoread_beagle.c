#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/genoread_impl.h"

/* columns before the likelihoods, and likelihoods a sample */
enum { FIXED = 3, EACH = 3 };

typedef struct {
    gw_lines_t *text;
    char *line;
    size_t cap_line;
} beagle_t;

static gw_status_t bad_line(const gw_genoreader_t *r, const beagle_t *s, gw_err_t *err,
                            const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 ": %s", r->path, s->text->number, what);
}

/* The next line as a copy that may be cut up; NULL at the end. */
static gw_status_t take_line(const gw_genoreader_t *r, beagle_t *s, char **out, gw_err_t *err)
{
    const char *line;
    size_t len;
    *out = NULL;
    gw_status_t st = gw_lines_next(s->text, &line, &len, err);
    if (st != GW_OK || !line)
        return st;
    if (!GW_GROW(s->line, s->cap_line, len + 1))
        return gw_err_nomem(err, "reading likelihoods");
    memcpy(s->line, line, len);
    s->line[len] = '\0';
    if (strlen(s->line) != len)
        return bad_line(r, s, err, "it holds a zero byte");
    *out = s->line;
    return GW_OK;
}

static char *cut(char **p)
{
    char *field = *p, *tab = field ? strchr(field, '\t') : NULL;
    if (tab)
        *tab = '\0';
    *p = tab ? tab + 1 : NULL;
    return field;
}

static void close_state(void *state)
{
    beagle_t *s = state;
    free(s->line);
    free(s);
}

/* CONTIG_POS and CONTIG:POS are cut in two; any other marker has no place. */
static void place(gw_genosite_t *site, char *marker, char *id)
{
    char *sep = strrchr(marker, ':');
    if (!sep)
        sep = strrchr(marker, '_');
    site->id = id;
    site->contig = ".";
    site->pos = 0;
    if (sep && sep > marker && gw_text_int(sep + 1, &site->pos) && site->pos >= 0) {
        *sep = '\0';
        site->contig = marker;
    } else {
        site->pos = 0;
    }
}

/* ANGSD writes alleles as numbers */
static const char *allele(const char *s)
{
    static const char *const bases[] = {"A", "C", "G", "T"};
    return s[0] >= '0' && s[0] <= '3' && !s[1] ? bases[s[0] - '0'] : s;
}

static gw_status_t beagle_next(gw_genoreader_t *r, gw_genosite_t *site, bool *got, gw_err_t *err)
{
    beagle_t *s = r->state;
    char *p;
    *got = false;
    gw_status_t st = take_line(r, s, &p, err);
    if (st != GW_OK || !p)
        return st;
    char *marker = cut(&p), *first = cut(&p), *second = cut(&p);
    size_t len = strlen(marker);
    if (len == 0 || !second)
        return bad_line(r, s, err, "a marker and two alleles are needed");
    gw_arena_reset(&r->site_text);
    char *id = gw_arena_strndup(&r->site_text, marker, len);
    if (!id)
        return gw_err_nomem(err, "reading likelihoods");
    *site = (gw_genosite_t){
        .counted = allele(second), .other = allele(first), .n_alleles = 2, .lik = r->lik};
    place(site, marker, id);
    for (size_t i = 0; i < r->n_samples; i++) {
        double x[EACH];
        for (int g = 0; g < EACH; g++) {
            char *field = cut(&p);
            if (!field || !gw_text_double(field, &x[g]))
                return bad_line(r, s, err,
                                field ? "a likelihood is no finite number"
                                      : "it has fewer columns than the header");
        }
        if (!gw_genoread_set_lik(r->lik + EACH * i, x, EACH))
            return gw_err_set(err, GW_EDATA,
                              "%s: line %" PRIu64 ": the likelihoods of sample %s are negative or "
                              "all 0; of a missing genotype all three are alike",
                              r->path, s->text->number, r->sample[i]);
    }
    if (p)
        return bad_line(r, s, err, "it has more columns than the header");
    *got = true;
    return GW_OK;
}

static const gw_genoformat_t beagle_format = {beagle_next, NULL, close_state};

gw_status_t gw_genoread_open_beagle(gw_genoreader_t *r, gw_lines_t *text, gw_err_t *err)
{
    beagle_t *s = gw_calloc(1, sizeof *s);
    if (!s)
        return gw_err_nomem(err, "opening genotypes");
    s->text = text;
    r->state = s;
    r->format = &beagle_format;
    char *p;
    gw_status_t st = take_line(r, s, &p, err);
    for (int i = 0; i < FIXED && st == GW_OK; i++)
        (void)cut(&p);
    while (st == GW_OK && p) {
        char *name = cut(&p), *second = cut(&p), *third = cut(&p);
        if (!*name || !third || strcmp(name, second) != 0 || strcmp(name, third) != 0)
            return bad_line(r, s, err, "every sample's name must head three columns");
        st = gw_genoread_add_sample(r, "0", name, err);
    }
    return st;
}
