#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/umiconsensus.h"

enum { NO_QUALITY = 30, LEAST = 2, MOST = 60 };

typedef struct {
    double right[256], wrong[256]; /* ln of the likelihoods by quality */
    const bam1_t **read;
    size_t cap;
    char *seq, *qual;
    size_t cap_seq, cap_qual;
} work_t;

/* 1. reads that correspond */
static int cmp_cigar(const bam1_t *a, const bam1_t *b)
{
    if (a->core.n_cigar != b->core.n_cigar || bam_is_rev(a) != bam_is_rev(b))
        return 1;
    return a->core.n_cigar
               ? memcmp(bam_get_cigar(a), bam_get_cigar(b), a->core.n_cigar * sizeof(uint32_t))
               : 0;
}

/* Moves the reads with the most frequent CIGAR to the front; returns how many they are. */
static int64_t keep_alike(const bam1_t **read, int64_t n)
{
    int64_t most = 0, best = 0;
    for (int64_t i = 0; i < n && n - i > most; i++) {
        int64_t same = 0;
        bool seen = false;
        for (int64_t k = 0; k < i && !seen; k++)
            seen = cmp_cigar(read[k], read[i]) == 0;
        for (int64_t k = i; k < n && !seen; k++)
            same += cmp_cigar(read[k], read[i]) == 0;
        if (same > most) {
            most = same;
            best = i;
        }
    }
    const bam1_t *model = n ? read[best] : NULL;
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (cmp_cigar(model, read[i]) == 0)
            read[kept++] = read[i];
    return kept;
}

/* 2. letters */
/* Letter and quality at cycle i as sequenced; false for N. */
static bool sequenced(const bam1_t *b, int32_t i, int *letter, int *qual)
{
    static const int8_t code[16] = {-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1};
    int32_t at = bam_is_rev(b) ? b->core.l_qseq - 1 - i : i;
    int c = code[bam_seqi(bam_get_seq(b), at)];
    *letter = bam_is_rev(b) ? 3 - c : c;
    *qual = bam_get_qual(b)[at];
    *qual = bam_get_qual(b)[0] == 0xff ? NO_QUALITY : *qual;
    return c >= 0;
}

static void decide(const work_t *w, int64_t n, int32_t i, char *letter, char *qual)
{
    double ll[4] = {0}, other = 0;
    int best = 0, c, q;
    bool any = false;
    for (int64_t r = 0; r < n; r++) {
        if (i >= w->read[r]->core.l_qseq || !sequenced(w->read[r], i, &c, &q))
            continue;
        any = true;
        for (int a = 0; a < 4; a++)
            ll[a] += a == c ? w->right[q] : w->wrong[q];
    }
    for (int a = 1; a < 4; a++)
        best = ll[a] > ll[best] ? a : best;
    for (int a = 0; a < 4; a++)
        other += a == best ? 0 : exp(ll[a] - ll[best]);
    double phred = -10 * log10(other / (1 + other));
    q = phred > MOST ? MOST : phred < LEAST ? LEAST : (int)phred;
    *letter = any ? "ACGT"[best] : 'N';
    *qual = (char)((any ? q : LEAST) + 33);
}

/* 3. families */
static gw_status_t put_read(const gw_umireads_t *u, work_t *w, int64_t k, int mate, FILE *f,
                            gw_err_t *err)
{
    const gw_umifamily_t *fam = &u->family[k];
    int64_t n = 0, longest = 0;
    bool paired = false;
    if (!GW_GROW(w->read, w->cap, (size_t)fam->n))
        return gw_err_nomem(err, "building a consensus");
    for (int64_t i = fam->first; i < fam->first + fam->n; i++) {
        const gw_umitemplate_t *t = &u->tmpl[u->order[i]];
        paired |= t->read[1] >= 0;
        if (t->read[mate] >= 0 && u->rec[t->read[mate]]->core.l_qseq > 0)
            w->read[n++] = u->rec[t->read[mate]];
    }
    if (n == 0)
        return GW_OK;
    int64_t all = n;
    n = keep_alike(w->read, n);
    for (int64_t r = 0; r < n; r++)
        longest = w->read[r]->core.l_qseq > longest ? w->read[r]->core.l_qseq : longest;
    if (!GW_GROW(w->seq, w->cap_seq, (size_t)longest + 1) ||
        !GW_GROW(w->qual, w->cap_qual, (size_t)longest + 1))
        return gw_err_nomem(err, "building a consensus");
    int32_t len = 0;
    for (; len < longest; len++) {
        int64_t reach = 0;
        for (int64_t r = 0; r < n; r++)
            reach += w->read[r]->core.l_qseq > len;
        if (2 * reach < n)
            break;
        decide(w, n, len, &w->seq[len], &w->qual[len]);
    }
    fprintf(f, "@%lld_%s", (long long)k + 1, fam->umi);
    if (paired)
        fprintf(f, "/%d", mate + 1);
    fprintf(f, " reads=%lld left_out=%lld\n%.*s\n+\n%.*s\n", (long long)n, (long long)(all - n),
            len, w->seq, len, w->qual);
    return GW_OK;
}

gw_status_t gw_umiconsensus_write(const gw_umireads_t *u, FILE *f, gw_err_t *err)
{
    work_t w = {.read = NULL};
    for (int q = 0; q < 256; q++) {
        double e = pow(10, -(q < LEAST ? LEAST : q) / 10.0);
        w.right[q] = log(1 - e);
        w.wrong[q] = log(e / 3);
    }
    gw_status_t st = GW_OK;
    for (int64_t k = 0; st == GW_OK && k < u->n_families; k++)
        for (int mate = 0; st == GW_OK && mate < 2; mate++)
            st = put_read(u, &w, k, mate, f, err);
    free(w.read);
    free(w.seq);
    free(w.qual);
    return st;
}
