#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align/dbwrite.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/align_search.h"

enum { ALPHABET_AUTO, ALPHABET_PROTEIN, ALPHABET_DNA };

/* 1. scores */
/* Costs of gaps that suit a matrix: those that NCBI's programs have */
static void usual_gaps(const char *matrix, int64_t *open, int64_t *extend)
{
    static const struct {
        const char *matrix;
        int open, extend;
    } usual[] = {{"BLOSUM45", 14, 2}, {"BLOSUM50", 13, 2}, {"BLOSUM80", 10, 1}, {"BLOSUM90", 10, 1},
                 {"PAM30", 9, 1},     {"PAM70", 10, 1},    {"PAM250", 14, 2}};
    *open = 11;
    *extend = 1;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strcmp(matrix, usual[i].matrix) == 0) {
            *open = usual[i].open;
            *extend = usual[i].extend;
        }
}

static int32_t or_default(int64_t given, int64_t dflt)
{
    return (int32_t)(given >= 0 ? given : dflt);
}

static gw_status_t choose_scores(const gw_alignsearch_args_t *a, const gw_alignsearch_costs_t *c,
                                 bool dna, gw_dbscoring_t *s, gw_err_t *err)
{
    enum { MATCH = 2, MISMATCH = 3, OPEN = 5, EXTEND = 2 };
    if (dna) {
        if (a->matrix)
            return gw_err_set(err, GW_EUSAGE,
                              "--matrix is for proteins, and the queries are nucleotides; choose "
                              "--match and --mismatch, or --alphabet protein where this is wrong");
        gw_dbscoring_dna(s, or_default(c->match, MATCH), or_default(c->mismatch, MISMATCH),
                         or_default(c->gap_open, OPEN), or_default(c->gap_extend, EXTEND));
        return GW_OK;
    }
    if (c->match >= 0 || c->mismatch >= 0 || a->strand)
        return gw_err_set(err, GW_EUSAGE,
                          "--%s is for nucleotides, and the queries are proteins; see --matrix, or "
                          "--alphabet dna where this is wrong",
                          c->match >= 0      ? "match"
                          : c->mismatch >= 0 ? "mismatch"
                                             : "strand");
    gw_scorematrix_t m;
    int64_t open, extend;
    gw_status_t st = gw_scorematrix_load(a->matrix ? a->matrix : "BLOSUM62", &m, err);
    if (st != GW_OK)
        return st;
    usual_gaps(m.name, &open, &extend);
    gw_dbscoring_protein(s, &m, or_default(c->gap_open, open), or_default(c->gap_extend, extend));
    return GW_OK;
}

/* 2. results */
enum { SHOWN = 1000, COLUMNS = 6, CELL = 300 }; /* queries in the report; a name has 254 letters at most */

typedef struct {
    gw_outfile_t out;
    const gw_dbscoring_t *pairs; /* write alignments, by these scores; NULL: a table */
    bool report;
    char (*cell)[CELL]; /* of the report's table */
    size_t rows, cap;
    uint64_t with_hits;
} writer_t;

static bool add_row(writer_t *w, const gw_dbresult_t *r)
{
    if (!w->report || w->rows == SHOWN)
        return true;
    if (!GW_GROW(w->cell, w->cap, (w->rows + 1) * COLUMNS))
        return false;
    char(*c)[CELL] = w->cell + COLUMNS * w->rows++;
    const gw_dbhit_t *x = r->hit;
    snprintf(c[0], CELL, "%s", gw_dbset_name(r->set, r->query));
    snprintf(c[1], CELL, "%d", gw_dbset_len(r->set, r->query));
    snprintf(c[2], CELL, "%zu", r->n);
    snprintf(c[3], CELL, "%s", r->n ? r->list->text + x->name : "-");
    snprintf(c[4], CELL, r->n ? "%.3g" : "-", r->n ? x->evalue : 0);
    snprintf(c[5], CELL, r->n ? "%.1f" : "-", r->n ? 100.0 * x->identities / x->columns : 0);
    return true;
}

static gw_status_t write_result(void *ctx, const gw_dbresult_t *r, gw_err_t *err)
{
    writer_t *w = ctx;
    w->with_hits += r->n > 0;
    if (!add_row(w, r))
        return gw_err_nomem(err, "writing the report");
    if (w->pairs)
        return gw_dbwrite_pairs(w->out.file, r, w->pairs, err);
    gw_dbwrite_table(w->out.file, r);
    return GW_OK;
}

static void report_queries(gw_report_t *rep, const writer_t *w)
{
    static const char *const columns[COLUMNS] = {"query",    "letters", "hits",
                                                 "best hit", "E-value", "identity, %"};
    size_t n = COLUMNS * w->rows;
    const char **cell = gw_malloc(n, sizeof *cell);
    for (size_t i = 0; cell && i < n; i++)
        cell[i] = w->cell[i];
    if (cell)
        gw_report_table(rep, w->rows < SHOWN ? "queries" : "the first queries", COLUMNS, columns,
                        w->rows, cell);
    free(cell);
}

