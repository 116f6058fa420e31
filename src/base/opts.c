#include <config.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/opts.h"
#include "base/text.h"

static void *field(const gw_opts_t *set, const gw_opt_t *o)
{
    return (char *)set->dest + o->offset;
}

bool gw_strlist_add(gw_strlist_t *l, const char *s)
{
    if (!GW_GROW(l->v, l->cap, l->n + 1))
        return false;
    l->v[l->n++] = s;
    return true;
}

/* the position of s among "a|b|c", or -1 */
static int choice_index(const char *choices, const char *s)
{
    size_t len = strlen(s);
    for (int i = 0;; i++) {
        const char *bar = strchr(choices, '|');
        size_t n = bar ? (size_t)(bar - choices) : strlen(choices);
        if (n == len && memcmp(choices, s, n) == 0)
            return i;
        if (!bar)
            return -1;
        choices = bar + 1;
    }
}

static gw_status_t out_of_range(const gw_opt_t *o, const char *v, gw_err_t *err)
{
    return gw_err_set(err, GW_EUSAGE, "--%s %s: not within %.15g to %.15g", o->name, v, o->min,
                      o->max);
}

static gw_status_t store(const gw_opts_t *set, const gw_opt_t *o, const char *v, gw_err_t *err)
{
    void *p = field(set, o);
    bool limits = o->min != 0 || o->max != 0;
    switch (o->type) {
    case GW_OPT_FLAG:
        *(bool *)p = true;
        return GW_OK;
    case GW_OPT_INT: {
        int64_t x;
        if (!gw_text_int(v, &x))
            return gw_err_set(err, GW_EUSAGE, "--%s %s: not a whole number", o->name, v);
        if (limits && ((double)x < o->min || (double)x > o->max))
            return out_of_range(o, v, err);
        *(int64_t *)p = x;
        return GW_OK;
    }
    case GW_OPT_DOUBLE: {
        double x;
        if (!gw_text_double(v, &x))
            return gw_err_set(err, GW_EUSAGE, "--%s %s: not a number", o->name, v);
        if (limits && (x < o->min || x > o->max))
            return out_of_range(o, v, err);
        *(double *)p = x;
        return GW_OK;
    }
    case GW_OPT_SIZE: {
        uint64_t x;
        if (!gw_text_size(v, &x))
            return gw_err_set(err, GW_EUSAGE, "--%s %s: not a size such as 500M or 4G", o->name, v);
        char least[24];
        if (limits && (double)x < o->min)
            return gw_err_set(err, GW_EUSAGE, "--%s %s: less than %s, the least it can be", o->name,
                              v, gw_text_bytes((uint64_t)o->min, least));
        if (limits && (double)x > o->max)
            return out_of_range(o, v, err);
        *(uint64_t *)p = x;
        return GW_OK;
    }
    case GW_OPT_STRING:
        *(const char **)p = v;
        return GW_OK;
    case GW_OPT_CHOICE: {
        int i = choice_index(o->choices, v);
        if (i < 0)
            return gw_err_set(err, GW_EUSAGE, "--%s %s: not one of %s", o->name, v, o->choices);
        *(int *)p = i;
        return GW_OK;
    }
    case GW_OPT_LIST:
        return gw_strlist_add(p, v) ? GW_OK : gw_err_nomem(err, "reading the command line");
    }
    return gw_err_set(err, GW_EINTERNAL, "--%s has no type", o->name);
}

gw_status_t gw_opts_defaults(const gw_opts_t *set, size_t n_sets, gw_err_t *err)
{
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n; i++) {
            const gw_opt_t *o = &set[s].opt[i];
            if (!o->dflt || o->type == GW_OPT_FLAG)
                continue;
            if (store(&set[s], o, o->dflt, err) != GW_OK)
                return gw_err_set(err, GW_EINTERNAL, "the default of --%s does not parse", o->name);
        }
    return GW_OK;
}

/* 2. parsing */
typedef struct {
    const gw_opts_t *set;
    const gw_opt_t *opt;
    size_t index;
} found_t;

static bool find(const gw_opts_t *set, size_t n_sets, const char *name, size_t len, char letter,
                 found_t *f)
{
    size_t index = 0;
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n; i++, index++) {
            const gw_opt_t *o = &set[s].opt[i];
            if (letter ? o->letter == letter
                       : strlen(o->name) == len && memcmp(o->name, name, len) == 0) {
                *f = (found_t){&set[s], o, index};
                return true;
            }
        }
    return false;
}

