#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align/dbsearch.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/stream.h"

enum { MOST_QUERIES = 1000, BYTES_OF_HIT = 400, MOST_TARGETS = INT32_MAX };

/* 1. the database, pass by pass */
typedef struct {
    const char *path, *queries; /* queries: the first file of them, for messages */
    const gw_dbsearch_opts_t *o;
    gw_dbreader_t *reader;
    gw_dbset_t block;
    bool begun; /* in this pass the block has been handed out */
    bool whole; /* the block is all of it */
    bool known; /* one pass is over: the totals are those of the file */
    int64_t letters;
    uint64_t targets, passed;
} db_t;

/* Before every pass */
static gw_status_t rewind_db(db_t *d, gw_err_t *err)
{
    d->begun = false;
    d->passed = 0;
    if (d->whole)
        return GW_OK;
    gw_dbreader_close(d->reader);
    d->reader = NULL;
    return gw_dbreader_open(&d->path, 1, d->o->threads, &d->reader, err);
}

static gw_status_t check_kind(const db_t *d, gw_err_t *err)
{
    bool dna = d->o->scoring->dna;
    if (!d->o->check_kind || gw_dbset_looks_dna(&d->block) == dna)
        return GW_OK;
    return gw_err_set(err, GW_EDATA,
                      "%s holds %s but %s %s; --search compares like with like: translate one of "
                      "them, or give --alphabet where this is wrong",
                      gw_stream_name(d->path), dna ? "proteins" : "nucleotides",
                      gw_stream_name(d->queries), dna ? "nucleotides" : "proteins");
}

/* The next block of this pass; *got = false behind the last */
static gw_status_t next_block(db_t *d, bool *got, gw_err_t *err)
{
    uint64_t most = d->o->max_mem / 3;
    if (d->whole) {
        *got = !d->begun;
        d->begun = true;
        return GW_OK;
    }
    gw_status_t st = gw_dbreader_next(d->reader, &d->block, most, MOST_TARGETS, err);
    *got = d->block.n > 0;
    if (st != GW_OK)
        return st;
    if (!*got)
        return d->known && d->passed != d->targets
                   ? gw_err_set(err, GW_EDATA, "%s: changed while it was searched",
                                gw_stream_name(d->path))
                   : GW_OK;
    if (!d->begun) {
        st = check_kind(d, err);
        d->whole = gw_dbset_bytes(&d->block) < most;
        if (st == GW_OK && !d->whole && strcmp(d->path, "-") == 0) /* it is read more than once */
            st = gw_err_set(err, GW_EUSAGE,
                            "a database from stdin must fit in a third of --max-mem; give more or a "
                            "file");
    }
    d->begun = true;
    d->passed += d->block.n;
    if (st == GW_OK)
        st = gw_dbset_encode(&d->block, d->o->scoring->code,
                             d->o->scoring->dna ? "nucleotide" : "residue", err);
    if (!d->known) {
        d->letters += d->block.off[d->block.n];
        d->targets += d->block.n;
    }
    return st;
}

/* 2. one batch of queries */
typedef struct {
    db_t *db;
    const gw_dbsearch_opts_t *o;
    gw_dbscan_opts_t scan;
    gw_dbqueries_t q;
    gw_dbbest_t *best;
    gw_dbhits_t hits;
    gw_dbsearch_stats_t *stats;
} batch_t;

static gw_status_t scan_db(batch_t *b, gw_err_t *err)
{
    bool got = true;
    gw_status_t st = rewind_db(b->db, err);
    while (st == GW_OK) {
        st = next_block(b->db, &got, err);
        if (st != GW_OK || !got)
            break;
        st = gw_dbscan_block(&b->q, &b->db->block, b->db->letters, &b->scan, b->best, err);
        b->stats->cells += (double)b->q.set->off[b->q.set->n] *
                           (double)b->db->block.off[b->db->block.n] * (b->q.own ? 2 : 1);
        gw_progress("searching", b->db->passed, b->db->known ? b->db->targets : 0, "sequences");
    }
    b->db->known = st == GW_OK;
    return st;
}

static int by_target(const void *a, const void *b)
{
    const gw_dbhit_t *x = a, *y = b;
    if (x->cand.target != y->cand.target)
        return x->cand.target < y->cand.target ? -1 : 1;
    return x->query < y->query ? -1 : x->query > y->query;
}

static int by_rank(const void *a, const void *b)
{
    const gw_dbhit_t *x = a, *y = b;
    if (x->query != y->query)
        return x->query < y->query ? -1 : 1;
    if (x->cand.log_rate != y->cand.log_rate)
        return x->cand.log_rate < y->cand.log_rate ? -1 : 1;
    return x->cand.target < y->cand.target ? -1 : x->cand.target > y->cand.target;
}

