#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cuda/gpuident.h"
#include "cuda/gpuletters.h"
#include "cuda/launch.h"

/* Keys are score * 2^32 + tie in 64 bits: a tie stays below 2^31 up to so many letters, at 10,000 a
 * letter. */
enum { MOST_LETTERS = 100000 };

typedef struct {
    gw_gpu_t *g;
    const gw_ident_batch_t *b;
    const gw_ident_params_t *p;
    gw_gpuletters_t letters;
    gw_gpu_part_t item, matrix, border[2], key;
} run_t;

static gw_status_t lay_out(run_t *r, gw_err_t *err)
{
    const gw_extend_batch_t *x = &r->b->pairs;
    uint64_t border = 0;
    for (size_t i = 0; i < x->n; i++)
        border += (uint64_t)x->t_len[i];
    gw_gpu_start(r->g);
    r->item = gw_gpu_part(r->g, GW_GPU_INPUT, x->n * sizeof(gw_ident_item_t));
    r->matrix = gw_gpu_part(r->g, GW_GPU_INPUT, sizeof r->p->matrix);
    gw_gpuletters_declare(&r->letters, r->g);
    r->border[0] = gw_gpu_part(r->g, GW_GPU_WORK, border * sizeof(int64_t));
    r->border[1] = gw_gpu_part(r->g, GW_GPU_WORK, border * sizeof(int64_t));
    r->key = gw_gpu_part(r->g, GW_GPU_OUTPUT, x->n * sizeof(int64_t));
    gw_status_t st = gw_gpu_reserve(r->g, err);
    if (st != GW_OK)
        return st;
    gw_ident_item_t *item = gw_gpu_host(r->g, r->item);
    border = 0;
    for (size_t i = 0; i < x->n; i++) {
        const gw_ident_band_t *band = &r->b->band[i];
        gw_ident_band_t stay =
            gw_ident_band_of(x->q_len[i], x->t_len[i], band->low > band->high ? NULL : band);
        bool strays = (r->b->ask[i] & ~GW_IDENT_TURNED) == GW_IDENT_STRAYS;
        gw_ident_band_t seen = strays ? gw_ident_band_of(x->q_len[i], x->t_len[i], NULL) : stay;
        gw_ident_ties_t t = {0};
        if (!strays)
            t = gw_ident_ties(r->p, r->b->ask[i] & ~GW_IDENT_TURNED);
        bool far = (int64_t)x->q_len[i] + x->t_len[i] > MOST_LETTERS;
        item[i] = (gw_ident_item_t){.q_at = gw_gpuletters_query(&r->letters, i),
                                    .t_at = gw_gpuletters_target(&r->letters, i),
                                    .border = border,
                                    .q_len = far ? 0 : x->q_len[i],
                                    .t_len = x->t_len[i],
                                    .low = seen.low,
                                    .high = seen.high,
                                    .turned = (r->b->ask[i] & GW_IDENT_TURNED) != 0,
                                    .tie = {t.match, t.mismatch, t.q_alone, t.t_alone},
                                    .stay_low = stay.low,
                                    .stay_high = stay.high};
        border += (uint64_t)x->t_len[i];
    }
    memcpy(gw_gpu_host(r->g, r->matrix), r->p->matrix, sizeof r->p->matrix);
    gw_gpuletters_fill(&r->letters, r->g);
    return gw_gpu_send(r->g, err);
}

static gw_status_t keep(const run_t *r, gw_ident_answer_t *out, gw_err_t *err)
{
    const gw_extend_batch_t *x = &r->b->pairs;
    const int64_t *key = gw_gpu_host(r->g, r->key);
    for (size_t i = 0; i < x->n; i++) {
        if ((int64_t)x->q_len[i] + x->t_len[i] > MOST_LETTERS) {
            gw_ident_batch_t one = {{1, x->query, x->target, x->q_off + i, x->t_off + i,
                                     x->q_len + i, x->t_len + i},
                                    r->b->band + i,
                                    r->b->ask + i,
                                    r->b->least ? r->b->least + i : NULL};
            gw_status_t st = gw_ident_batch(&one, r->p, out + i, err);
            if (st != GW_OK)
                return st;
            continue;
        }
        const int64_t unit = (int64_t)1 << 32;
        if ((r->b->ask[i] & ~GW_IDENT_TURNED) == GW_IDENT_STRAYS) {
            out[i] = (gw_ident_answer_t){.value = key[i] > r->b->least[i] * unit};
            continue;
        }
        int64_t score = (key[i] + unit / 2) >> 32;
        out[i] = (gw_ident_answer_t){.score = score, .value = score * unit - key[i]};
    }
    return GW_OK;
}

gw_status_t gw_gpuident_run(gw_gpu_t *g, const gw_ident_batch_t *b, const gw_ident_params_t *p,
                            gw_ident_answer_t *out, gw_err_t *err)
{
    run_t r = {.g = g, .b = b, .p = p};
    gw_status_t st = gw_gpuletters_plan(&r.letters, &b->pairs)
                         ? GW_OK
                         : gw_err_nomem(err, "comparing sequences");
    if (st == GW_OK && b->pairs.n > 0) {
        st = lay_out(&r, err);
        if (st == GW_OK) {
            gw_ident_args_t a = {.item = gw_gpu_device(g, r.item),
                                 .n = (uint32_t)b->pairs.n,
                                 .query = gw_gpu_device(g, r.letters.query),
                                 .target = gw_gpu_device(g, r.letters.target),
                                 .matrix = gw_gpu_device(g, r.matrix),
                                 .n_letters = p->n_letters,
                                 .n_count = p->n_count,
                                 .open = p->gap_open,
                                 .extend = p->gap_extend,
                                 .ends_free = p->ends_free,
                                 .border_h = gw_gpu_device(g, r.border[0]),
                                 .border_f = gw_gpu_device(g, r.border[1]),
                                 .key = gw_gpu_device(g, r.key)};
            gw_ident_launch(&a, gw_gpu_stream(g));
            st = gw_gpu_receive(g, err);
        }
        if (st == GW_OK)
            st = keep(&r, out, err);
        if (st == GW_OK)
            gw_log_debug("%zu pairs compared on a device", b->pairs.n);
    }
    gw_gpuletters_release(&r.letters);
    return st;
}