static gw_status_t unknown(const gw_opts_t *set, size_t n_sets, const char *arg, gw_err_t *err)
{
    const char *words[256];
    size_t n = 0;
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n && n < 256; i++)
            words[n++] = set[s].opt[i].name;
    char name[64];
    size_t len = strcspn(arg + 2, "=");
    int best = -1;
    if (arg[1] == '-' && len < sizeof name) {
        memcpy(name, arg + 2, len);
        name[len] = '\0';
        best = gw_text_nearest(name, words, n);
    }
    if (best >= 0)
        return gw_err_set(err, GW_EUSAGE, "unknown option %s; did you mean --%s?", arg,
                          words[best]);
    return gw_err_set(err, GW_EUSAGE, "unknown option %s; --help lists them all", arg);
}

/* true when one of the blank-separated names in list was given; *which gets it */
static bool any_given(const gw_opts_t *set, size_t n_sets, const char *list, const bool *given,
                      found_t *which)
{
    while (*list) {
        size_t len = strcspn(list, " ");
        bool ok = find(set, n_sets, list, len, 0, which);
        assert(ok);
        if (ok && given[which->index])
            return true;
        list += len;
        list += strspn(list, " ");
    }
    return false;
}

/* The error that o was given without any of the options it needs: "--a, --b or --c". */
static gw_status_t is_missing(const gw_opt_t *o, gw_err_t *err)
{
    char text[256] = "";
    size_t n = 0;
    for (const char *p = o->needs; *p && n < sizeof text;) {
        size_t len = strcspn(p, " ");
        bool last = p[len] == '\0';
        const char *join = p == o->needs ? "" : last ? " or " : ", ";
        n += (size_t)snprintf(text + n, sizeof text - n, "%s--%.*s", join, (int)len, p);
        p += len + !last;
    }
    return gw_err_set(err, GW_EUSAGE, "--%s is only used with %s", o->name, text);
}

static gw_status_t check_together(const gw_opts_t *set, size_t n_sets, const bool *given,
                                  gw_err_t *err)
{
    size_t index = 0;
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n; i++, index++) {
            const gw_opt_t *o = &set[s].opt[i];
            found_t other;
            if (!given[index])
                continue;
            if (o->excludes && any_given(set, n_sets, o->excludes, given, &other))
                return gw_err_set(err, GW_EUSAGE, "--%s and --%s cannot be given together", o->name,
                                  other.opt->name);
            if (o->needs && !any_given(set, n_sets, o->needs, given, &other))
                return is_missing(o, err);
        }
    return GW_OK;
}

/* The value of option f, given as argv[*k], is the next argument; the name of another option there
 * means that the value was forgotten. */
static gw_status_t take_value(const gw_opts_t *set, size_t n_sets, char **argv, int argc, int *k,
                              const found_t *f, const char **value, gw_err_t *err)
{
    const char *name = argv[*k], *next = *k + 1 < argc ? argv[*k + 1] : NULL;
    found_t other;
    if (!next)
        return gw_err_set(err, GW_EUSAGE, "%s needs a value: %s", name, f->opt->arg);
    if (strncmp(next, "--", 2) == 0 &&
        find(set, n_sets, next + 2, strcspn(next + 2, "="), 0, &other))
        return gw_err_set(err, GW_EUSAGE,
                          "%s needs a value (%s) and the option %s follows; if that is a name, write "
                          "--%s=%s",
                          name, f->opt->arg, next, f->opt->name, next);
    *value = next;
    ++*k;
    return GW_OK;
}

