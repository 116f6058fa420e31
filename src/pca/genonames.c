#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "pca/genonames.h"

void gw_genonames_init(gw_genonames_t *names)
{
    *names = (gw_genonames_t){0};
    gw_arena_init(&names->text, 1 << 16);
}

gw_status_t gw_genonames_add(gw_genonames_t *names, const gw_genosite_t *site, gw_err_t *err)
{
    if (!GW_GROW(names->v, names->cap, names->n + 1))
        return gw_err_nomem(err, "reading variants");
    gw_genoname_t *n = &names->v[names->n];
    const gw_genoname_t *before = names->n ? n - 1 : NULL;
    *n = (gw_genoname_t){.pos = site->pos};
    n->contig = before && strcmp(before->contig, site->contig) == 0
                    ? before->contig
                    : gw_arena_strndup(&names->text, site->contig, strlen(site->contig));
    n->id = gw_arena_strndup(&names->text, site->id, strlen(site->id));
    n->counted = gw_arena_strndup(&names->text, site->counted, strlen(site->counted));
    n->other = gw_arena_strndup(&names->text, site->other, strlen(site->other));
    if (!n->contig || !n->id || !n->counted || !n->other)
        return gw_err_nomem(err, "reading variants");
    names->n++;
    return GW_OK;
}

void gw_genonames_release(gw_genonames_t *names)
{
    free(names->v);
    gw_arena_release(&names->text);
    *names = (gw_genonames_t){0};
}
