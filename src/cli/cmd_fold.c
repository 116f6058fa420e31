#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "engine/engine.h"
#include "fold/build.h"
#include "fold/foldout.h"
#include "fold/search.h"

typedef struct {
    const char *templates, *build, *profiles;
    int format, mode;
    int64_t max_hits;
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
    {.name = "build-library", .type = GW_OPT_STRING, .offset = AT(build), .arg = "LIB.gwt",
     .group = "Building a library",
     .excludes = "templates input-format max-hits max-evalue mode mact",
     .help = "make a template library of the structure files and folders given instead of searching"},
    {.name = "profiles", .type = GW_OPT_STRING, .offset = AT(profiles), .arg = "DIR",
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

static gw_status_t search_file(const char *path, const fold_opts_t *o, const gw_search_lib_t *lib,
                               const gw_search_opts_t *so, gw_err_t *err)
{
    gw_profile_t *q = NULL;
    size_t n = 0;
    gw_status_t st = gw_profile_read(path, (gw_profile_format_t)o->format, &q, &n, err);
    for (size_t i = 0; i < n && st == GW_OK; i++) {
        gw_search_result_t r;
        st = gw_search_run(lib, &q[i], so, &r, err);
        if (st == GW_OK)
            gw_foldout_tsv(stdout, &q[i], lib, &r);
        else
            gw_err_prefix(err, "%s", q[i].name);
        gw_search_result_release(&r);
        gw_progress("threading", i + 1, n, "queries");
    }
    gw_progress_end();
    for (size_t i = 0; q && i < n; i++)
        gw_profile_release(&q[i]);
    free(q);
    return st;
}

static gw_status_t build(const gw_invocation_t *inv, gw_err_t *err)
{
    const fold_opts_t *o = inv->opts;
    gw_err_t none;
    char *starter = NULL;
    if (starter_path(&starter, &none) != GW_OK)
        gw_log_warning("without the starter library a library of fewer than %d templates gets "
                       "rough E-values", GW_SEARCH_ENOUGH);
    gw_build_opts_t b = {o->profiles, starter, (int)inv->common.threads};
    gw_build_counts_t n;
    gw_status_t st = gw_build_library(o->build, inv->operands.v, inv->operands.n, &b, &n, err);
    if (st == GW_OK)
        gw_log_info("%s: %zu templates of %zu files (%zu with a sequence profile); skipped %zu "
                    "files and %zu short chains",
                    o->build, n.chains, n.files, n.with_profile, n.skipped_files, n.short_chains);
    free(starter);
    return st;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const fold_opts_t *o = inv->opts;
    if (o->build)
        return build(inv, err);
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
    if (st == GW_OK)
        gw_foldout_tsv_header(stdout);
    for (size_t i = 0; i < inv->operands.n && st == GW_OK; i++)
        st = search_file(inv->operands.v[i], o, &lib, &so, err);
    gw_search_lib_close(&lib);
    gw_engine_destroy(engine);
    free(starter);
    return st;
}

static const char *const usage[] = {"[-t LIB.gwt] QUERY.fa|QUERY.a3m|QUERY.hhm|- ...",
                                    "--build-library LIB.gwt DIR|FILE ...", NULL};
static const char *const examples[] = {
    "genowarp fold query.fa", "genowarp fold -t templates.gwt --max-hits 5 query.a3m", NULL};
const gw_command_t gw_cmd_fold = {
    .name = "fold",
    .summary = "find a protein's fold by threading it through known structures",
    .usage = usage,
    .description =
        "Reads protein sequences (FASTA), an alignment (A3M) or a profile (HHM), threads each "
        "query through every template of the library and prints the ranked hits as a table on "
        "stdout, with probability, E-value and Z-score.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(fold_opts_t),
    .common = GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_PROGRESS,
    .min_operands = 1,
    .max_operands = 1000000,
    .run = run,
};