gw_status_t gw_opts_parse(const gw_opts_t *set, size_t n_sets, int argc, char **argv,
                          gw_strlist_t *operands, bool *seen, gw_err_t *err)
{
    size_t total = 0;
    for (size_t s = 0; s < n_sets; s++)
        total += set[s].n;
    bool *given = gw_calloc(total + 1, sizeof *given);
    if (!given)
        return gw_err_nomem(err, "reading the command line");
    gw_status_t st = GW_OK;
    bool options = true;
    for (int k = 0; k < argc && st == GW_OK; k++) {
        char *a = argv[k];
        found_t f;
        if (!options || a[0] != '-' || a[1] == '\0') {
            if (!gw_strlist_add(operands, a))
                st = gw_err_nomem(err, "reading the command line");
        } else if (strcmp(a, "--") == 0) {
            options = false;
        } else if (a[1] == '-') {
            size_t len = strcspn(a + 2, "=");
            const char *v = a[2 + len] ? a + 3 + len : NULL;
            if (!find(set, n_sets, a + 2, len, 0, &f))
                st = unknown(set, n_sets, a, err);
            else if (f.opt->type == GW_OPT_FLAG && v)
                st = gw_err_set(err, GW_EUSAGE, "--%s takes no value", f.opt->name);
            else if (f.opt->type != GW_OPT_FLAG && !v)
                st = take_value(set, n_sets, argv, argc, &k, &f, &v, err);
            if (st == GW_OK) {
                given[f.index] = true;
                st = store(f.set, f.opt, v, err);
            }
        } else {
            for (char *p = a + 1; *p && st == GW_OK; p++) {
                if (!find(set, n_sets, NULL, 0, *p, &f)) {
                    char one[3] = {'-', *p, '\0'};
                    st = unknown(set, n_sets, one, err);
                    break;
                }
                given[f.index] = true;
                if (f.opt->type == GW_OPT_FLAG) {
                    st = store(f.set, f.opt, NULL, err);
                    continue;
                }
                const char *v = p + 1;
                if (*v == '\0')
                    st = take_value(set, n_sets, argv, argc, &k, &f, &v, err);
                if (st == GW_OK)
                    st = store(f.set, f.opt, v, err);
                break;
            }
        }
    }
    if (st == GW_OK)
        st = check_together(set, n_sets, given, err);
    if (seen)
        memcpy(seen, given, total * sizeof *given);
    free(given);
    return st;
}

void gw_opts_release(const gw_opts_t *set, size_t n_sets)
{
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n; i++)
            if (set[s].opt[i].type == GW_OPT_LIST) {
                gw_strlist_t *l = field(&set[s], &set[s].opt[i]);
                free(l->v);
                *l = (gw_strlist_t){0};
            }
}

/* 3. documents */
/* the help sentence with its default and choices behind */
static char *full_help(const gw_opt_t *o)
{
    char range[96] = "";
    if (o->type == GW_OPT_CHOICE)
        snprintf(range, sizeof range, "; one of %s", o->choices);
    if (o->dflt && o->type != GW_OPT_FLAG)
        return gw_asprintf("%s%s [%s]", o->help, range, o->dflt);
    return gw_asprintf("%s%s", o->help, range);
}

void gw_opts_help(const gw_opts_t *set, size_t n_sets, FILE *out)
{
    enum { INDENT = 30, WIDTH = 100 };
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n; i++) {
            const gw_opt_t *o = &set[s].opt[i];
            if (o->group)
                fprintf(out, "\n%s:\n", o->group);
            char letter[8] = "    ";
            if (o->letter)
                snprintf(letter, sizeof letter, "-%c, ", o->letter);
            int col = fprintf(out, "  %s--%s%s%s", letter, o->name, o->arg ? " " : "",
                              o->arg ? o->arg : "");
            if (col > INDENT - 2) {
                fputc('\n', out);
                col = 0;
            }
            fprintf(out, "%*s", INDENT - col, "");
            char *text = full_help(o);
            gw_text_wrap(out, text ? text : o->help, INDENT, INDENT, WIDTH);
            free(text);
        }
}

/* roff: a backslash and a leading dot or quote are special, a hyphen must be written \- */
static void roff(FILE *out, const char *s)
{
    if (*s == '.' || *s == '\'')
        fputs("\\&", out);
    for (; *s; s++) {
        if (*s == '\\')
            fputs("\\e", out);
        else if (*s == '-')
            fputs("\\-", out);
        else
            fputc(*s, out);
    }
}

void gw_opts_man(const gw_opts_t *set, size_t n_sets, FILE *out)
{
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < set[s].n; i++) {
            const gw_opt_t *o = &set[s].opt[i];
            if (o->group) {
                fputs(".SS ", out);
                roff(out, o->group);
                fputc('\n', out);
            }
            fputs(".TP\n", out);
            if (o->letter)
                fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
            fputs("\\fB\\-\\-", out);
            roff(out, o->name);
            fputs("\\fR", out);
            if (o->arg) {
                fputs(" \\fI", out);
                roff(out, o->arg);
                fputs("\\fR", out);
            }
            fputc('\n', out);
            char *text = full_help(o);
            roff(out, text ? text : o->help);
            fputc('\n', out);
            free(text);
        }
}
