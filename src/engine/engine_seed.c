#include <config.h>

#include "cuda/gpuseeding.h"
#include "engine/engine_impl.h"

/* 2. jobs: what a read's seeds cost, in cells of an alignment: 10 microseconds of a core */
enum { READ_CELLS = 1 << 18 };

typedef struct {
    const gw_engine_t *e;
    const gw_seeding_in_t *in;
    gw_seeding_out_t *out;
} work_t;

/* The table goes to the device with the first range; a device without room for it leaves seeds to the
 * CPU. Ranges come in order, as every one goes behind the one before in out. */
static gw_status_t run_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    const work_t *w = ctx;
    const gw_seed_table_t *t = w->in->table;
    const gw_gpu_tables_t *kept = NULL;
    gw_status_t st = GW_OK;
    if (g) {
        const void *piece[GW_GPUSEEDING_PIECES];
        uint64_t bytes[GW_GPUSEEDING_PIECES];
        gw_gpuseeding_pieces(t, piece, bytes);
        st = gw_devices_keep(w->e->devices, g, piece, bytes, GW_GPUSEEDING_PIECES, &kept, err);
    }
    if (!g || st == GW_ENOMEM)
        return gw_seeding_ref(t, w->in->batch, (size_t)from, (size_t)to, w->out, err);
    if (st != GW_OK)
        return st;
    return gw_gpuseeding_run(g, kept, t, w->in->batch, (size_t)from, (size_t)to, w->out, err);
}

gw_status_t gw_engine_seed(const gw_engine_t *e, const gw_seeding_in_t *in, gw_seeding_out_t *out,
                           gw_err_t *err)
{
    work_t w = {e, in, out};
    int64_t n = (int64_t)in->batch->n;
    gw_status_t st = gw_seeding_start(out, in->batch->n, err);
    return st == GW_OK ? gw_devices_run(e->devices, n * READ_CELLS, run_range, &w, 0, n, err) : st;
}
