/* tests/bench/mapeval.c -- how right are alignments of simulated reads?
 *
 * mapeval TRUTH.bam IN.sam|IN.bam|-
 *
 * TRUTH holds one record a read with names ending in .NUMBER or :NUMBER (mason's -oa), IN what a
 * mapper made of the reads. A read is right when its primary record overlaps the true place by at
 * least 10% of the true span, on the same strand. Prints a line of totals, then a line for each
 * MAPQ, highest first: MAPQ, reads, wrong ones, and both summed from the top.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/sam.h>

typedef struct {
    int64_t beg, end;
    int32_t tid;
    char rev, known, seen;
} place_t;

static place_t *places;
static size_t n_places;

static void die(const char *what, const char *path)
{
    fprintf(stderr, "mapeval: %s: %s\n", path, what);
    exit(1);
}

static size_t slot_of(const bam1_t *b)
{
    const char *name = bam_get_qname(b), *p = name + strlen(name);
    if (p - name > 2 && p[-2] == '/') /* some mappers keep the /1 of single reads */
        p -= 2;
    while (p > name && p[-1] >= '0' && p[-1] <= '9')
        p--;
    return (size_t)strtoull(p, NULL, 10) * 2 + ((b->core.flag & BAM_FREAD2) != 0);
}

static void load_truth(const char *path, sam_hdr_t **hdr)
{
    samFile *f = sam_open(path, "r");
    if (!f || !(*hdr = sam_hdr_read(f)))
        die("cannot be read", path);
    bam1_t *b = bam_init1();
    int rc;
    while ((rc = sam_read1(f, *hdr, b)) >= 0) {
        size_t s = slot_of(b);
        if (s >= n_places) {
            size_t n = (s + 1) * 2;
            places = realloc(places, n * sizeof *places);
            if (!places)
                die("out of memory", path);
            memset(places + n_places, 0, (n - n_places) * sizeof *places);
            n_places = n;
        }
        places[s] = (place_t){b->core.pos,
                              bam_endpos(b),
                              (b->core.flag & BAM_FUNMAP) ? -1 : b->core.tid,
                              bam_is_rev(b),
                              1,
                              0};
    }
    if (rc < -1)
        die("damaged", path);
    bam_destroy1(b);
    sam_close(f);
}

static int is_right(const place_t *t, const char *true_name, const bam1_t *b, const sam_hdr_t *hdr)
{
    if (bam_is_rev(b) != t->rev || strcmp(true_name, sam_hdr_tid2name(hdr, b->core.tid)) != 0)
        return 0;
    int64_t beg = b->core.pos > t->beg ? b->core.pos : t->beg;
    int64_t e = bam_endpos(b), end = e < t->end ? e : t->end;
    return (end - beg) * 10 >= t->end - t->beg;
}

int main(int argc, char **argv)
{
    sam_hdr_t *truth_hdr, *hdr;
    long n[256] = {0}, wrong[256] = {0}, reads = 0, mapped = 0, right = 0, proper = 0;
    int verbose = argc > 3 && strcmp(argv[3], "-v") == 0;
    if (argc < 3)
        die("usage: mapeval TRUTH.bam IN [-v]", "arguments");
    load_truth(argv[1], &truth_hdr);
    samFile *f = sam_open(argv[2], "r");
    if (!f || !(hdr = sam_hdr_read(f)))
        die("cannot be read", argv[2]);
    bam1_t *b = bam_init1();
    int rc;
    while ((rc = sam_read1(f, hdr, b)) >= 0) {
        if (b->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY))
            continue;
        size_t s = slot_of(b);
        if (s < n_places && places[s].known && places[s].tid < 0)
            continue; /* across a breakpoint or from what the reference lacks: no truth */
        if (s >= n_places || !places[s].known || places[s].seen)
            die(s < n_places && places[s].seen ? "a read comes twice" : "a read without truth",
                bam_get_qname(b));
        places[s].seen = 1;
        reads++;
        if (b->core.flag & BAM_FUNMAP)
            continue;
        mapped++;
        proper += (b->core.flag & BAM_FPROPER_PAIR) != 0;
        int ok = is_right(&places[s], sam_hdr_tid2name(truth_hdr, places[s].tid), b, hdr);
        n[b->core.qual]++;
        right += ok;
        wrong[b->core.qual] += !ok;
        if (verbose && !ok)
            fprintf(stderr, "%s/%d\t%d\t%s:%lld\ttruth %s:%lld\n", bam_get_qname(b),
                    b->core.flag & BAM_FREAD2 ? 2 : 1, b->core.qual,
                    sam_hdr_tid2name(hdr, b->core.tid), (long long)b->core.pos + 1,
                    sam_hdr_tid2name(truth_hdr, places[s].tid), (long long)places[s].beg + 1);
    }
    if (rc < -1)
        die("damaged", argv[2]);
    long sum = 0, sum_wrong = 0, n20 = 0, w20 = 0;
    for (int q = 255; q >= 20; q--)
        n20 += n[q], w20 += wrong[q];
    printf(
        "reads %ld  mapped %.3f%%  proper %.3f%%  right %.4f%%  MAPQ>=20 %.3f%%  wrong among them "
        "%ld (%.5f%%)\n",
        reads, 100.0 * mapped / reads, 100.0 * proper / reads, 100.0 * right / reads,
        100.0 * n20 / reads, w20, n20 ? 100.0 * w20 / n20 : 0);
    for (int q = 255; q >= 0; q--) {
        sum += n[q];
        sum_wrong += wrong[q];
        if (n[q])
            printf("%d\t%ld\t%ld\t%ld\t%ld\n", q, n[q], wrong[q], sum, sum_wrong);
    }
    bam_destroy1(b);
    sam_close(f);
    return 0;
}
