#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/command.h"
#include "engine/engine.h"
#include "fold/abinitio.h"
#include "fold/build.h"
#include "fold/complex.h"
#include "fold/foldout.h"
#include "fold/foldpage.h"
#include "fold/foldtrace.h"
#include "fold/modelset.h"
#include "fold/search.h"
#include "io/stream.h"

typedef struct {
    const char *templates, *build, *ranges, *profiles, *out_dir;
    int format, mode, output_fmt;
    int64_t max_hits, models, decoys;
    bool force, complex, ab_initio;
    double max_evalue, mact;
} fold_opts_t;

#define AT(f) offsetof(fold_opts_t, f)
static const gw_opt_t rows[] = {
    {.name = "templates",
     .letter = 't',
     .type = GW_OPT_STRING,
     .offset = AT(templates),
     .arg = "LIB.gwt",
     .group = "Searching",
     .help = "template library (default: the starter library that comes with genowarp)"},
    {.name = "input-format",
     .type = GW_OPT_CHOICE,
     .offset = AT(format),
     .arg = "FORMAT",
     .dflt = "auto",
     .choices = "auto|fasta|a3m|hhm",
     .help = "what the query file is; auto tells by name and content"},
    {.name = "max-hits",
     .type = GW_OPT_INT,
     .offset = AT(max_hits),
     .arg = "N",
     .dflt = "20",
     .min = 1,
     .max = 1e7,
     .help = "hits reported a query"},
    {.name = "max-evalue",
     .type = GW_OPT_DOUBLE,
     .offset = AT(max_evalue),
     .arg = "E",
     .dflt = "1e9",
     .min = 0,
     .max = 1e18,
     .help = "leave out hits with a greater E-value"},
    {.name = "mode",
     .type = GW_OPT_CHOICE,
     .offset = AT(mode),
     .arg = "MODE",
     .dflt = "local",
     .choices = "local|glocal|global",
     .help = "alignments of any part of both, of the whole shorter one, or of both whole; hits are "
             "always ranked by their local score"},
    {.name = "mact",
     .type = GW_OPT_DOUBLE,
     .offset = AT(mact),
     .arg = "X",
     .dflt = "0.35",
     .min = -1,
     .max = 0.99,
     .help = "local alignments keep pairs of greater posterior probability; lower is longer; "
             "negative: the best-scoring path as it is"},
    {.name = "output-fmt",
     .letter = 'O',
     .type = GW_OPT_CHOICE,
     .offset = AT(output_fmt),
     .arg = "FORMAT",
     .dflt = "tsv",
     .choices = "tsv|m8|hhr|pir|json",
     .group = "Output",
     .help = "what is printed on stdout: a table, BLAST's 12 columns, HH-suite's results, "
             "alignments for modelling programs, or JSON"},
    {.name = "output",
     .letter = 'o',
     .type = GW_OPT_STRING,
     .offset = AT(out_dir),
     .arg = "DIR",
     .help = "also write models there (made when absent): QUERY.RANK.pdb and .cif, and a drawing "
             "QUERY.RANK.svg"},
    {.name = "models",
     .type = GW_OPT_INT,
     .offset = AT(models),
     .arg = "N",
     .dflt = "1",
     .min = 1,
     .max = 1000,
     .needs = "output report",
     .help = "models a query, of its N best hits, and of the best hit for every further region "
             "of at least 30 residues"},
    {.name = "force",
     .type = GW_OPT_FLAG,
     .offset = AT(force),
     .needs = "output report",
     .help = "model even when the hit is not significant (probability of the fold below 0.5)"},
    {.name = "complex",
     .type = GW_OPT_FLAG,
     .offset = AT(complex),
     .needs = "output",
     .help = "the records of a query file are chains of one complex: also place those that one "
             "structure of the library covers together, as FILE.complex.pdb and .cif"},
    {.name = "ab-initio",
     .type = GW_OPT_FLAG,
     .offset = AT(ab_initio),
     .needs = "output report json",
     .excludes = "force",
     .help =
         "experimental: fold a query of 20 to 99 residues that has no significant template from "
         "fragments; such models are often wrong (see the manual page)"},
    {.name = "decoys",
     .type = GW_OPT_INT,
     .offset = AT(decoys),
     .arg = "N",
     .dflt = "30",
     .min = 10,
     .max = 1000,
     .needs = "ab-initio",
     .help = "trial folds of --ab-initio; time grows with their number"},
    {.name = "build-library",
     .type = GW_OPT_STRING,
     .offset = AT(build),
     .arg = "LIB.gwt",
     .group = "Building a library",
     .excludes = "templates input-format max-hits max-evalue mode mact output-fmt output seed",
     .help =
         "make a template library of the structure files and folders given instead of searching"},
    {.name = "ranges",
     .type = GW_OPT_STRING,
     .offset = AT(ranges),
     .arg = "FILE",
     .needs = "build-library",
     .help = "templates are the domains of FILE instead of whole chains; a line is NAME STRUCTURE "
             "RANGES [LABEL], as in SCOPe's dir.cla files"},
    {.name = "profiles",
     .type = GW_OPT_STRING,
     .offset = AT(profiles),
     .arg = "DIR",
     .needs = "build-library",
     .help = "sequence profiles of the templates: DIR/TEMPLATE.a3m or .hhm, plain or gzip"},
};
#undef AT

