#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "align/align.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

/* Records and bases of a chunk; chunks that the insert size is estimated from; what a library is
 * taken to be when those hold too few pairs. */
enum { CHUNK_READS = 4096, CHUNK_BASES = 1 << 22, LEARN_CHUNKS = 4 };
static const double guess_mean = 350, guess_sd = 150;

typedef struct item {
    gw_seqbatch_t batch;
    gw_recbuf_t out;
    gw_align_stats_t stats; /* insert stays empty */
    struct item *next;
} item_t;

typedef struct {
    const gw_index_t *index;
    gw_seqreader_t *reader;
    gw_sink_t *sink;
    const gw_align_opts_t *opts;
    gw_mapper_t *mapper; /* by worker */
    item_t *learnt[LEARN_CHUNKS];
    int n_learnt, next_learnt;
    pthread_mutex_t lock; /* guards free */
    item_t *free;
    gw_align_stats_t *stats;
} run_t;

/* 1. items: chunks of reads and what becomes of them; kept for reuse */
static item_t *item_get(run_t *r)
{
    pthread_mutex_lock(&r->lock);
    item_t *it = r->free;
    if (it)
        r->free = it->next;
    pthread_mutex_unlock(&r->lock);
    if (it || !(it = gw_calloc(1, sizeof *it)))
        return it;
    gw_seqbatch_init(&it->batch);
    return it;
}

static void item_put_back(void *ctx, void *item)
{
    run_t *r = ctx;
    item_t *it = item;
    pthread_mutex_lock(&r->lock);
    it->next = r->free;
    r->free = it;
    pthread_mutex_unlock(&r->lock);
}

static void items_release(run_t *r)
{
    for (int i = r->next_learnt; i < r->n_learnt; i++)
        item_put_back(r, r->learnt[i]);
    while (r->free) {
        item_t *it = r->free;
        r->free = it->next;
        gw_seqbatch_release(&it->batch);
        gw_recbuf_release(&it->out);
        free(it);
    }
}

/* 2. mapping a chunk */
static gw_status_t map_chunk(gw_mapper_t *m, const gw_seqbatch_t *batch, gw_err_t *err)
{
    gw_status_t st = gw_mapper_load(m, batch, err);
    if (st == GW_OK)
        st = gw_candidates_find(m, err);
    if (st == GW_OK)
        st = gw_refine(m, err);
    if (st == GW_OK)
        st = gw_rescue(m, err);
    if (st == GW_OK)
        gw_pair_all(m);
    return st;
}

static void count_read(const gw_read_t *r, gw_align_stats_t *s)
{
    s->reads++;
    if (r->primary < 0)
        return;
    const gw_hit_t *h = &r->hit[r->primary];
    s->mapped++;
    s->mapq[h->mapq]++;
    s->rescued += h->rescued;
}

static void count_chunk(const gw_mapper_t *m, const gw_recbuf_t *out, gw_align_stats_t *s)
{
    *s = (gw_align_stats_t){0};
    for (size_t i = 0; i < m->n_reads; i++) {
        const gw_read_t *a = &m->read[i], *b = a + 1;
        count_read(a, s);
        if (!gw_read_paired(a) || i + 1 >= m->n_reads)
            continue;
        i++;
        count_read(b, s);
        s->pairs++;
        if (a->primary < 0 || b->primary < 0)
            continue;
        const gw_hit_t *x = &a->hit[a->primary], *y = &b->hit[b->primary];
        if (gw_pair_proper(m, a, x, b, y)) {
            s->proper += 2;
            s->size[gw_pair_size(m, a, x, b, y)]++;
        }
    }
    for (size_t i = 0; i < out->n; i++) {
        s->supplementary += (out->rec[i].core.flag & BAM_FSUPPLEMENTARY) != 0;
        s->secondary += (out->rec[i].core.flag & BAM_FSECONDARY) != 0;
    }
}

static void add_counts(gw_align_stats_t *to, const gw_align_stats_t *s)
{
    to->reads += s->reads;
    to->pairs += s->pairs;
    to->mapped += s->mapped;
    to->proper += s->proper;
    to->supplementary += s->supplementary;
    to->secondary += s->secondary;
    to->rescued += s->rescued;
    for (size_t i = 0; i < sizeof s->mapq / sizeof *s->mapq; i++)
        to->mapq[i] += s->mapq[i];
    for (size_t i = 0; i < GW_INSERT_MAX; i++)
        to->size[i] += s->size[i];
}

/* 3. stages of the pipeline */
static gw_status_t read_chunk(void *ctx, void **item, gw_err_t *err)
{
    run_t *r = ctx;
    *item = NULL;
    if (r->next_learnt < r->n_learnt) {
        *item = r->learnt[r->next_learnt++];
        return GW_OK;
    }
    item_t *it = item_get(r);
    if (!it)
        return gw_err_nomem(err, "reading reads");
    gw_status_t st = gw_seqreader_next(r->reader, &it->batch, CHUNK_READS, CHUNK_BASES, err);
    if (st == GW_OK && it->batch.n)
        *item = it;
    else
        item_put_back(r, it);
    return st;
}

