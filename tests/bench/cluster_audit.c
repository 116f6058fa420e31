/* tests/bench/cluster_audit.c -- a clustering held to its thresholds by parasail
 *
 * cluster_audit [-n] [-v] -i ID -c COV -t REP_MEMBER.tsv -f IN.fa [-p PAIRS] [-s REPRESENTATIVES]
 *
 * Every pair of the table (-p: so many of them, evenly spread over the names) is aligned by
 * parasail (proteins: local, BLOSUM62, gap 10 + k; -n nucleotides: end-free, 2/-4, gap 20 + 2k). Gaps before the first and after the last aligned pair
 * are no part of the alignment: parasail writes the unaligned beginning of a local alignment as a
 * gap, and counting that as columns would report violations that are none. -s: so many
 * representatives are compared with all others of fitting length; those that hold are missed
 * merges (an overlap of less than half of either is not counted as one: without a coverage, a
 * single letter at the ends would be); a pair of which another optimal alignment falls below a
 * threshold is contested, not missed: it belongs together only by luck; -v names them. Letters X,
 * B, Z, U, O, J and N are never matches.
 */
#include <ctype.h>
#include <parasail.h>
#include <parasail/matrices/blosum62.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *name, *seq;
    int len, rep;
} seq_t;

static seq_t *all;
static int n_all, dna, gap_first, gap_more;
static const parasail_matrix_t *matrix;

static int cmp_name(const void *a, const void *b)
{
    return strcmp(((const seq_t *)a)->name, ((const seq_t *)b)->name);
}

static int find(char *name)
{
    seq_t key = {.name = name}, *r = bsearch(&key, all, (size_t)n_all, sizeof *all, cmp_name);
    return r ? (int)(r - all) : -1;
}

static void figures(const seq_t *a, const seq_t *b, double *id, double *cov_a, double *cov_b)
{
    parasail_result_t *r = dna ? parasail_sg_trace_striped_32(a->seq, a->len, b->seq, b->len,
                                                              gap_first, gap_more, matrix)
                               : parasail_sw_trace_striped_32(a->seq, a->len, b->seq, b->len,
                                                              gap_first, gap_more, matrix);
    parasail_cigar_t *c = parasail_result_get_cigar(r, a->seq, a->len, b->seq, b->len, matrix);
    int i = c->beg_query, matches = 0, cols = 0, span_a = 0, span_b = 0, first = 0, last = c->len;
    while (first < last && strchr("ID", parasail_cigar_decode_op(c->seq[first]))) {
        if (parasail_cigar_decode_op(c->seq[first]) == 'I')
            i += (int)parasail_cigar_decode_len(c->seq[first]);
        first++;
    }
    while (last > first && strchr("ID", parasail_cigar_decode_op(c->seq[last - 1])))
        last--;
    for (int k = first; k < last; k++) {
        char op = parasail_cigar_decode_op(c->seq[k]);
        int len = (int)parasail_cigar_decode_len(c->seq[k]);
        cols += len;
        for (int x = 0; op == '=' && x < len; x++)
            matches += !strchr(dna ? "N" : "XBZUOJ*", a->seq[i + x]);
        if (op != 'D') {
            span_a += len;
            i += len;
        }
        if (op != 'I')
            span_b += len;
    }
    *id = cols ? (double)matches / cols : 0;
    *cov_a = (double)span_a / a->len;
    *cov_b = (double)span_b / b->len;
    parasail_cigar_free(c);
    parasail_result_free(r);
}

static bool holds(const seq_t *a, const seq_t *b, double thr, double cov)
{
    double id, x, y;
    figures(a, b, &id, &x, &y);
    return id >= thr - 1e-9 && x >= cov - 1e-9 && y >= cov - 1e-9;
}

static int gcd(int a, int b)
{
    return b ? gcd(b, a % b) : a;
}

/* Of several optimal alignments, does the least alike one hold too? Scores are multiplied so far
 * that small additions, which favour columns without a match, only choose among the optimal ones.
 */
static bool always_holds(const seq_t *a, const seq_t *b, double thr, double cov)
{
    int num = (int)(thr * 10000 + .5), g = gcd(num, 10000), den = 10000 / g, first = gap_first,
        more = gap_more;
    num /= g;
    int times = 2 * den * (a->len + b->len) + 1;
    const parasail_matrix_t *plain = matrix;
    parasail_matrix_t *tilted = parasail_matrix_copy(plain);
    for (int x = 0; x < plain->size; x++)
        for (int y = 0; y < plain->size; y++) {
            bool match = x == y && x < (dna ? 4 : 20);
            parasail_matrix_set_value(
                tilted, x, y, times * plain->matrix[x * plain->size + y] + num - (match ? den : 0));
        }
    matrix = tilted;
    gap_first = times * first - num;
    gap_more = times * more - num;
    bool ok = holds(a, b, thr, cov);
    matrix = plain;
    gap_first = first;
    gap_more = more;
    parasail_matrix_free(tilted);
    return ok;
}