/* the starter library: $GENOWARP_DATA, beside an installed or freshly built program, or where it
 * was configured to be */
static gw_status_t starter_path(char **out, gw_err_t *err)
{
    static const char *const place[] = {"/../share/genowarp/starter.gwt", "/refs/fold/starter.gwt",
                                        "/../refs/fold/starter.gwt"};
    char exe[4096];
    const char *data = getenv("GENOWARP_DATA");
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    char *slash = NULL;
    if (n > 0) {
        exe[n] = '\0';
        slash = strrchr(exe, '/');
    }
    if (slash)
        *slash = '\0';
    for (int k = -1; k <= 3; k++) {
        char *p = NULL;
        if (k == -1 && data)
            p = gw_asprintf("%s/starter.gwt", data);
        else if (k >= 0 && k < 3 && slash)
            p = gw_asprintf("%s%s", exe, place[k]);
        else if (k == 3)
            p = gw_strdup(GW_PKGDATADIR "/starter.gwt");
        else
            continue;
        if (!p)
            return gw_err_nomem(err, "looking for the starter library");
        if (access(p, R_OK) == 0) {
            *out = p;
            return GW_OK;
        }
        free(p);
    }
    return gw_err_set(err, GW_ENOINPUT,
                      "the starter library starter.gwt is not installed; give a "
                      "library with -t or its folder in GENOWARP_DATA");
}

/* what a run writes besides stdout, and its state */
typedef struct {
    const fold_opts_t *o;
    const gw_search_lib_t *lib;
    const gw_search_opts_t *so;
    gw_outfile_t page, json;
    uint64_t seed;
    size_t n_queries;
    char **used; /* names of model files so far */
    size_t n_used, cap_used;
} run_t;

static bool is_used(const run_t *x, const char *name)
{
    for (size_t i = 0; i < x->n_used; i++)
        if (strcmp(x->used[i], name) == 0)
            return true;
    return false;
}

/* a query's name as a file name that no other query of the run has; owned by x, NULL without
 * memory */