static gw_status_t work_chunk(void *ctx, int worker, void *item, gw_err_t *err)
{
    run_t *r = ctx;
    item_t *it = item;
    gw_mapper_t *m = &r->mapper[worker];
    gw_status_t st = map_chunk(m, &it->batch, err);
    if (st != GW_OK)
        return st;
    gw_samrec_select(m, &r->opts->rec);
    st = gw_dp_cigars(m, err);
    if (st == GW_OK && r->opts->rec.eqx)
        st = gw_samrec_split_matches(m, err);
    if (st == GW_OK)
        st = gw_samrec_make(m, &r->opts->rec, &it->out, err);
    if (st == GW_OK)
        count_chunk(m, &it->out, &it->stats);
    return st;
}

static gw_status_t write_chunk(void *ctx, void *item, gw_err_t *err)
{
    run_t *r = ctx;
    item_t *it = item;
    gw_status_t st = GW_OK;
    const gw_recbuf_t *o = &it->out;
    for (size_t t = 0; t < o->n_templates && st == GW_OK; t++)
        st = gw_sink_put(r->sink, o->rec + o->first[t], o->first[t + 1] - o->first[t], err);
    if (st == GW_OK) {
        add_counts(r->stats, &it->stats);
        gw_progress("aligning", (uint64_t)r->stats->reads, 0, "reads");
    }
    item_put_back(r, it);
    return st;
}

/* 4. insert sizes from the first chunks; they are mapped again, with it, by the pipeline */
static bool unique(const gw_read_t *r)
{
    return r->n_hits == 1 || (r->n_hits > 1 && r->hit[1].score * 10 < r->hit[0].score * 8);
}

static gw_status_t learn_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    run_t *r = ctx;
    gw_mapper_t *m = &r->mapper[worker];
    item_t *it = r->learnt[i];
    gw_status_t st = map_chunk(m, &it->batch, err);
    it->stats = (gw_align_stats_t){0};
    for (size_t k = 0; k + 1 < m->n_reads && st == GW_OK; k++) {
        const gw_read_t *a = &m->read[k], *b = a + 1;
        if (!gw_read_paired(a))
            continue;
        k++;
        it->stats.pairs++;
        if (!unique(a) || !unique(b))
            continue;
        int64_t size = gw_pair_size(m, a, &a->hit[0], b, &b->hit[0]);
        if (size >= 0)
            it->stats.size[size]++;
    }
    return st;
}

static gw_status_t learn_insert(run_t *r, gw_err_t *err)
{
    const gw_align_opts_t *o = r->opts;
    gw_insert_t *ins = &r->stats->insert;
    if (o->insert_sd > 0)
        return gw_insert_fixed(o->insert_mean, o->insert_sd, &o->map, ins, err);
    gw_status_t st = GW_OK;
    for (void *item = NULL; r->n_learnt < LEARN_CHUNKS; r->learnt[r->n_learnt++] = item) {
        r->next_learnt = r->n_learnt;
        st = read_chunk(r, &item, err);
        if (st != GW_OK || !item)
            break;
    }
    r->next_learnt = 0;
    if (st != GW_OK)
        return st;
    st = gw_thread_for(o->threads, r->n_learnt, learn_chunk, r, err);
    int64_t *size = gw_calloc(GW_INSERT_MAX, sizeof *size), pairs = 0;
    if (st != GW_OK || !size) {
        free(size);
        return st != GW_OK ? st : gw_err_nomem(err, "estimating insert sizes");
    }
    for (int i = 0; i < r->n_learnt; i++) {
        pairs += r->learnt[i]->stats.pairs;
        for (size_t s = 0; s < GW_INSERT_MAX; s++)
            size[s] += r->learnt[i]->stats.size[s];
    }
    st = gw_insert_estimate(size, &o->map, ins, err);
    free(size);
    if (st == GW_OK && !ins->known && pairs) {
        int64_t used = ins->n_used;
        r->stats->insert_guessed = true;
        st = gw_insert_fixed(guess_mean, guess_sd, &o->map, ins, err);
        ins->n_used = used;
    }
    return st;
}

/* 5. the run */
gw_status_t gw_align_run(const gw_index_t *index, gw_seqreader_t *reader, gw_engine_t *engine,
                         gw_sink_t *sink, const gw_align_opts_t *opts, gw_align_tell_fn tell,
                         gw_align_stats_t *stats, gw_err_t *err)
{
    *stats = (gw_align_stats_t){0};
    run_t r = {.index = index, .reader = reader, .sink = sink, .opts = opts, .stats = stats};
    size_t n = (size_t)opts->threads;
    r.mapper = gw_calloc(n, sizeof *r.mapper);
    if (!r.mapper)
        return gw_err_nomem(err, "aligning reads");
    pthread_mutex_init(&r.lock, NULL);
    for (size_t i = 0; i < n; i++)
        gw_mapper_init(&r.mapper[i], index, &opts->map, engine);
    gw_status_t st = learn_insert(&r, err);
    if (st == GW_OK) {
        static const gw_pipeline_ops_t ops = {read_chunk, work_chunk, write_chunk, item_put_back};
        if (tell)
            tell(stats);
        for (size_t i = 0; i < n; i++)
            r.mapper[i].insert = &stats->insert;
        st = gw_pipeline_run(opts->threads, 0, &ops, &r, err);
    }
    gw_progress_end();
    items_release(&r);
    for (size_t i = 0; i < n; i++)
        gw_mapper_release(&r.mapper[i]);
    free(r.mapper);
    pthread_mutex_destroy(&r.lock);
    return st;
}

void gw_align_stats_release(gw_align_stats_t *s)
{
    gw_insert_release(&s->insert);
}
