#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/labels.h"

static int label_cmp(const void *a, const void *b)
{
    return strcmp(((const gw_label_t *)a)->sample, ((const gw_label_t *)b)->sample);
}

/* Field i of a tab-separated line, cut out in place of a copy; NULL when there are fewer. */
static char *field(gw_arena_t *a, const char *line, size_t i)
{
    for (; i; i--) {
        line = strchr(line, '\t');
        if (!line)
            return NULL;
        line++;
    }
    return gw_arena_strndup(a, line, strcspn(line, "\t\r\n"));
}

static gw_status_t find_column(const char *path, const char *header, const char *column,
                               size_t *out, gw_err_t *err)
{
    *out = 1;
    if (!column)
        return GW_OK;
    size_t len = strlen(column), i = 0;
    for (const char *p = header;; i++) {
        size_t n = strcspn(p, "\t\r\n");
        if (n == len && strncmp(p, column, n) == 0 && i > 0) {
            *out = i;
            return GW_OK;
        }
        if (p[n] != '\t')
            return gw_err_set(err, GW_EDATA, "%s: its header has no column %s", path, column);
        p += n + 1;
    }
}

static gw_status_t add_line(gw_labels_t *l, const char *path, size_t n_line, const char *line,
                            size_t column, gw_err_t *err)
{
    if (!GW_GROW(l->v, l->cap, l->n + 1))
        return gw_err_nomem(err, "reading labels");
    gw_label_t *x = &l->v[l->n];
    x->sample = field(&l->text, line, 0);
    x->label = field(&l->text, line, column);
    if (!x->sample || !x->label || !*x->sample || !*x->label)
        return gw_err_set(err, GW_EDATA,
                          "%s: line %zu has no sample and label; fields are separated by tabs",
                          path, n_line);
    l->n++;
    return GW_OK;
}

gw_status_t gw_labels_load(const char *path, const char *column, gw_labels_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    gw_arena_init(&out->text, 1 << 14);
    FILE *f = fopen(path, "r");
    if (!f)
        return gw_err_set(err, GW_ENOINPUT, "%s: cannot be opened: %s", path, strerror(errno));
    char *line = NULL;
    size_t cap = 0, n_line = 0, at = 1;
    gw_status_t st = GW_OK;
    while (st == GW_OK && getline(&line, &cap, f) >= 0)
        if (n_line++ == 0)
            st = find_column(path, line, column, &at, err);
        else if (line[strspn(line, "\r\n")])
            st = add_line(out, path, n_line, line, at, err);
    if (st == GW_OK && ferror(f))
        st = gw_err_set(err, GW_EIO, "%s: reading failed", path);
    free(line);
    fclose(f);
    if (st == GW_OK && out->n == 0)
        st = gw_err_set(err, GW_EDATA,
                        "%s: holds no labels; a header and a line a sample are needed", path);
    if (st == GW_OK)
        qsort(out->v, out->n, sizeof *out->v, label_cmp);
    for (size_t i = 1; i < out->n && st == GW_OK; i++)
        if (label_cmp(&out->v[i - 1], &out->v[i]) == 0)
            st = gw_err_set(err, GW_EDATA, "%s: sample %s has two lines", path, out->v[i].sample);
    if (st != GW_OK)
        gw_labels_release(out);
    return st;
}

const char *gw_labels_find(const gw_labels_t *l, const char *sample)
{
    gw_label_t key = {sample, NULL};
    const gw_label_t *x = l->n ? bsearch(&key, l->v, l->n, sizeof *l->v, label_cmp) : NULL;
    return x ? x->label : NULL;
}

void gw_labels_release(gw_labels_t *l)
{
    free(l->v);
    gw_arena_release(&l->text);
    memset(l, 0, sizeof *l);
}