static gw_status_t report(const gw_invocation_t *inv, const gw_dbsearch_opts_t *o,
                          const gw_dbsearch_stats_t *d, const writer_t *w, gw_err_t *err)
{
    const gw_dbscoring_t *s = o->scoring;
    gw_log_info("%llu queries, %llu of them with hits; %llu sequences, %lld letters; %llu hits",
                (unsigned long long)d->queries, (unsigned long long)w->with_hits,
                (unsigned long long)d->targets, (long long)d->db_letters,
                (unsigned long long)d->hits);
    if (!w->report)
        return GW_OK;
    gw_report_t *rep = gw_report_create("align", inv->command_line);
    gw_report_section(rep, "search");
    gw_report_int(rep, "queries", "queries", (int64_t)d->queries);
    gw_report_int(rep, "query_letters", "letters of queries", d->query_letters);
    gw_report_int(rep, "sequences", "sequences of the database", (int64_t)d->targets);
    gw_report_int(rep, "db_letters", "letters of the database", d->db_letters);
    gw_report_int(rep, "queries_with_hits", "queries with hits", (int64_t)w->with_hits);
    gw_report_int(rep, "hits", "hits", (int64_t)d->hits);
    gw_report_double(rep, "cells", "cells computed for scores", d->cells);
    gw_report_section(rep, "scores");
    gw_report_string(rep, "scores", "scores", s->name);
    gw_report_int(rep, "gap_open", "cost of a gap", s->params.gap_open);
    gw_report_int(rep, "gap_extend", "cost of each letter in it", s->params.gap_extend);
    gw_report_double(rep, "lambda", "lambda", o->stats->lambda);
    gw_report_double(rep, "k", "K", exp(o->stats->log_k));
    gw_report_section(rep, "queries");
    report_queries(rep, w);
    gw_status_t st = gw_report_write(rep, inv->common.report, inv->common.json, err);
    gw_report_destroy(rep);
    return st;
}

/* 3. running */
static gw_status_t search(const gw_invocation_t *inv, const gw_alignsearch_args_t *a,
                          gw_dbset_t *queries, gw_dbreader_t *reader, const gw_dbsearch_opts_t *o,
                          gw_err_t *err)
{
    writer_t w = {.pairs = o->keep_letters ? o->scoring : NULL,
                  .report = inv->common.report || inv->common.json};
    gw_dbsearch_stats_t done;
    gw_status_t st = gw_outfile_fopen(&w.out, inv->common.output, err);
    if (st == GW_OK)
        st = gw_dbsearch_run(queries, reader, a->db, o, write_result, &w, &done, err);
    gw_progress_end();
    if (st == GW_OK)
        st = gw_outfile_commit(&w.out, err);
    gw_outfile_discard(&w.out);
    if (st == GW_OK)
        st = report(inv, o, &done, &w, err);
    free(w.cell);
    return st;
}

/* Some tenths of a second on the CPU: not worth a device */
static gw_status_t fit(const gw_dbscoring_t *s, int threads, gw_karlin_t *k, gw_err_t *err)
{
    gw_engine_t *cpu = NULL;
    gw_status_t st = gw_engine_create("cpu", threads, &cpu, err);
    if (st == GW_OK)
        st = gw_karlin_fit(s, GW_KARLIN_QUICK, cpu, k, err);
    gw_engine_destroy(cpu);
    return st;
}

static gw_status_t choose(const gw_alignsearch_args_t *a, const gw_alignsearch_costs_t *costs,
                          const gw_dbset_t *queries, gw_dbscoring_t *s, gw_karlin_t *k,
                          gw_dbsearch_opts_t *o, gw_err_t *err)
{
    bool dna = a->alphabet == ALPHABET_AUTO ? gw_dbset_looks_dna(queries)
                                            : a->alphabet == ALPHABET_DNA;
    gw_status_t st = choose_scores(a, costs, dna, s, err);
    if (st == GW_OK && !gw_karlin_known(s, k))
        st = fit(s, o->threads, k, err);
    if (st == GW_OK && !dna && a->composition == 0)
        st = gw_karlin_ungapped(s, &o->ungapped_lambda, err);
    o->scoring = s;
    o->stats = k;
    o->both_strands = dna && a->strand == 0;
    o->check_kind = a->alphabet == ALPHABET_AUTO;
    return st;
}

static gw_status_t check_stdin(const gw_invocation_t *inv, const gw_alignsearch_args_t *a,
                               gw_err_t *err)
{
    int n = strcmp(a->db, "-") == 0;
    for (size_t i = 0; i < inv->operands.n; i++)
        n += strcmp(inv->operands.v[i], "-") == 0;
    return n < 2 ? GW_OK
                 : gw_err_set(err, GW_EUSAGE,
                              "stdin is given more than once; it can be the database or one file of "
                              "queries");
}

gw_status_t gw_alignsearch_run(const gw_invocation_t *inv, const gw_alignsearch_args_t *a,
                               const gw_alignsearch_costs_t *costs, bool pairs, gw_err_t *err)
{
    const gw_common_t *c = &inv->common;
    gw_dbset_t queries = {0};
    gw_dbreader_t *reader = NULL;
    gw_engine_t *engine = NULL;
    gw_dbscoring_t scoring;
    gw_karlin_t stats;
    gw_dbsearch_opts_t o = {.keep_letters = pairs,
                            .max_hits = (size_t)a->max_hits,
                            .max_evalue = a->max_evalue,
                            .min_identity = a->min_identity,
                            .max_mem = c->max_mem,
                            .threads = (int)c->threads};
    gw_status_t st = check_stdin(inv, a, err);
    if (st == GW_OK)
        st = gw_engine_create(c->device, (int)c->threads, &engine, err);
    o.engine = engine;
    if (st == GW_OK)
        st = gw_dbreader_open(inv->operands.v, inv->operands.n, 1, &reader, err);
    if (st == GW_OK)
        st = gw_dbreader_next(reader, &queries, gw_dbsearch_query_bytes(&o),
                              gw_dbsearch_query_count(&o), err);
    if (st == GW_OK)
        st = choose(a, costs, &queries, &scoring, &stats, &o, err);
    if (st == GW_OK)
        st = search(inv, a, &queries, reader, &o, err);
    gw_dbset_release(&queries);
    gw_dbreader_close(reader);
    gw_engine_destroy(engine);
    return st;
}
