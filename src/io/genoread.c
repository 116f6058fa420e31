#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/genoread_impl.h"

/* 2. sample names */
gw_status_t gw_genoread_add_sample(gw_genoreader_t *r, const char *family, const char *sample,
                                   gw_err_t *err)
{
    size_t n = r->n_samples;
    if (!GW_GROW(r->family, r->cap_family, n + 1) || !GW_GROW(r->sample, r->cap_sample, n + 1))
        return gw_err_nomem(err, "reading sample names");
    r->family[n] = gw_arena_strndup(&r->names, family, strlen(family));
    r->sample[n] = gw_arena_strndup(&r->names, sample, strlen(sample));
    if (!r->family[n] || !r->sample[n])
        return gw_err_nomem(err, "reading sample names");
    r->n_samples++;
    return GW_OK;
}

typedef struct {
    const char *family, *sample;
} name_t;

static int name_cmp(const void *a, const void *b)
{
    const name_t *x = a, *y = b;
    int c = strcmp(x->sample, y->sample);
    return c ? c : strcmp(x->family, y->family);
}

gw_status_t gw_genoread_check_samples(gw_genoreader_t *r, gw_err_t *err)
{
    if (r->n_samples == 0)
        return gw_err_set(err, GW_EDATA, "%s: has no samples; genotypes are needed", r->path);
    name_t *v = gw_malloc(r->n_samples, sizeof *v);
    if (!v)
        return gw_err_nomem(err, "checking sample names");
    for (size_t i = 0; i < r->n_samples; i++)
        v[i] = (name_t){r->family[i], r->sample[i]};
    qsort(v, r->n_samples, sizeof *v, name_cmp);
    gw_status_t st = GW_OK;
    for (size_t i = 1; i < r->n_samples && st == GW_OK; i++)
        if (name_cmp(&v[i - 1], &v[i]) == 0)
            st = gw_err_set(err, GW_EDATA,
                            "%s: sample %s is there twice; give every sample its own name", r->path,
                            v[i].sample);
    free(v);
    return st;
}

/* 3. likelihoods */
bool gw_genoread_set_lik(float *lik, const double *x, int n)
{
    double three[3] = {x[0], n == 3 ? x[1] : 0, x[n - 1]}, sum = three[0] + three[1] + three[2];
    if (!(three[0] >= 0 && three[1] >= 0 && three[2] >= 0 && sum > 0 && isfinite(sum)))
        return false;
    for (int g = 0; g < 3; g++)
        lik[g] = (float)(three[g] / sum);
    return true;
}

void gw_genoread_set_flat(float *lik)
{
    lik[0] = lik[1] = lik[2] = 1.0f / 3;
}

/* 4. the reader */
gw_status_t gw_genoreader_attach(gw_genoinput_t *in, const gw_genoread_opts_t *opts,
                                 gw_genoreader_t **out, gw_err_t *err)
{
    gw_genoreader_t *r = gw_calloc(1, sizeof *r);
    if (!r)
        return gw_err_nomem(err, "opening genotypes");
    gw_arena_init(&r->names, 1 << 16);
    gw_arena_init(&r->site_text, 1 << 10);
    r->path = gw_strdup(in->path);
    gw_status_t st;
    if (!r->path) {
        st = gw_err_nomem(err, "opening genotypes");
    } else if (in->kind == GW_GENOINPUT_BED) {
        st = opts->likelihoods ? gw_err_set(err, GW_EDATA,
                                            "%s: a PLINK bed holds genotypes, not likelihoods; a "
                                            "VCF, BCF or BEAGLE file is needed",
                                            r->path)
                               : gw_genoread_open_bed(r, in->bed, err);
    } else if (in->kind == GW_GENOINPUT_VCF) {
        struct hFILE *h = in->stream;
        in->stream = NULL;
        st = gw_genoread_open_vcf(r, h, opts, err);
    } else if (in->kind == GW_GENOINPUT_BEAGLE) {
        st = opts->likelihoods ? gw_genoread_open_beagle(r, &in->text, err)
                               : gw_err_set(err, GW_EDATA,
                                            "%s: is a BEAGLE file, which holds likelihoods, not "
                                            "genotypes",
                                            r->path);
    } else {
        st = gw_err_set(err, GW_EDATA, "%s: is no VCF, BCF or PLINK bed", r->path);
    }
    if (st == GW_OK)
        st = gw_genoread_check_samples(r, err);
    if (st == GW_OK && !(r->row = gw_calloc(gw_genoreader_row_bytes(r) + 8, 1)))
        st = gw_err_nomem(err, "opening genotypes");
    if (st == GW_OK && opts->likelihoods && !(r->lik = gw_malloc(3 * r->n_samples, sizeof *r->lik)))
        st = gw_err_nomem(err, "opening genotypes");
    if (st != GW_OK) {
        gw_genoreader_close(r);
        return st;
    }
    *out = r;
    return GW_OK;
}

gw_status_t gw_genoreader_open(const char *path, const gw_genoread_opts_t *opts,
                               gw_genoreader_t **out, gw_err_t *err)
{
    gw_genoinput_t in;
    gw_status_t st = gw_genoinput_open(path, &in, err);
    if (st != GW_OK)
        return st;
    st = gw_genoreader_attach(&in, opts, out, err);
    gw_genoinput_release(&in);
    return st;
}

const char *gw_genoreader_path(const gw_genoreader_t *r)
{
    return r->path;
}

int64_t gw_genoreader_n_samples(const gw_genoreader_t *r)
{
    return (int64_t)r->n_samples;
}

const char *gw_genoreader_family(const gw_genoreader_t *r, int64_t i)
{
    return r->family[i];
}

const char *gw_genoreader_sample(const gw_genoreader_t *r, int64_t i)
{
    return r->sample[i];
}

size_t gw_genoreader_row_bytes(const gw_genoreader_t *r)
{
    return (r->n_samples + 3) / 4;
}

gw_status_t gw_genoreader_next(gw_genoreader_t *r, gw_genosite_t *site, bool *got, gw_err_t *err)
{
    gw_status_t st = r->format->next(r, site, got, err);
    if (st == GW_OK && *got)
        site->ordinal = r->n_read++;
    return st;
}

bool gw_genoreader_can_reread(const gw_genoreader_t *r)
{
    return r->format->reread != NULL;
}

gw_status_t gw_genoreader_reread(const gw_genoreader_t *r, uint64_t ordinal, size_t n, uint8_t *row,
                                 gw_err_t *err)
{
    return r->format->reread(r, ordinal, n, row, err);
}

void gw_genoreader_close(gw_genoreader_t *r)
{
    if (!r)
        return;
    if (r->format && r->state)
        r->format->close(r->state);
    gw_arena_release(&r->names);
    gw_arena_release(&r->site_text);
    free(r->family);
    free(r->sample);
    free(r->row);
    free(r->lik);
    free(r->path);
    free(r);
}