static void read_fasta(const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    if (!f) {
        perror(path);
        exit(66);
    }
    while ((n = getline(&line, &cap, f)) > 0) {
        while (n && isspace((unsigned char)line[n - 1]))
            line[--n] = 0;
        if (line[0] == '>') {
            all = realloc(all, (size_t)(n_all + 1) * sizeof *all);
            line[1 + strcspn(line + 1, " \t")] = 0;
            all[n_all++] = (seq_t){strdup(line + 1), strdup(""), 0, -1};
            continue;
        }
        seq_t *s = &all[n_all - 1];
        s->seq = realloc(s->seq, (size_t)s->len + (size_t)n + 1);
        for (ssize_t i = 0; i < n; i++) {
            int c = toupper((unsigned char)line[i]);
            s->seq[s->len++] = (char)(dna ? (c == 'U' ? 'T' : c) : strchr("UOJ*", c) ? 'X' : c);
        }
        s->seq[s->len] = 0;
    }
    free(line);
    fclose(f);
    qsort(all, (size_t)n_all, sizeof *all, cmp_name);
}

static void read_table(const char *path)
{
    FILE *f = fopen(path, "r");
    char a[4096], b[4096];
    if (!f) {
        perror(path);
        exit(66);
    }
    while (fscanf(f, "%4095s %4095s%*[^\n]", a, b) == 2) {
        int r = find(a), m = find(b);
        if (r >= 0 && m >= 0)
            all[m].rep = r;
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    double thr = .5, cov = .8;
    const char *table = NULL, *fasta = NULL;
    int sample = 0, most_pairs = 0;
    bool verbose = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-n") == 0)
            dna = 1;
        else if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else if (i + 1 < argc && strcmp(argv[i], "-i") == 0)
            thr = atof(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "-c") == 0)
            cov = atof(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "-t") == 0)
            table = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "-f") == 0)
            fasta = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "-s") == 0)
            sample = atoi(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "-p") == 0)
            most_pairs = atoi(argv[++i]);
    }
    if (!table || !fasta)
        return 64;
    matrix = dna ? parasail_matrix_create("ACGT", 2, -4) : &parasail_blosum62;
    gap_first = dna ? 22 : 11;
    gap_more = dna ? 2 : 1;
    read_fasta(fasta);
    read_table(table);
    int pairs = 0, aligned = 0, bad = 0, unassigned = 0, reps = 0, looked = 0, missed = 0;
    int contested = 0;
    for (int m = 0; m < n_all; m++) {
        unassigned += all[m].rep < 0;
        reps += all[m].rep == m;
    }
    int members = n_all - unassigned - reps;
    int64_t take = most_pairs > 0 && most_pairs < members ? most_pairs : members;
    for (int m = 0; m < n_all; m++) {
        if (all[m].rep < 0 || all[m].rep == m)
            continue;
        int64_t nth = pairs++;
        if ((nth + 1) * take / members == nth * take / members)
            continue;
        aligned++;
        bad += !holds(&all[all[m].rep], &all[m], thr, cov);
    }
    int step = sample > 0 && reps > sample ? reps / sample : 1, nth = 0;
    for (int r = 0; sample > 0 && r < n_all && looked < sample; r++) {
        if (all[r].rep != r || nth++ % step != 0)
            continue;
        bool miss = false;
        for (int o = 0; o < n_all && !miss; o++) {
            int lo = all[o].len < all[r].len ? all[o].len : all[r].len;
            int hi = all[o].len < all[r].len ? all[r].len : all[o].len;
            if (o == r || all[o].rep != o || lo < cov * hi)
                continue;
            parasail_result_t *x =
                dna ? parasail_sg_striped_sat(all[r].seq, all[r].len, all[o].seq, all[o].len,
                                              gap_first, gap_more, matrix)
                    : parasail_sw_striped_sat(all[r].seq, all[r].len, all[o].seq, all[o].len,
                                              gap_first, gap_more, matrix);
            int score = x->score;
            parasail_result_free(x);
            double need = dna ? lo * cov * (2 * thr - 8 * (1 - thr)) : 0.6 * lo * cov * (thr / .5);
            bool some = score >= need && holds(&all[r], &all[o], thr, cov > .5 ? cov : .5);
            miss = some && always_holds(&all[r], &all[o], thr, cov > .5 ? cov : .5);
            contested += some && !miss;
            if (some && verbose)
                printf("%s %s %s %d %d %d\n", miss ? "missed" : "contested", all[r].name,
                       all[o].name, all[r].len, all[o].len, score);
        }
        looked++;
        missed += miss;
    }
    printf("sequences %d  unassigned %d  clusters %d  pairs %d  aligned %d  violating %d", n_all,
           unassigned, reps, pairs, aligned, bad);
    if (sample > 0)
        printf("  representatives %d  missing %d  contested %d", looked, missed, contested);
    putchar('\n');
    return 0;
}
