#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/markdup.h"
#include "align/sink.h"
#include "align/sort.h"
#include "base/mem.h"

/* How a record lies in the sorter; its data follow, 8-byte aligned as HTSlib wants its CIGAR. */
typedef struct {
    uint64_t template_number;
    bam1_core_t core;
    int32_t l_data;
} held_t;

enum { HELD = (sizeof(held_t) + 7) & ~7U };

struct gw_sink {
    gw_sink_opts_t opts;
    gw_alnwriter_t *writer; /* borrowed */
    gw_sort_t *records;     /* NULL: written through */
    gw_markdup_t *markdup;  /* NULL: not marked */
    uint64_t n_templates, n_records;
};

/* 2. the sink */
gw_status_t gw_sink_open(const gw_sink_opts_t *opts, const sam_hdr_t *hdr, gw_alnwriter_t *writer,
                         gw_sink_t **out, gw_err_t *err)
{
    gw_sink_t *s = gw_calloc(1, sizeof *s);
    if (!s)
        return gw_err_nomem(err, "opening the output");
    s->opts = *opts;
    s->writer = writer;
    /* an end pair takes about a third of what its two records take */
    uint64_t for_ends = opts->markdup ? opts->max_mem / 4 : 0;
    gw_status_t st = GW_OK;
    if (opts->sort || opts->markdup)
        st = gw_sort_create(
            &(gw_sort_opts_t){opts->max_mem - for_ends, opts->tmp_dir, opts->threads}, &s->records,
            err);
    if (st == GW_OK && opts->markdup)
        st = gw_markdup_create(
            &(gw_markdup_opts_t){for_ends, opts->tmp_dir, opts->threads, opts->optical_distance},
            hdr, &s->markdup, err);
    if (st != GW_OK) {
        gw_sink_destroy(s);
        return st;
    }
    *out = s;
    return GW_OK;
}

/* Contig and position as unsigned: -1, records without them, comes last. */
static uint64_t coordinate(const bam1_t *b)
{
    return (uint64_t)(uint32_t)b->core.tid << 32 | (uint32_t)(b->core.pos + 1);
}

static gw_status_t hold(gw_sink_t *s, const bam1_t *b, gw_err_t *err)
{
    uint8_t *to;
    uint64_t key = s->opts.sort ? coordinate(b) : s->n_records;
    gw_status_t st =
        gw_sort_add(s->records, key, 0, (uint32_t)HELD + (uint32_t)b->l_data, &to, err);
    if (st != GW_OK)
        return st;
    held_t h;
    memset(&h, 0, sizeof h);
    h.template_number = s->n_templates;
    h.core = b->core;
    h.l_data = b->l_data;
    memcpy(to, &h, sizeof h);
    memcpy(to + HELD, b->data, (size_t)b->l_data);
    s->n_records++;
    return GW_OK;
}

gw_status_t gw_sink_put(gw_sink_t *s, const bam1_t *rec, size_t n, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    if (!s->records) {
        for (size_t i = 0; i < n && st == GW_OK; i++)
            st = gw_alnwriter_put(s->writer, &rec[i], err);
        return st;
    }
    if (s->markdup)
        st = gw_markdup_add(s->markdup, rec, n, err);
    for (size_t i = 0; i < n && st == GW_OK; i++)
        st = hold(s, &rec[i], err);
    s->n_templates++;
    return st;
}

gw_status_t gw_sink_finish(gw_sink_t *s, gw_err_t *err)
{
    if (!s->records)
        return GW_OK;
    gw_status_t st = s->markdup ? gw_markdup_decide(s->markdup, err) : GW_OK;
    if (st == GW_OK)
        st = gw_sort_finish(s->records, err);
    while (st == GW_OK) {
        gw_sort_item_t item;
        bool got;
        st = gw_sort_next(s->records, &item, &got, err);
        if (st != GW_OK || !got)
            break;
        held_t h;
        memcpy(&h, item.data, sizeof h);
        /* borrows the sorter's bytes: the writer only reads them */
        bam1_t b = {.core = h.core,
                    .data = (uint8_t *)item.data + HELD,
                    .l_data = h.l_data,
                    .m_data = (uint32_t)h.l_data};
        bam_set_mempolicy(&b, BAM_USER_OWNS_STRUCT | BAM_USER_OWNS_DATA);
        if (s->markdup) {
            b.core.flag &= (uint16_t)~BAM_FDUP;
            if (gw_markdup_is_duplicate(s->markdup, h.template_number))
                b.core.flag |= BAM_FDUP;
        }
        st = gw_alnwriter_put(s->writer, &b, err);
    }
    return st;
}

void gw_sink_destroy(gw_sink_t *s)
{
    if (!s)
        return;
    gw_sort_destroy(s->records);
    gw_markdup_destroy(s->markdup);
    free(s);
}

/* 3. what was counted */
const gw_dupmetrics_t *gw_sink_dupmetrics(const gw_sink_t *s)
{
    return s->markdup ? gw_markdup_metrics(s->markdup) : NULL;
}
