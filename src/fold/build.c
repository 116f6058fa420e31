#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fold/attach.h"
#include "fold/build.h"
#include "fold/ranges.h"
#include "fold/search.h"
#include "fold/take.h"

enum { BATCH = 64, LEVEL = 9 };

/* files to read */
typedef struct {
    char **v;
    size_t n, cap;
} names_t;

static bool names_add(names_t *l, char *s)
{
    if (!s || !GW_GROW(l->v, l->cap, l->n + 1)) {
        free(s);
        return false;
    }
    l->v[l->n++] = s;
    return true;
}

static void names_free(names_t *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static gw_status_t add_path(names_t *files, const char *path, bool listed, int depth,
                            gw_err_t *err);

static gw_status_t add_folder(names_t *files, const char *path, int depth, gw_err_t *err)
{
    names_t inside = {0};
    gw_status_t st = GW_OK;
    if (depth > 32)
        return gw_err_set(err, GW_ENOINPUT, "%s: folders nested too deeply; a link in a circle?",
                          path);
    DIR *d = opendir(path);
    if (!d)
        return gw_err_set(err, GW_ENOINPUT, "%s: cannot read the folder: %s", path,
                          strerror(errno));
    for (struct dirent *e = readdir(d); e && st == GW_OK; e = readdir(d))
        if (e->d_name[0] != '.' && !names_add(&inside, gw_asprintf("%s/%s", path, e->d_name)))
            st = gw_err_nomem(err, "listing files");
    closedir(d);
    if (inside.n)
        qsort(inside.v, inside.n, sizeof *inside.v, by_name);
    for (size_t i = 0; i < inside.n && st == GW_OK; i++)
        st = add_path(files, inside.v[i], true, depth + 1, err);
    names_free(&inside);
    return st;
}

static gw_status_t add_path(names_t *files, const char *path, bool listed, int depth, gw_err_t *err)
{
    struct stat sb;
    if (stat(path, &sb) != 0) {
        if (!listed)
            return gw_err_set(err, GW_ENOINPUT, "%s: cannot open: %s", path, strerror(errno));
        return names_add(files, gw_strdup(path)) ? GW_OK : gw_err_nomem(err, "listing files");
    }
    if (S_ISDIR(sb.st_mode))
        return add_folder(files, path, depth, err);
    return names_add(files, gw_strdup(path)) ? GW_OK : gw_err_nomem(err, "listing files");
}

/* names of the templates so far: two files may bear the same */
typedef struct {
    char **slot;
    size_t n, size;
} nameset_t;

static void nameset_release(nameset_t *s)
{
    for (size_t i = 0; i < s->size; i++)
        free(s->slot[i]);
    free(s->slot);
}

static size_t nameset_place(const nameset_t *s, const char *name)
{
    size_t i = gw_hash_bytes(name, strlen(name), 0) & (s->size - 1);
    while (s->slot[i] && strcmp(s->slot[i], name) != 0)
        i = (i + 1) & (s->size - 1);
    return i;
}

/* *fresh: the name was not there before, and is now */
static gw_status_t nameset_add(nameset_t *s, const char *name, bool *fresh, gw_err_t *err)
{
    if (2 * (s->n + 1) > s->size) {
        nameset_t wider = {.n = s->n, .size = s->size ? 2 * s->size : 1024};
        wider.slot = gw_calloc(wider.size, sizeof *wider.slot);
        if (!wider.slot)
            return gw_err_nomem(err, "building a library");
        for (size_t i = 0; i < s->size; i++)
            if (s->slot[i])
                wider.slot[nameset_place(&wider, s->slot[i])] = s->slot[i];
        free(s->slot);
        *s = wider;
    }
    size_t i = nameset_place(s, name);
    *fresh = !s->slot[i];
    if (*fresh && !(s->slot[i] = gw_strdup(name)))
        return gw_err_nomem(err, "building a library");
    s->n += *fresh;
    return GW_OK;
}

typedef struct {
    const names_t *files;
    const gw_build_opts_t *o;
    const gw_ranges_t *ranges; /* NULL: whole chains */
    size_t first;
    gw_take_t item[BATCH];
    nameset_t names;
    gw_tlib_writer_t *w;
    gw_build_counts_t *counts;
} batch_t;

static gw_status_t read_item(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    batch_t *b = ctx;
    return gw_take_file(b->files->v[b->first + (size_t)i], b->ranges, &b->item[i], err);
}

static gw_status_t write_template(batch_t *b, gw_template_t *t, const char *path, gw_err_t *err)
{
    bool fresh = false, got = false;
    char *why = NULL;
    gw_status_t st = nameset_add(&b->names, t->name, &fresh, err);
    if (st == GW_OK && !fresh) {
        b->counts->left_out++;
        gw_log_warning("skipped %s of %s: a template of that name is there already", t->name, path);
        return GW_OK;
    }
    if (st == GW_OK && b->o->profiles)
        st = gw_attach_profile(b->o->profiles, t, &got, &why, err);
    if (why) {
        b->counts->left_out_profiles++;
        gw_log_warning("skipped %s", why);
        free(why);
    }
    if (st == GW_OK)
        st = gw_tlib_writer_add(b->w, t, err);
    b->counts->with_profile += got;
    b->counts->templates += st == GW_OK;
    return st;
}

static gw_status_t write_item(batch_t *b, gw_take_t *it, const char *path, gw_err_t *err)
{
    gw_build_counts_t *c = b->counts;
    gw_status_t st = GW_OK;
    c->files++;
    c->skipped_files += it->skipped;
    c->left_out += it->n_left_out;
    c->no_ca += it->n_no_ca;
    c->other += it->skipped ? 0 : it->n_other;
    c->many_models += it->n_models > 1;
    if (b->files->n == 1 && it->n == 0 && it->n_notes == 1) /* what is wrong needs no second line */
        return gw_err_set(err, GW_EDATA, "%s", it->note[0]);
    for (size_t k = 0; k < it->n_notes; k++)
        gw_log_warning("skipped %s", it->note[k]);
    for (size_t k = 0; k < it->n && st == GW_OK; k++)
        st = write_template(b, &it->t[k], path, err);
    return st;
}

/* chance scores, from the library's own profiles or the panel's */
static gw_status_t set_stats(gw_tlib_writer_t *w, const gw_search_lib_t *l, const char *panel,
                             int threads, gw_err_t *err)
{
    gw_tlib_t *p = NULL;
    bool own = l->feat.n >= GW_SEARCH_ENOUGH;
    gw_status_t st = own ? GW_OK : gw_tlib_open(panel, &p, err);
    float *stat = gw_malloc(2 * l->feat.n, sizeof *stat);
    if (st == GW_OK)
        st = stat ? gw_search_calibrate(l, own ? l->lib : p, threads, stat, err)
                  : gw_err_nomem(err, "calibrating");
    if (st == GW_OK)
        st = gw_tlib_writer_stats(w, stat, l->feat.n, err);
    free(stat);
    gw_tlib_close(p);
    return st;
}

static gw_status_t set_graph(gw_tlib_writer_t *w, const gw_search_lib_t *l, int threads,
                             gw_err_t *err)
{
    gw_tlib_neighbour_t *list = NULL;
    size_t *count = gw_calloc(l->feat.n, sizeof *count);
    gw_status_t st = count ? gw_search_graph(l, threads, &list, count, err)
                           : gw_err_nomem(err, "comparing templates");
    for (size_t i = 0; st == GW_OK && i < l->feat.n; i++)
        st = gw_tlib_writer_neighbours(w, i, list + i * GW_TLIB_MAX_NEIGHBOURS, count[i], err);
    free(list);
    free(count);
    return st;
}

gw_status_t gw_build_calibrate(gw_tlib_writer_t *w, const char *panel, int threads, bool *done,
                               gw_err_t *err)
{
    gw_search_lib_t l;
    *done = false;
    gw_status_t st = gw_search_lib_open(gw_tlib_writer_temp(w), threads, &l, err);
    if (st != GW_OK)
        return st;
    size_t n = l.feat.n;
    if (n >= GW_SEARCH_ENOUGH || panel) {
        st = set_stats(w, &l, panel, threads, err);
        *done = st == GW_OK;
    }
    gw_search_lib_close(&l);
    if (st != GW_OK || n < GW_SEARCH_ENOUGH || n > GW_SEARCH_MAX_GRAPH)
        return st;
    st = gw_tlib_writer_finish(w, err); /* the graph is made with the statistics in place */
    if (st == GW_OK)
        st = gw_search_lib_open(gw_tlib_writer_temp(w), threads, &l, err);
    if (st != GW_OK)
        return st;
    st = set_graph(w, &l, threads, err);
    gw_search_lib_close(&l);
    return st;
}

static gw_status_t take_files(batch_t *b, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (size_t at = 0; st == GW_OK && at < b->files->n; at += BATCH) {
        size_t n = b->files->n - at < BATCH ? b->files->n - at : BATCH;
        b->first = at;
        st = gw_thread_for(b->o->threads, (int64_t)n, read_item, b, err);
        for (size_t i = 0; i < n; i++) {
            if (st == GW_OK)
                st = write_item(b, &b->item[i], b->files->v[at + i], err);
            gw_take_release(&b->item[i]);
        }
        gw_progress("reading structures", at + n, b->files->n, "files");
    }
    gw_progress_end();
    return st;
}

/* domains whose structure is in none of the files */
static void report_unused(const batch_t *b, const char *path)
{
    size_t n = 0, first = 0;
    for (size_t i = 0; b->ranges && i < b->ranges->n; i++) {
        const char *name = b->ranges->v[i].name;
        if (b->names.size && b->names.slot[nameset_place(&b->names, name)])
            continue;
        if (n++ == 0 || b->ranges->v[i].line < b->ranges->v[first].line)
            first = i;
    }
    if (n)
        gw_log_warning("%s: %zu of %zu domains gave no template (first: line %lld, %s of %s)", path,
                       n, b->ranges->n, (long long)b->ranges->v[first].line,
                       b->ranges->v[first].name, b->ranges->v[first].structure);
}

static gw_status_t take_all(const names_t *files, const gw_build_opts_t *o, gw_tlib_writer_t *w,
                            gw_build_counts_t *counts, gw_err_t *err)
{
    gw_ranges_t ranges = {0};
    gw_status_t st = o->ranges ? gw_ranges_read(o->ranges, &ranges, err) : GW_OK;
    batch_t *b = gw_calloc(1, sizeof *b);
    if (st == GW_OK && !b)
        st = gw_err_nomem(err, "building a library");
    if (st == GW_OK) {
        b->files = files;
        b->o = o;
        b->ranges = o->ranges ? &ranges : NULL;
        b->w = w;
        b->counts = counts;
        st = take_files(b, err);
        if (st == GW_OK)
            report_unused(b, o->ranges);
    }
    if (b)
        nameset_release(&b->names);
    free(b);
    gw_ranges_release(&ranges);
    return st;
}

gw_status_t gw_build_library(const char *out_path, const char *const *path, size_t n_paths,
                             const gw_build_opts_t *o, gw_build_counts_t *counts, gw_err_t *err)
{
    names_t files = {0};
    gw_tlib_writer_t *w = NULL;
    gw_status_t st = GW_OK;
    memset(counts, 0, sizeof *counts);
    for (size_t i = 0; i < n_paths && st == GW_OK; i++)
        st = add_path(&files, path[i], false, 0, err);
    if (st == GW_OK)
        st = gw_tlib_writer_create(out_path, LEVEL, &w, err);
    if (st == GW_OK)
        st = take_all(&files, o, w, counts, err);
    if (st == GW_OK && counts->templates == 0)
        st = gw_err_set(err, GW_EDATA,
                        "no template could be made of %zu file%s; give PDB or mmCIF "
                        "files of proteins",
                        files.n, files.n == 1 ? "" : "s");
    if (st == GW_OK)
        st = gw_tlib_writer_finish(w, err);
    if (st == GW_OK)
        st = gw_build_calibrate(w, o->panel, o->threads, &counts->calibrated, err);
    if (st == GW_OK)
        st = gw_tlib_writer_commit(w, err);
    gw_tlib_writer_destroy(w);
    names_free(&files);
    return st;
}
