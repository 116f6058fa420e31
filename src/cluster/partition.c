#include <config.h>

#include "base/mem.h"
#include "cluster/partition.h"

gw_status_t gw_partition_collect(const gw_seqset_t *s, int threads, gw_clusters_t *c, gw_err_t *err)
{
    c->n_clusters = 0;
    c->min_id = 1;
    c->n_figures = 0;
    c->figures = gw_calloc((size_t)s->n, sizeof *c->figures);
    if (!c->figures)
        return gw_err_nomem(err, "collecting clusters");
    for (int32_t u = 0; u < s->n; u++) {
        if (c->left_out && c->left_out[u])
            continue;
        if (c->rep[u] == u)
            c->n_clusters++;
        else
            c->figures[c->n_figures++] = (gw_figures_t){.rep = c->rep[u], .member = u};
    }
    gw_graph_t g;
    gw_graph_init(&g, s, c->min_id, 0, GW_COV_BOTH, NULL, threads);
    gw_status_t st = gw_graph_figures(&g, c->figures, c->n_figures, err);
    gw_graph_release(&g);
    return st;
}
