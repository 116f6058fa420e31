/* tests/bench/sinkcat.c -- sorts and marks another aligner's name-grouped output, so that our
 *                          sorter and marker can be held beside others' on the same alignments
 *
 * sinkcat [-s] [-d] [-m MIB] [-t THREADS] [-x DISTANCE] [-M METRICS] [-u] IN OUT
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "align/sink.h"
#include "base/mem.h"
#include "io/alnread.h"

typedef struct {
    bam1_t *rec;
    size_t n, cap;
} group_t;

static void group_more(group_t *g)
{
    size_t had = g->cap;
    if (!GW_GROW(g->rec, g->cap, g->n + 1))
        abort();
    memset(g->rec + had, 0, (g->cap - had) * sizeof *g->rec);
}

static gw_status_t pour(gw_alnreader_t *in, gw_sink_t *sink, gw_err_t *err)
{
    group_t g = {0};
    gw_status_t st = GW_OK;
    for (bool got = true; got && st == GW_OK;) {
        if (g.n == g.cap)
            group_more(&g);
        st = gw_alnreader_next(in, &g.rec[g.n], &got, err);
        if (st != GW_OK)
            break;
        bool same =
            got && (g.n == 0 || strcmp(bam_get_qname(&g.rec[g.n]), bam_get_qname(&g.rec[0])) == 0);
        if (same) {
            g.n++;
            continue;
        }
        if (g.n)
            st = gw_sink_put(sink, g.rec, g.n, err);
        bam1_t first = g.rec[0];
        g.rec[0] = g.rec[g.n]; /* the record read ahead opens the next group */
        g.rec[g.n] = first;
        g.n = got;
    }
    for (size_t i = 0; i < g.cap; i++)
        free(g.rec[i].data);
    free(g.rec);
    return st;
}

int main(int argc, char **argv)
{
    gw_sink_opts_t o = {.max_mem = 1 << 30, .threads = 1, .optical_distance = 100};
    gw_alnwrite_opts_t w = {.format = GW_ALN_BAM, .threads = 1};
    const char *metrics = NULL;
    for (int c; (c = getopt(argc, argv, "sdum:t:x:M:")) != -1;) {
        if (c == 's')
            o.sort = true;
        else if (c == 'd')
            o.markdup = true;
        else if (c == 'u')
            w.format = GW_ALN_UBAM;
        else if (c == 'm')
            o.max_mem = (uint64_t)atol(optarg) << 20;
        else if (c == 't')
            o.threads = w.threads = atoi(optarg);
        else if (c == 'x')
            o.optical_distance = atoi(optarg);
        else if (c == 'M')
            metrics = optarg;
        else
            return 64;
    }
    if (argc - optind != 2)
        return 64;
    gw_err_t err = {0};
    gw_alnreader_t *in = NULL;
    gw_alnwriter_t *out = NULL;
    gw_sink_t *sink = NULL;
    sam_hdr_t *hdr = NULL;
    gw_status_t st = gw_alnreader_open(argv[optind], &(gw_alnread_opts_t){.threads = 1}, &in, &err);
    if (st == GW_OK && !(hdr = sam_hdr_dup(gw_alnreader_header(in))))
        st = gw_err_nomem(&err, "copying the header");
    if (st == GW_OK && o.sort)
        sam_hdr_update_hd(hdr, "SO", "coordinate");
    if (st == GW_OK)
        st = gw_alnwriter_open(argv[optind + 1], &w, hdr, &out, &err);
    if (st == GW_OK)
        st = gw_sink_open(&o, hdr, out, &sink, &err);
    if (st == GW_OK)
        st = pour(in, sink, &err);
    if (st == GW_OK)
        st = gw_sink_finish(sink, &err);
    if (st == GW_OK && metrics && o.markdup)
        st = gw_dupmetrics_write(gw_sink_dupmetrics(sink), metrics, "sinkcat", &err);
    gw_sink_destroy(sink);
    if (st == GW_OK)
        st = gw_alnwriter_commit(out, &err);
    else
        gw_alnwriter_discard(out);
    gw_alnreader_close(in);
    sam_hdr_destroy(hdr);
    if (st != GW_OK)
        fprintf(stderr, "sinkcat: %s\n", err.msg);
    return (int)st;
}
