#include <config.h>

#include <string.h>

#include "call/callstats.h"

void gw_callstats_count(gw_callstats_t *t, const gw_callsite_t *s, int32_t n_samples,
                       double min_qual)
{
    int bin = (int)(s->qual / 10);
    if (s->weak) {
        t->weak++;
        return;
    }
    t->sites++;
    t->qual_hist[bin > 10 ? 10 : bin]++;
    if (s->qual < min_qual) {
        t->low_qual++;
        return;
    }
    size_t r = strlen(s->allele[0]), alts = 0;
    for (int32_t a = 1; a < s->n_alleles; a++) {
        size_t n = strlen(s->allele[a]);
        alts += s->allele[a][0] != '<';
        if (s->allele[a][0] == '*' || s->allele[a][0] == '<')
            continue;
        t->insertion += n > r;
        t->deletion += n < r;
        if (n == r) {
            size_t k = 0;
            while (k + 1 < r && s->allele[0][k] == s->allele[a][k])
                k++;
            char p = s->allele[0][k], q = s->allele[a][k];
            bool ts = (p == 'A' && q == 'G') || (p == 'G' && q == 'A') || (p == 'C' && q == 'T') ||
                      (p == 'T' && q == 'C');
            t->snv++;
            *(ts ? &t->transitions : &t->transversions) += 1;
        }
    }
    t->multiallelic += alts > 1;
    for (int32_t i = 0; i < n_samples; i++) {
        const gw_callsample_t *v = &s->sample[i];
        if (!v->missing && v->gt[1] >= 0 && (v->gt[0] > 0 || v->gt[1] > 0))
            *(v->gt[0] == v->gt[1] ? &t->hom : &t->het) += 1;
    }
}

void gw_callstats_add(gw_callstats_t *to, const gw_callstats_t *s)
{
    to->tiles += s->tiles;
    to->regions += s->regions;
    to->assembled += s->assembled;
    to->capped_regions += s->capped_regions;
    to->sites += s->sites;
    to->low_qual += s->low_qual;
    to->snv += s->snv;
    to->insertion += s->insertion;
    to->deletion += s->deletion;
    to->multiallelic += s->multiallelic;
    to->transitions += s->transitions;
    to->transversions += s->transversions;
    to->het += s->het;
    to->hom += s->hom;
    to->weak += s->weak;
    for (int i = 0; i < 11; i++)
        to->qual_hist[i] += s->qual_hist[i];
}
