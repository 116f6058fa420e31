#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "pca/pcaids.h"

gw_status_t gw_pcaids_init(gw_pcaids_t *ids, int64_t n, gw_err_t *err)
{
    ids->n = n;
    ids->family = gw_malloc((size_t)n, sizeof *ids->family);
    ids->sample = gw_calloc((size_t)n, sizeof *ids->sample);
    if (!ids->family || !ids->sample)
        return gw_err_nomem(err, "naming samples");
    for (int64_t i = 0; i < n; i++)
        ids->family[i] = "0";
    return GW_OK;
}

gw_status_t gw_pcaids_of_genotypes(gw_pcaids_t *ids, const gw_genodata_t *d,
                                   const gw_genoreader_t *r, gw_err_t *err)
{
    gw_status_t st = gw_pcaids_init(ids, d->n_samples, err);
    for (int64_t i = 0; i < d->n_samples && st == GW_OK; i++) {
        int64_t at = gw_genodata_sample(d, i);
        ids->family[i] = gw_genoreader_family(r, at);
        ids->sample[i] = gw_genoreader_sample(r, at);
    }
    return st;
}

void gw_pcaids_release(gw_pcaids_t *ids)
{
    free(ids->family);
    free(ids->sample);
    *ids = (gw_pcaids_t){0};
}
