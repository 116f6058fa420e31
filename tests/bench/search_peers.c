/* search_peers parasail|ssw DB.fa QUERIES.fa HITS [BLOSUM62 in NCBI's format]: every query against every
 * sequence by another library, one thread, gaps 11 + 1 a letter. Prints CPU seconds, billions of cells a second,
 * and how many of the scores in HITS (genowarp align --search, column 15) differ. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <parasail.h>
#include <ssw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    char *name, *seq;
    int len;
} seq_t;

static seq_t *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0, room = 0;
    seq_t *v = NULL;
    *n = 0;
    if (!f) {
        perror(path);
        exit(1);
    }
    for (ssize_t len; (len = getline(&line, &cap, f)) > 0;) {
        while (len > 0 && isspace((unsigned char)line[len - 1]))
            line[--len] = '\0';
        if (line[0] == '>') {
            if (*n == room)
                v = realloc(v, (room = 2 * room + 64) * sizeof *v);
            v[(*n)++] = (seq_t){strndup(line + 1, strcspn(line + 1, " \t")), calloc(1, 1), 0};
        } else {
            seq_t *s = &v[*n - 1];
            s->seq = realloc(s->seq, (size_t)(s->len + len) + 1);
            memcpy(s->seq + s->len, line, (size_t)len + 1);
            s->len += (int)len;
        }
    }
    free(line);
    fclose(f);
    return v;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const seq_t *const *)a)->name, (*(const seq_t *const *)b)->name);
}

int main(int argc, char **argv)
{
    static const char letters[] = "ARNDCQEGHILKMFPSTWYVBJZX*";
    if (argc != 6) {
        fputs("usage: search_peers parasail|ssw DB.fa QUERIES.fa HITS MATRIX\n", stderr);
        return 64;
    }
    size_t n_db, n_q;
    seq_t *db = read_all(argv[2], &n_db), *q = read_all(argv[3], &n_q);
    int ssw = strcmp(argv[1], "ssw") == 0;
    int *score = malloc(n_db * n_q * sizeof *score);
    parasail_matrix_t *m = parasail_matrix_from_file(argv[5]);
    int8_t table[25 * 25], code[256];
    memset(code, 23, sizeof code);
    for (int a = 0; a < 25; a++)
        code[(unsigned char)letters[a]] = (int8_t)a;
    code['U'] = code['C'];
    for (int a = 0; a < 25; a++)
        for (int b = 0; b < 25; b++)
            table[a * 25 + b] =
                (int8_t)m->matrix[m->mapper[(unsigned char)letters[a]] * m->size + m->mapper[(unsigned char)letters[b]]];
    double cells = 0;
    for (size_t i = 0; i < n_db + n_q; i++) /* the letters as genowarp takes them */
        for (char *p = i < n_db ? db[i].seq : q[i - n_db].seq; *p; p++)
            *p = letters[(int)code[toupper((unsigned char)*p)]];
    int8_t **num = malloc(n_db * sizeof *num);
    for (size_t t = 0; t < n_db; t++) {
        num[t] = malloc((size_t)db[t].len);
        for (int i = 0; i < db[t].len; i++)
            num[t][i] = code[(unsigned char)db[t].seq[i]];
    }
    clock_t begin = clock();
    for (size_t i = 0; i < n_q; i++) {
        int8_t *mine = malloc((size_t)q[i].len);
        for (int k = 0; k < q[i].len; k++)
            mine[k] = code[(unsigned char)q[i].seq[k]];
        s_profile *sp = ssw ? ssw_init(mine, q[i].len, table, 25, 2) : NULL;
        parasail_profile_t *pp = ssw ? NULL : parasail_profile_create_sat(q[i].seq, q[i].len, m);
        for (size_t t = 0; t < n_db; t++) {
            cells += (double)q[i].len * db[t].len;
            if (ssw) {
                s_align *a = ssw_align(sp, num[t], db[t].len, 12, 1, 0, 0, 0, 15);
                score[i * n_db + t] = a->score1;
                align_destroy(a);
            } else {
                parasail_result_t *r = parasail_sw_striped_profile_sat(pp, db[t].seq, db[t].len, 12, 1);
                score[i * n_db + t] = r->score;
                parasail_result_free(r);
            }
        }
        if (sp)
            init_destroy(sp);
        if (pp)
            parasail_profile_free(pp);
        free(mine);
    }
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    const seq_t **names = malloc(n_db * sizeof *names);
    for (size_t t = 0; t < n_db; t++)
        names[t] = &db[t];
    qsort(names, n_db, sizeof *names, by_name);
    long rows = 0, differ = 0;
    FILE *f = fopen(argv[4], "r");
    char qn[300], tn[300], line[4096];
    while (f && fgets(line, sizeof line, f)) {
        int s;
        if (sscanf(line, "%299s %299s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", qn, tn, &s) != 3)
            continue;
        seq_t key = {.name = tn};
        const seq_t *k = &key, **at = bsearch(&k, names, n_db, sizeof *names, by_name);
        size_t i = 0;
        while (i < n_q && strcmp(q[i].name, qn) != 0)
            i++;
        rows++;
        differ += !at || i == n_q || score[i * n_db + (size_t)(*at - db)] != s;
    }
    printf("%s: %.1f CPU s, %.2f GCUPS; %ld of %ld scores differ\n", argv[1], seconds, cells / seconds / 1e9, differ,
           rows);
    return differ || rows == 0;
}
