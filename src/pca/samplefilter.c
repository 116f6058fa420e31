#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pca/samplefilter.h"

/* 1. missing genotypes */
gw_status_t gw_samplefilter_missing(const gw_genodata_t *d, int64_t *missing, gw_err_t *err)
{
    size_t row_bytes = gw_genostore_row_bytes(d->store);
    uint8_t *buffer = gw_malloc((size_t)gw_genostore_block_rows(d->store), row_bytes);
    gw_status_t st = buffer ? GW_OK : gw_err_nomem(err, "counting missing genotypes");
    memset(missing, 0, (size_t)d->n_samples * sizeof *missing);
    for (int64_t k = 0; st == GW_OK && k < gw_genostore_n_blocks(d->store); k++) {
        gw_gram_block_t b;
        st = gw_genodata_block(d, k, buffer, &b, err);
        for (int64_t v = 0; st == GW_OK && v < b.n_variants; v++)
            for (size_t i = 0; i < row_bytes; i++) {
                unsigned byte = b.geno[(size_t)v * row_bytes + i], m = byte & (byte >> 1) & 0x55;
                for (; m; m &= m - 1)
                    missing[4 * i + (size_t)__builtin_ctz(m) / 2]++;
            }
    }
    free(buffer);
    return st;
}

/* 2. kinship: blocks are turned, a row a sample, and counted when as many are gathered as ROOM holds */
#define ROOM ((int64_t)1 << 28)

typedef struct {
    int64_t n, row_bytes; /* of the turned rows */
    int64_t used;         /* bytes of them that hold variants */
    uint8_t *turned;
    int32_t *sum; /* 4 a pair: opposite homozygotes and the like, see gw_gram_kin */
} kin_t;

/* Adds a block: what gw_gram_index has by four variants is turned. Variants past the end count as
 * missing. */
static void turn(kin_t *s, const gw_gram_block_t *b, uint8_t *index)
{
    gw_gram_index(b, index);
    int64_t n_quads = (b->n_variants + 3) / 4, rest = b->n_variants % 4;
    for (int64_t q = 0; q < n_quads; q++) {
        uint8_t fill = q + 1 == n_quads && rest ? (uint8_t)(0xff << (2 * rest)) : 0;
        for (int64_t i = 0; i < b->n_samples; i++)
            s->turned[i * s->row_bytes + s->used + q] =
                index[q * 4 * (int64_t)b->row_bytes + i] | fill;
    }
    s->used += n_quads;
}

/* Counts what is gathered, and empties it. */
static gw_status_t count_turned(kin_t *s, gw_engine_t *engine, gw_err_t *err)
{
    gw_gram_kin_t in = {s->n, (size_t)s->row_bytes, s->turned};
    gw_status_t st = s->used > 0 ? gw_engine_run(engine, GW_JOB_KINSHIP, &in, s->sum, err) : GW_OK;
    s->used = 0;
    memset(s->turned, 0xff, (size_t)(s->n * s->row_bytes));
    return st;
}

static gw_status_t collect(const kin_t *s, double min_phi, gw_kinships_t *out, gw_err_t *err)
{
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = i + 1; j < s->n; j++) {
            const int32_t *x = s->sum + 4 * gw_gram_kin_pair(s->n, i, j);
            double h = x[1] < x[2] ? x[1] : x[2];
            double phi = h > 0 ? x[0] / (2 * h) + 0.5 - ((double)x[1] + x[2]) / (4 * h) : -1;
            if (phi < min_phi)
                continue;
            if (!GW_GROW(out->v, out->cap, out->n + 1))
                return gw_err_nomem(err, "relating samples");
            out->v[out->n++] = (gw_kinship_t){i, j, x[3], phi};
        }
    return GW_OK;
}

gw_status_t gw_samplefilter_kinship(const gw_genodata_t *d, double min_phi, gw_engine_t *engine,
                                    gw_kinships_t *out, gw_err_t *err)
{
    int64_t n = d->n_samples, n_blocks = gw_genostore_n_blocks(d->store);
    int64_t quads = (gw_genostore_block_rows(d->store) + 3) / 4;
    int64_t blocks = ROOM / (n * quads) < n_blocks ? ROOM / (n * quads) : n_blocks;
    kin_t s = {.n = n, .row_bytes = ((blocks > 1 ? blocks : 1) * quads + 7) / 8 * 8};
    size_t row_bytes = gw_genostore_row_bytes(d->store);
    uint8_t *buffer = gw_malloc((size_t)quads * 4, row_bytes);
    uint8_t *index = gw_malloc((size_t)quads * 4, row_bytes);
    s.turned = gw_malloc((size_t)n, (size_t)s.row_bytes);
    s.sum = gw_calloc((size_t)(n * (n - 1) / 2), 4 * sizeof *s.sum);
    gw_status_t st =
        buffer && index && s.turned && s.sum ? GW_OK : gw_err_nomem(err, "relating samples");
    if (st == GW_OK)
        st = count_turned(&s, engine, err);
    for (int64_t k = 0; st == GW_OK && k < n_blocks; k++) {
        gw_gram_block_t b;
        st = gw_genodata_block(d, k, buffer, &b, err);
        if (st != GW_OK)
            break;
        if (s.used + (b.n_variants + 3) / 4 > s.row_bytes)
            st = count_turned(&s, engine, err);
        turn(&s, &b, index);
        gw_progress("relating samples", (uint64_t)k + 1, (uint64_t)n_blocks, "blocks");
    }
    if (st == GW_OK)
        st = count_turned(&s, engine, err);
    gw_progress_end();
    memset(out, 0, sizeof *out);
    if (st == GW_OK)
        st = collect(&s, min_phi, out, err);
    free(buffer);
    free(index);
    free(s.turned);
    free(s.sum);
    return st;
}

/* 3. choosing */
gw_status_t gw_samplefilter_unrelated(const gw_kinships_t *k, int64_t n_samples,
                                      const int64_t *missing, bool *keep, gw_err_t *err)
{
    int64_t *relatives = gw_calloc((size_t)n_samples, sizeof *relatives);
    if (!relatives)
        return gw_err_nomem(err, "relating samples");
    for (size_t p = 0; p < k->n; p++)
        if (keep[k->v[p].i] && keep[k->v[p].j]) {
            relatives[k->v[p].i]++;
            relatives[k->v[p].j]++;
        }
    for (;;) {
        int64_t worst = -1;
        for (int64_t i = 0; i < n_samples; i++)
            if (keep[i] && relatives[i] > 0 &&
                (worst < 0 || relatives[i] > relatives[worst] ||
                 (relatives[i] == relatives[worst] && missing[i] >= missing[worst])))
                worst = i;
        if (worst < 0)
            break;
        keep[worst] = false;
        for (size_t p = 0; p < k->n; p++) {
            if (k->v[p].i == worst)
                relatives[k->v[p].j]--;
            if (k->v[p].j == worst)
                relatives[k->v[p].i]--;
        }
    }
    free(relatives);
    return GW_OK;
}