static const char *file_name(run_t *x, const char *query)
{
    char *name = gw_asprintf("%s%s", *query == '.' ? "_" : "", query);
    for (char *p = name; p && *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_-+.", *p))
            *p = '_';
    for (int k = 2; name && is_used(x, name); k++) {
        char *other = gw_asprintf("%s-%d", name, k);
        if (!other || !is_used(x, other)) {
            if (other)
                gw_log_warning("%s: models of another query have this name; these are %s", query,
                               other);
            free(name);
            name = other;
            break;
        }
        free(other);
    }
    if (!name || !GW_GROW(x->used, x->cap_used, x->n_used + 1)) {
        free(name);
        return NULL;
    }
    return x->used[x->n_used++] = name;
}

/* a model of a query, from a template or without one */
typedef struct {
    const gw_profile_t *q;
    const gw_search_hit_t *h; /* NULL: without a template */
    const gw_abinitio_t *free;
    const gw_model_t *m;
} shown_t;

static gw_status_t put_model(FILE *f, const shown_t *s, int form, gw_err_t *err)
{
    if (form == 2)
        return gw_foldtrace_svg(f, s->m, s->q->name,
                                s->h ? GW_FOLDTRACE_CHAIN : GW_FOLDTRACE_CONFIDENCE, true, err);
    if (s->h)
        (form ? gw_model_mmcif : gw_model_pdb)(f, s->m, s->q->name, s->h);
    else
        gw_abinitio_write(f, s->free, s->q->name, form == 1);
    return GW_OK;
}

/* one model as PDB, mmCIF and drawing in the output folder: NAME.WHICH.pdb ... */
static gw_status_t write_model(const run_t *x, const char *name, const char *which,
                               const shown_t *s, gw_err_t *err)
{
    static const char *const ending[] = {"pdb", "cif", "svg"};
    gw_status_t st = GW_OK;
    for (int k = 0; k < 3 && st == GW_OK; k++) {
        gw_outfile_t out = {0};
        char *path = gw_asprintf("%s/%s.%s.%s", x->o->out_dir, name, which, ending[k]);
        st = path ? gw_outfile_fopen(&out, path, err) : gw_err_nomem(err, "writing a model");
        if (st == GW_OK) {
            st = put_model(out.file, s, k, err);
            if (st == GW_OK)
                st = gw_outfile_commit(&out, err);
            else
                gw_outfile_discard(&out);
        }
        free(path);
    }
    return st;
}

/* a model without a template, where none is significant; made stays false when it is not wanted or
 * the query's length does not allow it */
static gw_status_t fold_freely(const run_t *x, const gw_profile_t *q, const gw_search_result_t *r,
                               gw_abinitio_t *a, bool *made, gw_err_t *err)
{
    if (!x->o->ab_initio || gw_modelset_has_template(r, false))
        return GW_OK;
    if (q->len < GW_ABINITIO_MIN_LEN || q->len > GW_ABINITIO_MAX_LEN) {
        gw_log_warning("%s: no significant template, and %d residues are too %s for --ab-initio "
                       "(%d to %d), so no model is made",
                       q->name, q->len, q->len < GW_ABINITIO_MIN_LEN ? "few" : "many",
                       GW_ABINITIO_MIN_LEN, GW_ABINITIO_MAX_LEN);
        return GW_OK;
    }
    gw_abinitio_opts_t o = {(int32_t)x->o->decoys, x->seed, x->so->threads, NULL};
    gw_status_t st = gw_abinitio_run(x->lib, q, r->pred, &o, a, err);
    *made = st == GW_OK;
    if (*made)
        gw_log_warning("%s: no significant template; the model is by --ab-initio, experimental, "
                       "expected TM-score %.2f",
                       q->name, a->expected_tm);
    return st;
}

static gw_status_t make_models(run_t *x, const gw_profile_t *q, const gw_search_result_t *r,
                               const gw_abinitio_t *a, gw_modelset_t *set, gw_err_t *err)
{
    gw_modelset_opts_t mo = {(size_t)x->o->models, x->o->force, x->so};
    gw_status_t st = gw_modelset_build(x->lib, q, r, &mo, set, err);
    const char *name = NULL;
    if (st == GW_OK && (set->n || a) && x->o->out_dir && !(name = file_name(x, q->name)))
        st = gw_err_nomem(err, "writing a model");
    for (size_t k = 0; k < set->n && st == GW_OK; k++) {
        shown_t s = {q, &r->hit[set->v[k].hit], NULL, &set->v[k].m};
        char rank[24];
        snprintf(rank, sizeof rank, "%zu", set->v[k].hit + 1);
        if (set->v[k].m.n_copied == 0)
            gw_log_warning(
                "%s: template %s has no complete backbone (CA atoms only?), so no model is "
                "made from it",
                q->name, gw_tlib_name(x->lib->lib, s.h->tmpl));
        else if (name)
            st = write_model(x, name, rank, &s, err);
    }
    if (st == GW_OK && a && name) {
        shown_t s = {q, NULL, a, &a->m};
        st = write_model(x, name, "abinitio", &s, err);
    }
    if (st == GW_OK && set->n == 0 && !x->o->ab_initio)
        gw_log_warning("%s: no significant template, so no model is made; --force makes one all "
                       "the same",
                       q->name);
    return st;
}

static gw_status_t query_outputs(run_t *x, const gw_profile_t *q, const gw_search_result_t *r,
                                 gw_err_t *err)
{
    bool first = x->n_queries++ == 0, made = false;
    gw_modelset_t set = {0};
    gw_abinitio_t ab = {0};
    gw_status_t st = fold_freely(x, q, r, &ab, &made, err);
    const gw_abinitio_t *a = made ? &ab : NULL;
    if (first && st == GW_OK) /* not before: a bad query leaves stdout empty */
        gw_foldout_begin(stdout, (gw_foldout_t)x->o->output_fmt);
    if (st == GW_OK)
        st = gw_foldout_query(stdout, (gw_foldout_t)x->o->output_fmt, first, q, x->lib, r, a, err);
    if (st == GW_OK && x->json.file)
        st = gw_foldout_query(x->json.file, GW_FOLDOUT_JSON, first, q, x->lib, r, a, err);
    if (st == GW_OK && (x->o->out_dir || x->page.file))
        st = make_models(x, q, r, a, &set, err);
    if (st == GW_OK && x->page.file)
        st = gw_foldpage_query(x->page.file, x->n_queries, q, x->lib, r, &set, a, err);
    gw_modelset_release(&set);
    gw_abinitio_release(&ab);
    return st;
}

/* the chains of one file on one structure */
static gw_status_t write_complex(run_t *x, const char *path, const gw_profile_t *q,
                                 const gw_search_result_t *r, size_t n, gw_err_t *err)
{
    gw_complex_t c;
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    gw_status_t st = gw_complex_build(x->lib, q, r, n, x->o->force, x->so, &c, err);
    if (st == GW_OK && c.n == 0)
        gw_log_warning("%s: no structure of the library covers two of its %zu chains, so they are "
                       "not placed together",
                       gw_stream_name(path), n);
    const char *name = NULL;
    char *stem = gw_strndup(strcmp(base, "-") == 0 ? "stdin" : base, strcspn(base, "."));
    if (st == GW_OK && c.n && (!stem || !(name = file_name(x, *stem ? stem : "query"))))
        st = gw_err_nomem(err, "writing a complex");
    for (int cif = 0; cif < 2 && name && st == GW_OK; cif++) {
        gw_outfile_t out = {0};
        char *to = gw_asprintf("%s/%s.complex.%s", x->o->out_dir, name, cif ? "cif" : "pdb");
        st = to ? gw_outfile_fopen(&out, to, err) : gw_err_nomem(err, "writing a complex");
        if (st == GW_OK) {
            gw_complex_write(out.file, &c, x->lib, q, cif);
            st = gw_outfile_commit(&out, err);
        }
        free(to);
    }
    if (st == GW_OK && c.n) {
        char place[40];
        gw_complex_place(&c, place, sizeof place);
        gw_log_info("%s: %zu of %zu chains placed as in %s of %s", gw_stream_name(path), c.n, n,
                    place, c.structure);
    }
    free(stem);
    gw_complex_release(&c);
    return st;
}

static gw_status_t search_queries(run_t *x, const char *path, const gw_profile_t *q,
                                  gw_search_result_t *r, size_t n, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    if (n + x->n_queries > 1 && x->o->output_fmt == GW_FOLDOUT_HHR)
        st = gw_err_set(err, GW_EUSAGE,
                        "%s: a result in hhr format holds one query only, and its readers drop the "
                        "others; give one query a run, or -O tsv, m8, pir or json",
                        path);
    for (size_t i = 0; i < n && st == GW_OK; i++) {
        st = gw_search_run(x->lib, &q[i], x->so, &r[i], err);
        if (st == GW_OK)
            st = query_outputs(x, &q[i], &r[i], err);
        else
            gw_err_prefix(err, "%s", q[i].name);
        if (!x->o->complex)
            gw_search_result_release(&r[i]);
        gw_progress("threading", i + 1, n, "queries");
    }
    gw_progress_end();
    return st == GW_OK && x->o->complex ? write_complex(x, path, q, r, n, err) : st;
}

static gw_status_t search_file(run_t *x, const char *path, gw_err_t *err)
{
    gw_profile_t *q = NULL;
    size_t n = 0;
    gw_status_t st = gw_profile_read(path, (gw_profile_format_t)x->o->format, &q, &n, err);
    gw_search_result_t *r = gw_calloc(n, sizeof *r);
    if (st == GW_OK)
        st = r ? search_queries(x, path, q, r, n, err) : gw_err_nomem(err, "searching");
    for (size_t i = 0; i < n; i++) {
        if (r)
            gw_search_result_release(&r[i]);
        if (q)
            gw_profile_release(&q[i]);
    }
    free(q);
    free(r);
    return st;
}

/* opens the page and the JSON file that were asked for */
static gw_status_t begin_outputs(run_t *x, const gw_invocation_t *inv, gw_err_t *err)
{
    const gw_common_t *c = &inv->common;
    gw_status_t st = c->report ? gw_outfile_fopen(&x->page, c->report, err) : GW_OK;
    if (st == GW_OK && c->json)
        st = gw_outfile_fopen(&x->json, c->json, err);
    if (st != GW_OK)
        return st;
    if (x->page.file)
        gw_foldpage_begin(x->page.file, inv->command_line, x->lib);
    if (x->json.file)
        gw_foldout_begin(x->json.file, GW_FOLDOUT_JSON);
    return GW_OK;
}

static gw_status_t end_outputs(run_t *x, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    gw_foldout_end(stdout, (gw_foldout_t)x->o->output_fmt);
    if (x->page.file) {
        gw_foldpage_end(x->page.file);
        st = gw_outfile_commit(&x->page, err);
    }
    if (st == GW_OK && x->json.file) {
        gw_foldout_end(x->json.file, GW_FOLDOUT_JSON);
        st = gw_outfile_commit(&x->json, err);
    }
    return st;
}

static gw_status_t build(const gw_invocation_t *inv, gw_err_t *err)
{
    const fold_opts_t *o = inv->opts;
    gw_err_t none;
    char *starter = NULL;
    if (starter_path(&starter, &none) != GW_OK)
        gw_log_warning("without the starter library a library of fewer than %d templates gets "
                       "rough E-values",
                       GW_SEARCH_ENOUGH);
    gw_build_opts_t b = {o->ranges, o->profiles, starter, (int)inv->common.threads};
    gw_build_counts_t n;
    gw_status_t st = gw_build_library(o->build, inv->operands.v, inv->operands.n, &b, &n, err);
    if (st == GW_OK)
        gw_log_info("%s: %zu templates of %zu files (%zu with a sequence profile); skipped %zu "
                    "files, %zu %s and %zu profiles; left aside %zu residues without a CA atom, "
                    "%zu that are no amino acids, and all but the first model of %zu files",
                    o->build, n.templates, n.files, n.with_profile, n.skipped_files, n.left_out,
                    o->ranges ? "domains" : "chains", n.left_out_profiles, n.no_ca, n.other,
                    n.many_models);
    free(starter);
    return st;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const fold_opts_t *o = inv->opts;
    if (o->build)
        return inv->common.report || inv->common.json
                   ? gw_err_set(err, GW_EUSAGE,
                                "--report and --json go with a search, not with "
                                "--build-library")
                   : build(inv, err);
    gw_engine_t *engine = NULL;
    gw_search_lib_t lib = {0};
    char *starter = NULL;
    int threads = (int)inv->common.threads;
    gw_status_t st = o->templates ? GW_OK : starter_path(&starter, err);
    if (st == GW_OK)
        st = gw_engine_create(inv->common.device, threads, &engine, err);
    if (st == GW_OK)
        st = gw_search_lib_open(o->templates ? o->templates : starter, threads, &lib, err);
    gw_search_opts_t so = {.max_hits = o->max_hits,
                           .max_evalue = o->max_evalue,
                           .mode = (gw_foldalign_mode_t)o->mode,
                           .mact = o->mact,
                           .threads = threads,
                           .engine = engine};
    struct stat sb;
    if (st == GW_OK && o->out_dir && mkdir(o->out_dir, 0777) != 0 &&
        (errno != EEXIST || stat(o->out_dir, &sb) != 0 || !S_ISDIR(sb.st_mode)))
        st = gw_err_set(err, GW_ECREATE, "%s: cannot make the folder: %s", o->out_dir,
                        strerror(errno));
    run_t x = {.o = o, .lib = &lib, .so = &so, .seed = (uint64_t)inv->common.seed};
    if (st == GW_OK)
        st = begin_outputs(&x, inv, err);
    for (size_t i = 0; i < inv->operands.n && st == GW_OK; i++)
        st = search_file(&x, inv->operands.v[i], err);
    if (st == GW_OK)
        st = end_outputs(&x, err);
    gw_outfile_discard(&x.page);
    gw_outfile_discard(&x.json);
    for (size_t i = 0; i < x.n_used; i++)
        free(x.used[i]);
    free(x.used);
    gw_search_lib_close(&lib);
    gw_engine_destroy(engine);
    free(starter);
    return st;
}

static const char *const usage[] = {"[-t LIB.gwt] QUERY.fa|QUERY.a3m|QUERY.hhm|- ...",
                                    "--build-library LIB.gwt DIR|FILE ...", NULL};
static const char *const examples[] = {
    "genowarp fold query.fa", "genowarp fold -t templates.gwt --max-hits 5 query.a3m",
    "genowarp fold query.a3m -o models --report query.html",
    "genowarp fold --build-library templates.gwt pdb_files", NULL};
const gw_command_t gw_cmd_fold = {
    .name = "fold",
    .summary = "find a protein's fold by threading it through known structures",
    .usage = usage,
    .description =
        "Reads protein sequences (FASTA), an alignment (A3M) or a profile (HHM), threads each "
        "query through every template of the library and prints the ranked hits as a table on "
        "stdout, with probability, E-value and Z-score. With -o, also builds three-dimensional "
        "models of significant hits. With --build-library, makes a template library of structure "
        "files (PDB, mmCIF).",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(fold_opts_t),
    .common = GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_REPORT | GW_COMMON_PROGRESS |
              GW_COMMON_SEED,
    .min_operands = 1,
    .max_operands = 1000000,
    .run = run,
};
