#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>
#include <lapacke.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "pca/project.h"

/* Fewer matched variants than this say nothing; more, without one reference homozygote, mean that
 * the sites at which the sample does not vary were left out. */
enum { MIN_SITES_TO_JUDGE = 100 };

typedef struct {
    const gw_loadings_t *l;
    const gw_genoreader_t *names;
    double *a; /* V'V, k x k a sample */
    double *b; /* V'x, k a sample */
    double *squares;
    gw_projection_t *out;
} sums_t;

static void add_variant(sums_t *s, const gw_loading_t *v, const double *w, bool swapped,
                        const uint8_t *geno)
{
    int k = s->l->k;
    for (int64_t i = 0; i < s->out->n_samples; i++) {
        int g = (geno[i / 4] >> (2 * (i % 4))) & 3;
        if (g == 3)
            continue;
        s->out->hom_other += g == 0;
        double x = ((swapped ? 2 - g : g) - 2 * v->freq) * v->scale;
        double *a = s->a + i * k * k, *b = s->b + i * k;
        for (int c = 0; c < k; c++) {
            b[c] += w[c] * x;
            for (int d = 0; d <= c; d++)
                a[c * k + d] += w[c] * w[d];
        }
        s->squares[i] += x * x;
        s->out->used[i]++;
    }
}

static void take(sums_t *s, bool by_id, const gw_genosite_t *site, bool *seen)
{
    gw_projection_t *p = s->out;
    int64_t at = 0;
    bool strand;
    p->n_read++;
    if (!site->geno) { /* several alleles, or none to count */
        p->alleles += site->n_alleles > 2;
        p->not_in_reference += site->n_alleles < 2;
        return;
    }
    gw_match_t m = gw_loadings_match(s->l, by_id, site->contig, site->pos, site->id, site->counted,
                                     site->other, &at, &strand);
    if (m == GW_MATCH_NONE) {
        p->not_in_reference++;
    } else if (m == GW_MATCH_AMBIGUOUS) {
        p->ambiguous++;
    } else if (m == GW_MATCH_ALLELES) {
        p->alleles++;
    } else if (seen[at]) {
        p->twice++;
    } else {
        seen[at] = true;
        p->matched++;
        p->swapped += m == GW_MATCH_SWAPPED;
        p->strand += strand;
        add_variant(s, &s->l->v[at], s->l->weight + at * s->l->k, m == GW_MATCH_SWAPPED,
                    site->geno);
    }
}

/* OADP: l and the length g of what the loadings leave of the sample become a new row under the
 * reference's singular values; the result is in place of l. work holds 5 * (k + 1)^2 values. */
static gw_status_t oadp(int k, const double *singular, double *l, double g, double *work,
                        gw_err_t *err)
{
    int n = k + 1;
    double *q = work, *u = q + n * n, *vt = u + n * n, *m = vt + n * n, *val = m + n * n;
    memset(q, 0, (size_t)(n * n) * sizeof *q);
    for (int c = 0; c < k; c++) {
        q[c * n + c] = singular[c];
        q[c * n + k] = l[c];
    }
    q[k * n + k] = g;
    int info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'A', n, n, q, n, val, u, n, vt, n);
    if (info)
        return gw_err_set(err, GW_EINTERNAL, "LAPACK's dgesdd failed with %d", info);
    double size = 0, trace = 0;
    for (int c = 0; c < k; c++)
        for (int r = 0; r < n; r++) {
            u[c * n + r] *= val[c]; /* rows 0..k-1: the reference; row k: the sample */
            if (r < k)
                size += u[c * n + r] * u[c * n + r];
        }
    for (int c = 0; c < k; c++) /* m = A' S */
        for (int d = 0; d < k; d++)
            m[d * k + c] = u[c * n + d] * singular[d];
    double row[GW_LOADINGS_MAX_K], rotated[GW_LOADINGS_MAX_K];
    for (int c = 0; c < k; c++)
        row[c] = u[c * n + k];
    info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'A', k, k, m, k, val, u, k, vt, k);
    if (info)
        return gw_err_set(err, GW_EINTERNAL, "LAPACK's dgesdd failed with %d", info);
    for (int c = 0; c < k; c++) {
        trace += val[c];
        rotated[c] = cblas_ddot(k, row, 1, u + c * k, 1);
    }
    for (int d = 0; d < k; d++)
        l[d] = trace / size * cblas_ddot(k, rotated, 1, vt + d * k, 1);
    return GW_OK;
}

