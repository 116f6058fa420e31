#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fold/build.h"
#include "fold/profile.h"
#include "fold/search.h"
#include "fold/template.h"

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

/* a template's stem: the file's name without folders, compression and structure endings */
static char *stem_of(const char *path)
{
    static const char *const ending[] = {".gz", ".zst", ".bgz", ".pdb", ".cif", ".ent", ".mmcif"};
    const char *slash = strrchr(path, '/');
    char *s = gw_strdup(slash ? slash + 1 : path);
    for (int pass = 0; s && pass < 2; pass++)
        for (size_t k = 0; k < sizeof ending / sizeof *ending; k++) {
            size_t n = strlen(s), m = strlen(ending[k]);
            if (n > m && strcmp(s + n - m, ending[k]) == 0)
                s[n - m] = '\0';
        }
    for (char *p = s; p && *p; p++)
        if (*p == ' ' || *p == '\t')
            *p = '_';
    return s;
}

/* one file's templates, or why there are none */
typedef struct {
    gw_template_t *t;
    size_t n, n_short;
    char why[600];
} item_t;

typedef struct {
    const names_t *files;
    const gw_build_opts_t *o;
    size_t first;
    item_t item[BATCH];
    gw_build_counts_t *counts;
} batch_t;

/* the profile of t from the profiles' folder, when it is there */
static gw_status_t attach_profile(const char *dir, gw_template_t *t, bool *got, gw_err_t *err)
{
    static const char *const ending[] = {".a3m", ".hhm", ".a3m.gz", ".hhm.gz"};
    *got = false;
    for (size_t k = 0; k < sizeof ending / sizeof *ending; k++) {
        char *p = gw_asprintf("%s/%s%s", dir, t->name, ending[k]);
        gw_profile_t *q = NULL;
        size_t n = 0;
        if (!p)
            return gw_err_nomem(err, "reading profiles");
        if (access(p, F_OK) != 0) {
            free(p);
            continue;
        }
        gw_status_t st = gw_profile_read(p, k % 2 ? GW_PROFILE_HHM : GW_PROFILE_A3M, &q, &n, err);
        if (st == GW_OK && q->len != t->len)
            st = gw_err_set(err, GW_EDATA,
                            "%s: %d columns for the %d residues of %s; the profile "
                            "must be of the residues in the structure",
                            p, q->len, t->len, t->name);
        for (int32_t i = 0; st == GW_OK && i < t->len * GW_AA_N; i++)
            t->prof[i] = (uint8_t)lrintf(63 * sqrtf(q->freq[i]));
        for (size_t i = 0; q && i < n; i++)
            gw_profile_release(&q[i]);
        free(q);
        free(p);
        *got = st == GW_OK;
        return st;
    }
    return GW_OK;
}

static gw_status_t read_item(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    batch_t *b = ctx;
    item_t *it = &b->item[i];
    gw_structure_t s;
    gw_err_t why = {0};
    memset(it, 0, sizeof *it);
    const char *path = b->files->v[b->first + (size_t)i];
    gw_status_t st = gw_structure_read(path, gw_template_is_amino, &s, &why);
    char *stem = st == GW_OK ? stem_of(path) : NULL;
    if (st == GW_OK) {
        it->t = gw_calloc(s.n_chains, sizeof *it->t);
        if (!stem || !it->t)
            st = gw_err_nomem(&why, "reading a structure");
        else if (s.n_chains == 0)
            st = gw_err_set(&why, GW_EDATA, "%s: no protein chain (%zu other residues)", path,
                            s.n_left_out);
        else
            st = gw_template_from_structure(&s, stem, it->t, &it->n, &it->n_short, &why);
        if (st == GW_OK && it->n == 0)
            st = gw_err_set(&why, GW_EDATA, "%s: no chain of at least %d residues", path,
                            GW_TEMPLATE_MIN_LEN);
        gw_structure_release(&s);
    }
    free(stem);
    if (st != GW_OK && st != GW_EDATA) { /* no fault of the data: the run fails */
        *err = why;
        return st;
    }
    memcpy(it->why, why.msg, sizeof it->why - 1);
    return GW_OK; /* a bad file is reported and left out */
}

static gw_status_t write_item(batch_t *b, item_t *it, const char *path, gw_tlib_writer_t *w,
                              gw_err_t *err)
{
    gw_build_counts_t *c = b->counts;
    c->files++;
    c->short_chains += it->n_short;
    if (it->why[0]) {
        c->skipped_files++;
        gw_log_warning("skipped %s", it->why);
        return GW_OK;
    }
    if (it->n_short)
        gw_log_warning("skipped %zu chain%s of %s: fewer than %d residues", it->n_short,
                       it->n_short > 1 ? "s" : "", path, GW_TEMPLATE_MIN_LEN);
    for (size_t k = 0; k < it->n; k++) {
        bool got = false;
        gw_status_t st =
            b->o->profiles ? attach_profile(b->o->profiles, &it->t[k], &got, err) : GW_OK;
        if (st == GW_OK)
            st = gw_tlib_writer_add(w, &it->t[k], err);
        if (st != GW_OK)
            return st;
        c->with_profile += got;
        c->chains++;
    }
    return GW_OK;
}

/* chance scores, from the library's own profiles or the panel's */
static gw_status_t set_stats(gw_tlib_writer_t *w, const gw_search_lib_t *l, const char *panel,
                             int threads, gw_err_t *err)
{
    gw_search_lib_t p = {0};
    bool own = l->feat.n >= GW_SEARCH_ENOUGH;
    gw_status_t st = own ? GW_OK : gw_search_lib_open(panel, threads, &p, err);
    float *stat = gw_malloc(2 * l->feat.n, sizeof *stat);
    if (st == GW_OK)
        st = stat ? gw_search_calibrate(l, own ? l : &p, threads, stat, err)
                  : gw_err_nomem(err, "calibrating");
    if (st == GW_OK)
        st = gw_tlib_writer_stats(w, stat, l->feat.n, err);
    free(stat);
    gw_search_lib_close(&p);
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

static gw_status_t take_files(const names_t *files, const gw_build_opts_t *o, gw_tlib_writer_t *w,
                              gw_build_counts_t *counts, gw_err_t *err)
{
    batch_t *b = gw_calloc(1, sizeof *b);
    gw_status_t st = b ? GW_OK : gw_err_nomem(err, "building a library");
    for (size_t at = 0; st == GW_OK && at < files->n; at += BATCH) {
        size_t n = files->n - at < BATCH ? files->n - at : BATCH;
        b->files = files;
        b->o = o;
        b->counts = counts;
        b->first = at;
        st = gw_thread_for(o->threads, (int64_t)n, read_item, b, err);
        for (size_t i = 0; i < n; i++) {
            if (st == GW_OK)
                st = write_item(b, &b->item[i], files->v[at + i], w, err);
            for (size_t k = 0; b->item[i].t && k < b->item[i].n; k++)
                gw_template_release(&b->item[i].t[k]);
            free(b->item[i].t);
            memset(&b->item[i], 0, sizeof b->item[i]);
        }
        gw_progress("reading structures", at + n, files->n, "files");
    }
    gw_progress_end();
    free(b);
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
        st = take_files(&files, o, w, counts, err);
    if (st == GW_OK && counts->chains == 0)
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