/* What is good enough now that the size of the database is known */
static gw_status_t choose(batch_t *b, gw_err_t *err)
{
    gw_dbhits_t *h = &b->hits;
    for (uint32_t i = 0; i < b->q.set->n; i++)
        for (size_t k = 0; k < b->best[i].n; k++) {
            const gw_dbcand_t *x = &b->best[i].v[k];
            double log_e = gw_dbscan_log_evalue(&b->q, x, b->db->letters);
            if (log_e > b->scan.log_max_evalue)
                continue;
            if (!GW_GROW(h->v, h->cap, h->n + 1))
                return gw_err_nomem(err, "keeping hits");
            h->v[h->n++] = (gw_dbhit_t){.cand = *x,
                                        .query = i,
                                        .evalue = exp(log_e),
                                        .bits = gw_karlin_bits(b->o->stats, x->counted)};
        }
    if (h->n)
        qsort(h->v, h->n, sizeof *h->v, by_target);
    return GW_OK;
}

static gw_status_t align_hits(batch_t *b, gw_err_t *err)
{
    gw_dbhits_t *h = &b->hits;
    size_t at = 0;
    bool got = true;
    gw_status_t st = h->n ? rewind_db(b->db, err) : GW_OK;
    while (st == GW_OK && at < h->n) {
        st = next_block(b->db, &got, err);
        if (st != GW_OK || !got)
            break;
        const gw_dbset_t *block = &b->db->block;
        size_t to = at;
        while (to < h->n && h->v[to].cand.target < (int64_t)(block->first + block->n))
            to++;
        if (to > at)
            st = gw_dbalign_block(&b->q, block, &b->scan, b->o->keep_letters, h, at, to, err);
        at = to;
    }
    return st;
}

static gw_status_t write_hits(batch_t *b, gw_dbsearch_write_t write, void *ctx, gw_err_t *err)
{
    gw_dbhits_t *h = &b->hits;
    gw_status_t st = GW_OK;
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->v[i].identities >= b->o->min_identity * h->v[i].columns)
            h->v[n++] = h->v[i];
    h->n = n;
    if (n)
        qsort(h->v, n, sizeof *h->v, by_rank);
    size_t at = 0;
    for (size_t i = 0; i < b->q.set->n && st == GW_OK; i++) {
        size_t to = at;
        while (to < n && h->v[to].query == i)
            to++;
        gw_dbresult_t r = {b->q.set, i, h, h->v + at, to - at};
        st = write(ctx, &r, err);
        at = to;
    }
    b->stats->hits += n;
    return st;
}

static gw_status_t run_batch(batch_t *b, gw_dbset_t *queries, gw_dbsearch_write_t write, void *ctx,
                             gw_err_t *err)
{
    const gw_dbscoring_t *s = b->o->scoring;
    gw_status_t st =
        gw_dbset_encode(queries, s->code, s->dna ? "nucleotide" : "residue", err);
    if (st == GW_OK)
        st = gw_dbqueries_init(&b->q, queries, b->o->both_strands, err);
    b->best = gw_calloc(queries->n, sizeof *b->best);
    if (st == GW_OK && !b->best)
        st = gw_err_nomem(err, "searching");
    if (st == GW_OK)
        st = scan_db(b, err);
    if (st == GW_OK)
        st = choose(b, err);
    if (st == GW_OK)
        st = align_hits(b, err);
    if (st == GW_OK)
        st = write_hits(b, write, ctx, err);
    b->stats->queries += queries->n;
    b->stats->query_letters += queries->off[queries->n];
    for (size_t i = 0; b->best && i < queries->n; i++)
        gw_dbbest_release(&b->best[i]);
    free(b->best);
    gw_dbhits_release(&b->hits);
    gw_dbqueries_release(&b->q);
    return st;
}

/* 3. the search */
uint64_t gw_dbsearch_query_bytes(const gw_dbsearch_opts_t *o)
{
    return o->max_mem / 16;
}

size_t gw_dbsearch_query_count(const gw_dbsearch_opts_t *o)
{
    uint64_t n = o->max_mem / 4 / BYTES_OF_HIT / o->max_hits;
    return n < 1 ? 1 : n < MOST_QUERIES ? (size_t)n : MOST_QUERIES;
}

gw_status_t gw_dbsearch_run(gw_dbset_t *queries, gw_dbreader_t *more, const char *db,
                            const gw_dbsearch_opts_t *o, gw_dbsearch_write_t write, void *ctx,
                            gw_dbsearch_stats_t *stats, gw_err_t *err)
{
    db_t d = {.path = db, .queries = queries->path, .o = o};
    gw_status_t st = GW_OK;
    *stats = (gw_dbsearch_stats_t){0};
    while (st == GW_OK && queries->n > 0) {
        batch_t b = {.db = &d,
                     .o = o,
                     .scan = {o->scoring, o->stats, o->max_hits, log(o->max_evalue),
                              o->ungapped_lambda, o->engine},
                     .stats = stats};
        st = run_batch(&b, queries, write, ctx, err);
        if (st == GW_OK)
            st = gw_dbreader_next(more, queries, gw_dbsearch_query_bytes(o),
                                  gw_dbsearch_query_count(o), err);
    }
    stats->targets = d.targets;
    stats->db_letters = d.letters;
    gw_dbreader_close(d.reader);
    gw_dbset_release(&d.block);
    return st;
}
