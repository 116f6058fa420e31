#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/lines.h"
#include "io/region.h"

static gw_status_t region_add(gw_regions_t *r, int32_t tid, int64_t beg, int64_t end, gw_err_t *err)
{
    if (!GW_GROW(r->v, r->cap, r->n + 1))
        return gw_err_nomem(err, "reading regions");
    r->v[r->n++] = (gw_region_t){tid, beg, end};
    return GW_OK;
}

/* Digits with optional thousands commas; false when there is anything else. */
static bool position(const char *s, size_t n, int64_t *out)
{
    int64_t v = 0;
    bool digit = false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == ',' && digit)
            continue;
        if (!isdigit((unsigned char)s[i]) || v > (INT64_MAX - 9) / 10)
            return false;
        v = v * 10 + (s[i] - '0');
        digit = true;
    }
    *out = v;
    return digit;
}

gw_status_t gw_regions_add_text(gw_regions_t *r, const char *text, gw_name2tid_fn tid,
                                gw_tid2len_fn len, void *ctx, gw_err_t *err)
{
    int32_t t = tid(ctx, text); /* a name may hold a colon */
    if (t >= 0)
        return region_add(r, t, 0, len(ctx, t), err);
    const char *colon = strrchr(text, ':');
    char *name = colon ? gw_strndup(text, (size_t)(colon - text)) : NULL;
    if (colon && !name)
        return gw_err_nomem(err, "reading regions");
    t = name ? tid(ctx, name) : -1;
    free(name);
    if (t < 0)
        return gw_err_set(err, GW_EUSAGE, "region %s: no such contig in the reference", text);
    const char *from = colon + 1, *dash = strchr(from, '-');
    size_t n_from = dash ? (size_t)(dash - from) : strlen(from);
    int64_t beg, end = len(ctx, t);
    if (!position(from, n_from, &beg) || beg < 1 ||
        (dash && dash[1] && !position(dash + 1, strlen(dash + 1), &end)))
        return gw_err_set(err, GW_EUSAGE, "region %s: not CONTIG, CONTIG:BEGIN or CONTIG:BEGIN-END",
                          text);
    if (end > len(ctx, t))
        end = len(ctx, t);
    if (beg > end)
        return gw_err_set(err, GW_EUSAGE, "region %s: is empty; the contig has %lld bp", text,
                          (long long)len(ctx, t));
    return region_add(r, t, beg - 1, end, err);
}

static gw_status_t bed_line(gw_regions_t *r, const gw_lines_t *in, const char *line, size_t n,
                            gw_name2tid_fn tid, gw_tid2len_fn len, void *ctx, gw_err_t *err)
{
    size_t field[4] = {0}, n_fields = 1;
    for (size_t i = 0; i < n && n_fields < 4; i++)
        if (line[i] == '\t' || line[i] == ' ')
            field[n_fields++] = i + 1;
    if (n_fields == 3)
        field[3] = n + 1;
    int64_t beg, end;
    const char *file = gw_stream_name(in->path);
    if (n_fields < 3 || !position(line + field[1], field[2] - field[1] - 1, &beg) ||
        !position(line + field[2], field[3] - field[2] - 1, &end))
        return gw_err_set(err, GW_EDATA, "%s: line %llu: not a BED line (contig, begin, end)", file,
                          (unsigned long long)in->number);
    char *name = gw_strndup(line, field[1] - 1);
    if (!name)
        return gw_err_nomem(err, "reading regions");
    int32_t t = tid(ctx, name);
    gw_status_t st = GW_OK;
    if (t < 0)
        st = gw_err_set(err, GW_EDATA, "%s: line %llu: contig %s is not in the reference", file,
                        (unsigned long long)in->number, name);
    else if (beg > end || end > len(ctx, t))
        st = gw_err_set(err, GW_EDATA, "%s: line %llu: %lld-%lld is not within %s (%lld bp)", file,
                        (unsigned long long)in->number, (long long)beg, (long long)end, name,
                        (long long)len(ctx, t));
    else if (beg < end)
        st = region_add(r, t, beg, end, err);
    free(name);
    return st;
}

gw_status_t gw_regions_add_bed(gw_regions_t *r, const char *path, gw_name2tid_fn tid,
                               gw_tid2len_fn len, void *ctx, gw_err_t *err)
{
    gw_stream_t *s;
    gw_lines_t in;
    gw_status_t st = gw_stream_open(path, &s, err);
    if (st == GW_OK)
        st = gw_lines_init(&in, s, path, 1 << 20, err);
    if (st != GW_OK)
        return st;
    for (;;) {
        const char *line;
        size_t n;
        st = gw_lines_next(&in, &line, &n, err);
        if (st != GW_OK || !line)
            break;
        if (n == 0 || line[0] == '#' || (n >= 5 && memcmp(line, "track", 5) == 0) ||
            (n >= 7 && memcmp(line, "browser", 7) == 0))
            continue;
        st = bed_line(r, &in, line, n, tid, len, ctx, err);
        if (st != GW_OK)
            break;
    }
    gw_lines_release(&in);
    return st;
}

static int by_place(const void *pa, const void *pb)
{
    const gw_region_t *a = pa, *b = pb;
    if (a->tid != b->tid)
        return a->tid < b->tid ? -1 : 1;
    if (a->beg != b->beg)
        return a->beg < b->beg ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

void gw_regions_finish(gw_regions_t *r)
{
    size_t k = 0;
    if (r->n == 0)
        return;
    qsort(r->v, r->n, sizeof *r->v, by_place);
    for (size_t i = 1; i < r->n; i++) {
        if (r->v[i].tid == r->v[k].tid && r->v[i].beg <= r->v[k].end)
            r->v[k].end = r->v[i].end > r->v[k].end ? r->v[i].end : r->v[k].end;
        else
            r->v[++k] = r->v[i];
    }
    r->n = k + 1;
}

size_t gw_regions_first(const gw_regions_t *r, int32_t tid, int64_t pos)
{
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->v[mid].tid < tid || (r->v[mid].tid == tid && r->v[mid].end <= pos))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool gw_regions_overlap(const gw_regions_t *r, int32_t tid, int64_t beg, int64_t end)
{
    size_t i = gw_regions_first(r, tid, beg);
    return i < r->n && r->v[i].tid == tid && r->v[i].beg < end;
}

void gw_regions_release(gw_regions_t *r)
{
    free(r->v);
    *r = (gw_regions_t){0};
}