static gw_status_t place(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    sums_t *s = ctx;
    (void)worker;
    const gw_loadings_t *ref = s->l;
    int k = ref->k;
    gw_projection_t *p = s->out;
    double *a = s->a + i * k * k, *b = s->b + i * k;
    double *work = gw_malloc(5 * (size_t)(k + 1) * (size_t)(k + 1), sizeof *work);
    double *singular = gw_malloc(2 * (size_t)k, sizeof *singular), *l = singular + k;
    gw_status_t st = GW_OK;
    if (!work || !singular) {
        st = gw_err_nomem(err, "projecting");
        goto done;
    }
    memcpy(l, b, (size_t)k * sizeof *l);
    /* row by row, lower triangle = column by column, upper */
    int info = p->used[i] > k ? LAPACKE_dposv(LAPACK_COL_MAJOR, 'U', k, 1, a, k, l, k) : 1;
    if (info) {
        st = gw_err_set(err, GW_EDATA,
                        "sample %s has %" PRId64
                        " of the reference's variants, too few for %d components",
                        gw_genoreader_sample(s->names, i), p->used[i], k);
        goto done;
    }
    for (int c = 0; c < k; c++)
        singular[c] = sqrt(ref->value[c] * (double)ref->n_variants);
    double rest = s->squares[i] - cblas_ddot(k, l, 1, b, 1);
    rest = rest > 0 ? rest * (double)ref->n_variants / (double)p->used[i] : 0;
    if (p->method == GW_PROJECT_OADP)
        st = oadp(k, singular, l, sqrt(rest), work, err);
    for (int c = 0; c < k; c++)
        p->vector[c * p->n_samples + i] =
            l[c] / singular[c] / (p->method == GW_PROJECT_SPECTRUM ? ref->shrinkage[c] : 1);
done:
    free(work);
    free(singular);
    return st;
}

static gw_status_t check(const gw_projection_t *p, const gw_loadings_t *l, gw_err_t *err)
{
    if (p->matched == 0)
        return gw_err_set(err, GW_EDATA,
                          "none of %" PRIu64 " variants is among the reference's %" PRId64
                          " (%" PRIu64 " ambiguous, %" PRIu64
                          " with other alleles); are both on the "
                          "same assembly? variants with identifiers match with --match id",
                          p->n_read, l->n, p->ambiguous, p->alleles);
    if (p->matched >= MIN_SITES_TO_JUDGE && p->hom_other == 0)
        return gw_err_set(err, GW_EDATA,
                          "no sample is homozygous for the reference allele at any of %" PRIu64
                          " matched variants: the input seems to hold variant sites only, and the "
                          "others cannot be told from missing ones; call the reference's variants "
                          "whether or not they vary",
                          p->matched);
    return GW_OK;
}

const char *gw_project_name(gw_project_method_t method)
{
    static const char *const name[] = {"auto", "spectrum", "oadp", "ls"};
    return name[method];
}

gw_status_t gw_project_run(gw_genoreader_t *r, gw_loadings_t *l, const gw_project_opts_t *o,
                           gw_projection_t *out, gw_err_t *err)
{
    size_t n = (size_t)gw_genoreader_n_samples(r), k = (size_t)l->k;
    *out = (gw_projection_t){.n_samples = (int64_t)n, .k = l->k, .method = o->method};
    if (o->method == GW_PROJECT_AUTO)
        out->method = l->shrinkage ? GW_PROJECT_SPECTRUM : GW_PROJECT_OADP;
    if (out->method == GW_PROJECT_SPECTRUM && !l->shrinkage)
        return gw_err_set(
            err, GW_EDATA,
            "the reference does not say how far new samples fall short (##shrinkage): "
            "make it with --method exact, or take --projection oadp");
    sums_t s = {.l = l, .names = r, .out = out};
    out->vector = gw_malloc(n * k, sizeof(double));
    out->used = gw_calloc(n, sizeof *out->used);
    s.a = gw_calloc(n * k * k, sizeof *s.a);
    s.b = gw_calloc(n * k, sizeof *s.b);
    s.squares = gw_calloc(n, sizeof *s.squares);
    bool *seen = gw_calloc((size_t)l->n, sizeof *seen);
    gw_status_t st = out->vector && out->used && s.a && s.b && s.squares && seen
                         ? GW_OK
                         : gw_err_nomem(err, "projecting");
    openblas_set_num_threads(1);
    if (o->by_id)
        gw_loadings_sort_by_id(l);
    bool got = true;
    while (st == GW_OK && got) {
        gw_genosite_t site;
        st = gw_genoreader_next(r, &site, &got, err);
        if (st == GW_OK && got)
            take(&s, o->by_id, &site, seen);
        if (out->n_read % 1024 == 0)
            gw_progress("reading", out->n_read, 0, "variants");
    }
    gw_progress_end();
    if (st == GW_OK)
        st = check(out, l, err);
    if (st == GW_OK)
        st = gw_thread_for(o->threads, (int64_t)n, place, &s, err);
    free(s.a);
    free(s.b);
    free(s.squares);
    free(seen);
    if (st != GW_OK)
        gw_projection_release(out);
    return st;
}

void gw_projection_release(gw_projection_t *p)
{
    free(p->vector);
    free(p->used);
    memset(p, 0, sizeof *p);
}
