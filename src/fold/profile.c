#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/profile.h"
#include "io/slurp.h"

/* 1. profiles */
void gw_profile_release(gw_profile_t *p)
{
    free(p->name);
    free(p->seq);
    free(p->freq);
    free(p->cover);
    memset(p, 0, sizeof *p);
}

static gw_status_t profile_init(const char *name, int32_t len, gw_profile_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    out->len = len;
    out->n_seqs = 1;
    out->neff = 1;
    out->name = gw_strdup(name);
    out->seq = gw_malloc((size_t)len, 1);
    out->freq = gw_calloc((size_t)len * GW_AA_N, sizeof *out->freq);
    if (!out->name || !out->seq || !out->freq) {
        gw_profile_release(out);
        return gw_err_nomem(err, "reading a query");
    }
    return GW_OK;
}

gw_status_t gw_profile_from_sequence(const char *source, const char *name, const char *letters,
                                     size_t n, gw_profile_t *out, gw_err_t *err)
{
    n -= n > 1 && letters[n - 1] == '*'; /* translations end so */
    if (n == 0 || n > GW_PROFILE_MAX_LEN)
        return gw_err_set(err, GW_EDATA,
                          "%s: sequence %s has %zu residues; 1 to %d can be threaded", source, name,
                          n, GW_PROFILE_MAX_LEN);
    gw_status_t st = profile_init(name, (int32_t)n, out, err);
    if (st != GW_OK)
        return st;
    out->single = true;
    size_t known = 0, nucleic = 0;
    for (size_t i = 0; i < n; i++) {
        int a = gw_aa_code(letters[i]);
        if (a < 0) {
            st = letters[i] == '*'
                     ? gw_err_set(err, GW_EDATA,
                                  "%s: sequence %s, residue %zu: a stop (*) inside; give the "
                                  "protein up to its stop",
                                  source, name, i + 1)
                     : gw_err_set(
                           err, GW_EDATA,
                           "%s: sequence %s, residue %zu: byte 0x%02x is no amino acid letter; is "
                           "this a protein sequence?",
                           source, name, i + 1, (unsigned char)letters[i]);
            gw_profile_release(out);
            return st;
        }
        out->seq[i] = (uint8_t)a;
        known += a < GW_AA_N;
        nucleic += strchr("ACGTUNacgtun", letters[i]) != NULL;
        if (a < GW_AA_N)
            out->freq[i * GW_AA_N + (size_t)a] = 1;
    }
    if (known == 0)
        st = gw_err_set(err, GW_EDATA,
                        "%s: sequence %s holds no known amino acid, only X; nothing "
                        "can be threaded",
                        source, name);
    else if (n >= 20 && nucleic == n)
        st = gw_err_set(err, GW_EDATA,
                        "%s: sequence %s is made of A, C, G, T, U and N only, so it "
                        "looks like DNA or RNA; give the translated protein",
                        source, name);
    if (st != GW_OK)
        gw_profile_release(out);
    return st;
}

/* mean over columns of exp(entropy), columns without frequencies left out */
static float mean_neff(const gw_profile_t *p)
{
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < p->len; i++) {
        double e = 0, s = 0;
        for (int a = 0; a < GW_AA_N; a++) {
            double f = p->freq[i * GW_AA_N + a];
            s += f;
            if (f > 0)
                e -= f * log(f);
        }
        if (s > 0) {
            sum += exp(e);
            n++;
        }
    }
    return n ? (float)(sum / n) : 1.0F;
}

gw_status_t gw_profile_from_coded(const char *name, int32_t len, const uint8_t *seq,
                                  const uint8_t *coded, gw_profile_t *out, gw_err_t *err)
{
    gw_status_t st = profile_init(name, len, out, err);
    if (st != GW_OK)
        return st;
    bool any = false;
    for (int32_t i = 0; i < len; i++) {
        float sum = 0;
        out->seq[i] = seq[i];
        for (int a = 0; a < GW_AA_N; a++)
            sum += (float)coded[i * GW_AA_N + a] * coded[i * GW_AA_N + a];
        for (int a = 0; a < GW_AA_N && sum > 0; a++)
            out->freq[i * GW_AA_N + a] =
                (float)coded[i * GW_AA_N + a] * coded[i * GW_AA_N + a] / sum;
        any |= sum > 0;
        if (sum <= 0 && seq[i] < GW_AA_N)
            out->freq[i * GW_AA_N + seq[i]] = 1;
    }
    out->single = !any;
    out->neff = any ? mean_neff(out) : 1;
    out->n_seqs = any ? 2 : 1;
    return GW_OK;
}

gw_status_t gw_profile_mixed(const gw_profile_t *q, const float *sum, const float *total,
                             gw_profile_t *out, gw_err_t *err)
{
    gw_status_t st = profile_init(q->name, q->len, out, err);
    if (st != GW_OK)
        return st;
    out->cover = gw_malloc((size_t)q->len, sizeof *out->cover);
    if (!out->cover) {
        gw_profile_release(out);
        return gw_err_nomem(err, "enriching a query");
    }
    memcpy(out->seq, q->seq, (size_t)q->len);
    for (int32_t i = 0; i < q->len; i++) {
        float *f = out->freq + i * GW_AA_N, all = 0;
        for (int a = 0; a < GW_AA_N; a++) {
            f[a] = q->freq[i * GW_AA_N + a] + sum[i * GW_AA_N + a];
            all += f[a];
        }
        for (int a = 0; a < GW_AA_N && all > 0; a++)
            f[a] /= all;
        out->cover[i] = total[i] / (total[i] + 0.2F);
    }
    out->n_seqs = q->n_seqs;
    out->neff = mean_neff(out);
    return GW_OK;
}

/* 2. reading: a cursor over lines */
typedef struct {
    const char *path;
    const char *p, *end;
    int64_t line;
} cursor_t;

static bool next_line(cursor_t *c, const char **line, size_t *n)
{
    if (c->p >= c->end)
        return false;
    const char *nl = memchr(c->p, '\n', (size_t)(c->end - c->p));
    const char *e = nl ? nl : c->end;
    *line = c->p;
    *n = (size_t)(e - c->p);
    while (*n && ((*line)[*n - 1] == '\r' || (*line)[*n - 1] == ' ' || (*line)[*n - 1] == '\t'))
        --*n;
    c->p = nl ? nl + 1 : c->end;
    c->line++;
    return true;
}

typedef struct {
    char *name; /* up to the first blank */
    char *seq;  /* blanks removed */
    size_t n;
} record_t;

static void records_free(record_t *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(r[i].name);
        free(r[i].seq);
    }
    free(r);
}

/* '>' records of the text; sequence letters, '-', '.', '*' */
static gw_status_t read_records(cursor_t *c, record_t **out, size_t *n_out, gw_err_t *err)
{
    record_t *r = NULL;
    size_t n = 0, cap = 0, seq_cap = 0, len;
    const char *l;
    gw_status_t st = GW_OK;
    while (next_line(c, &l, &len)) {
        if (len == 0 || (*l == '#' && n == 0))
            continue;
        if (*l == '>') {
            size_t k = 1;
            while (k < len && l[k] != ' ' && l[k] != '\t')
                k++;
            if (k == 1) {
                st = gw_err_set(err, GW_EDATA, "%s: line %lld: record %zu has no name; give it one",
                                c->path, (long long)c->line, n + 1);
                goto fail;
            }
            if (!GW_GROW(r, cap, n + 1) || !(r[n].name = gw_strndup(l + 1, k - 1)))
                goto nomem;
            r[n].seq = NULL;
            r[n++].n = 0;
            seq_cap = 0;
            continue;
        }
        if (n == 0) {
            st = gw_err_set(err, GW_EDATA,
                            "%s: line %lld: neither a '>' line nor an HHM header; "
                            "give FASTA, A3M or HHM",
                            c->path, (long long)c->line);
            goto fail;
        }
        if (!GW_GROW(r[n - 1].seq, seq_cap, r[n - 1].n + len + 1))
            goto nomem;
        for (size_t i = 0; i < len; i++) {
            if (l[i] == ' ' || l[i] == '\t')
                continue;
            if (gw_aa_code(l[i]) < 0 && !strchr("-.*", l[i])) {
                st = gw_err_set(err, GW_EDATA,
                                "%s: line %lld: record %zu (%s): byte 0x%02x is no "
                                "amino acid letter; is this a protein sequence file?",
                                c->path, (long long)c->line, n, r[n - 1].name, (unsigned char)l[i]);
                goto fail;
            }
            r[n - 1].seq[r[n - 1].n++] = l[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        if (r[i].n == 0) {
            st = gw_err_set(err, GW_EDATA, "%s: record %zu (%s) has no sequence; file cut short?",
                            c->path, i + 1, r[i].name);
            goto fail;
        }
    *out = r;
    *n_out = n;
    return GW_OK;
nomem:
    st = gw_err_nomem(err, "reading a query");
fail:
    records_free(r, n);
    return st;
}

static gw_status_t fasta_queries(const char *path, record_t *r, size_t n, gw_profile_t *q,
                                 gw_err_t *err)
{
    for (size_t i = 0; i < n; i++) {
        if (r[i].n && r[i].seq[r[i].n - 1] == '*')
            r[i].n--; /* a stop at the end */
        gw_status_t st = gw_profile_from_sequence(path, r[i].name, r[i].seq, r[i].n, &q[i], err);
        if (st != GW_OK) {
            while (i-- > 0)
                gw_profile_release(&q[i]);
            return st;
        }
    }
    return GW_OK;
}

/* annotation tracks of A3M files: predicted structure, consensus */
static bool is_track(const char *name)
{
    static const char *const track[] = {"ss_", "sa_", "aa_", "cons", "Consensus", "Consensus/"};
    for (size_t i = 0; i < sizeof track / sizeof *track; i++)
        if (strncmp(name, track[i], strlen(track[i])) == 0)
            return true;
    size_t n = strlen(name);
    return n >= 10 && strcmp(name + n - 10, "_consensus") == 0;
}

/* match columns of one aligned sequence into col (codes, -1 gap, -2 outside); lower case and '.'
 * are insertions. Returns how many columns there were. */
static size_t match_columns(const record_t *r, int8_t *col, size_t max)
{
    size_t n = 0, first = 0, last = 0;
    for (size_t i = 0; i < r->n; i++) {
        char c = r->seq[i];
        if (c == '.' || c == '*' || (c >= 'a' && c <= 'z'))
            continue;
        if (n < max)
            col[n] = c == '-' ? -1 : (int8_t)gw_aa_code(c);
        if (n < max && col[n] >= 0) {
            if (last == 0)
                first = n;
            last = n + 1;
        }
        n++;
    }
    for (size_t i = 0; i < n && i < max; i++)
        if (i < first || i >= last)
            col[i] = -2;
    return n;
}

typedef struct {
    size_t len, n;
    int8_t *col; /* [sequence][len] */
    float *weight;
} msa_t;

/* Henikoff position-based weights over the columns that a sequence covers */
static void weigh(msa_t *m)
{
    for (size_t s = 0; s < m->n; s++)
        m->weight[s] = 0;
    for (size_t j = 0; j < m->len; j++) {
        int32_t count[GW_AA_N] = {0}, kinds = 0;
        for (size_t s = 0; s < m->n; s++) {
            int a = m->col[s * m->len + j];
            if (a >= 0 && a < GW_AA_N)
                kinds += count[a]++ == 0;
        }
        for (size_t s = 0; s < m->n; s++) {
            int a = m->col[s * m->len + j];
            if (a >= 0 && a < GW_AA_N)
                m->weight[s] += 1.0F / (float)(kinds * count[a]);
        }
    }
    for (size_t s = 0; s < m->n; s++) {
        int32_t covered = 0;
        for (size_t j = 0; j < m->len; j++) {
            int a = m->col[s * m->len + j];
            covered += a >= 0 && a < GW_AA_N;
        }
        m->weight[s] = covered ? m->weight[s] / (float)covered : 0;
    }
}

static void count_columns(const msa_t *m, gw_profile_t *p)
{
    for (size_t j = 0; j < m->len; j++) {
        float sum = 0, *f = p->freq + j * GW_AA_N;
        memset(f, 0, GW_AA_N * sizeof *f);
        for (size_t s = 0; s < m->n; s++) {
            int a = m->col[s * m->len + j];
            if (a >= 0 && a < GW_AA_N) {
                f[a] += m->weight[s];
                sum += m->weight[s];
            }
        }
        for (int a = 0; a < GW_AA_N && sum > 0; a++)
            f[a] /= sum;
    }
}

static gw_status_t a3m_query(const char *path, const record_t *r, size_t n, gw_profile_t *out,
                             gw_err_t *err)
{
    size_t q = 0;
    while (q < n && is_track(r[q].name))
        q++;
    if (q == n)
        return gw_err_set(err, GW_EDATA, "%s: only annotation records, no sequence to be the query",
                          path);
    char *letters = gw_malloc(r[q].n + 1, 1);
    msa_t m = {0};
    if (!letters)
        return gw_err_nomem(err, "reading an alignment");
    size_t len = 0;
    for (size_t i = 0; i < r[q].n; i++)
        if (gw_aa_code(r[q].seq[i]) >= 0 && r[q].seq[i] >= 'A' && r[q].seq[i] <= 'Z')
            letters[len++] = r[q].seq[i];
    gw_status_t st = gw_profile_from_sequence(path, r[q].name, letters, len, out, err);
    free(letters);
    if (st != GW_OK)
        return st;
    m.col = gw_malloc(n * len, 1);
    m.weight = gw_malloc(n, sizeof *m.weight);
    int8_t *keep = gw_malloc(r[q].n, 1), *row = gw_malloc(r[q].n, 1);
    m.len = len;
    if (!m.col || !m.weight || !keep || !row) {
        st = gw_err_nomem(err, "reading an alignment");
        goto done;
    }
    size_t cols = match_columns(&r[q], keep, r[q].n);
    for (size_t s = q; s < n; s++) {
        if (is_track(r[s].name))
            continue;
        size_t k = match_columns(&r[s], row, cols);
        if (k != cols) {
            st = gw_err_set(err, GW_EDATA,
                            "%s: record %zu (%s): %zu aligned columns where the "
                            "query has %zu; alignment cut short?",
                            path, s + 1, r[s].name, k, cols);
            goto done;
        }
        for (size_t j = 0, at = 0; j < cols; j++)
            if (keep[j] >= 0) /* columns where the query has a gap are insertions */
                m.col[m.n * len + at++] = row[j];
        m.n++;
    }
    if (m.n > 1) {
        weigh(&m);
        count_columns(&m, out);
        out->single = false;
        out->n_seqs = (int32_t)m.n;
        out->neff = mean_neff(out);
    }
done:
    free(m.col);
    free(m.weight);
    free(keep);
    free(row);
    if (st != GW_OK)
        gw_profile_release(out);
    return st;
}

/* HHM: after the line "HMM    A C D E ..." come the column lines */
static gw_status_t hhm_cut(const cursor_t *c, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: line %lld: HHM file ends or breaks off here; compare its "
                      "checksum or make it again",
                      c->path, (long long)c->line);
}

static gw_status_t hhm_columns(cursor_t *c, gw_profile_t *p, gw_err_t *err)
{
    static const char order[] = "ACDEFGHIKLMNPQRSTVWY";
    const char *l;
    size_t n;
    for (int k = 0; k < 2; k++)
        if (!next_line(c, &l, &n))
            return hhm_cut(c, err);
    for (int32_t i = 0; i < p->len; i++) {
        char letter;
        long at;
        int used;
        if (!next_line(c, &l, &n))
            return hhm_cut(c, err);
        char *copy = gw_strndup(l, n), *save = NULL;
        if (!copy)
            return gw_err_nomem(err, "reading an HHM file");
        bool ok = sscanf(copy, "%c %ld%n", &letter, &at, &used) == 2 && at == i + 1 &&
                  gw_aa_code(letter) >= 0;
        float sum = 0;
        char *tok = ok ? strtok_r(copy + used, " \t", &save) : NULL;
        for (int k = 0; k < GW_AA_N && ok; k++, tok = strtok_r(NULL, " \t", &save)) {
            char *end = NULL;
            float f = 0;
            if (tok && strcmp(tok, "*") != 0) {
                long v = strtol(tok, &end, 10);
                ok = end != tok && *end == '\0' && v >= 0;
                f = exp2f((float)v / -1000.0F);
            }
            ok = ok && tok;
            if (ok) {
                p->freq[i * GW_AA_N + gw_aa_code(order[k])] = f;
                sum += f;
            }
        }
        free(copy);
        if (!ok || !next_line(c, &l, &n) || !next_line(c, &l, &n))
            return hhm_cut(c, err);
        p->seq[i] = (uint8_t)gw_aa_code(letter);
        for (int a = 0; a < GW_AA_N && sum > 0; a++)
            p->freq[i * GW_AA_N + a] /= sum;
    }
    do
        if (!next_line(c, &l, &n))
            return hhm_cut(c, err);
    while (n == 0);
    return n >= 2 && strncmp(l, "//", 2) == 0 ? GW_OK : hhm_cut(c, err);
}

static gw_status_t hhm_query(cursor_t *c, gw_profile_t *out, gw_err_t *err)
{
    const char *l;
    size_t n;
    char name[256] = "query";
    long len = 0, seqs = 2;
    bool found = false;
    while (!found && next_line(c, &l, &n)) {
        char line[320];
        size_t k = n < sizeof line - 1 ? n : sizeof line - 1;
        memcpy(line, l, k);
        line[k] = '\0';
        if (strncmp(line, "NAME", 4) == 0)
            sscanf(line + 4, " %255s", name);
        else if (strncmp(line, "LENG", 4) == 0)
            sscanf(line + 4, " %ld", &len);
        else if (strncmp(line, "FILT", 4) == 0)
            sscanf(line + 4, " %ld", &seqs);
        else
            found = strncmp(line, "HMM ", 4) == 0 && strncmp(line, "HMMER", 5) != 0;
    }
    if (!found)
        return hhm_cut(c, err);
    if (len < 1 || len > GW_PROFILE_MAX_LEN)
        return gw_err_set(err, GW_EDATA, "%s: HHM header gives no usable LENG (1 to %d)", c->path,
                          GW_PROFILE_MAX_LEN);
    gw_status_t st = profile_init(name, (int32_t)len, out, err);
    if (st == GW_OK && (st = hhm_columns(c, out, err)) != GW_OK)
        gw_profile_release(out);
    if (st == GW_OK) {
        out->neff = mean_neff(out);
        out->n_seqs = seqs > 0 && seqs < INT32_MAX ? (int32_t)seqs : 2;
    }
    return st;
}

/* several records are an alignment when they have equally many match columns and gaps or
 * insertions; otherwise they are separate queries */
static bool is_alignment(const record_t *r, size_t n)
{
    bool marks = false;
    size_t cols = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        for (size_t j = 0; j < r[i].n; j++) {
            char c = r[i].seq[j];
            marks |= c == '-' || c == '.' || (i > 0 && c >= 'a' && c <= 'z');
            k += !(c == '.' || c == '*' || (c >= 'a' && c <= 'z'));
        }
        if (i > 0 && k != cols)
            return false;
        cols = k;
    }
    return n > 1 && marks;
}

static bool ends_with(const char *path, const char *ext)
{
    size_t n = strlen(path), k = strlen(ext);
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        n -= 3;
    return n > k && strncmp(path + n - k, ext, k) == 0;
}

static gw_status_t parse(cursor_t *c, gw_profile_format_t format, gw_profile_t **out, size_t *n,
                         gw_err_t *err)
{
    if (format == GW_PROFILE_AUTO && ends_with(c->path, ".a3m"))
        format = GW_PROFILE_A3M;
    if (format == GW_PROFILE_AUTO &&
        (strncmp(c->p, "HHsearch", 8) == 0 || strncmp(c->p, "HHblits", 7) == 0))
        format = GW_PROFILE_HHM;
    record_t *r = NULL;
    size_t n_rec = 1;
    gw_status_t st = format == GW_PROFILE_HHM ? GW_OK : read_records(c, &r, &n_rec, err);
    if (st != GW_OK)
        return st;
    if (n_rec == 0)
        return gw_err_set(err, GW_EDATA, "%s: holds no sequence; give FASTA, A3M or HHM", c->path);
    if (format == GW_PROFILE_AUTO)
        format = is_alignment(r, n_rec) ? GW_PROFILE_A3M : GW_PROFILE_FASTA;
    *n = format == GW_PROFILE_FASTA ? n_rec : 1;
    *out = gw_calloc(*n, sizeof **out);
    if (!*out)
        st = gw_err_nomem(err, "reading a query");
    else if (format == GW_PROFILE_FASTA)
        st = fasta_queries(c->path, r, n_rec, *out, err);
    else if (format == GW_PROFILE_A3M)
        st = a3m_query(c->path, r, n_rec, *out, err);
    else
        st = hhm_query(c, *out, err);
    if (r)
        records_free(r, n_rec);
    if (st != GW_OK) {
        free(*out);
        *out = NULL;
    }
    return st;
}

gw_status_t gw_profile_read(const char *path, gw_profile_format_t format, gw_profile_t **out,
                            size_t *n, gw_err_t *err)
{
    char *text = NULL;
    size_t len = 0;
    *out = NULL;
    gw_status_t st = gw_slurp(path, (size_t)1 << 32, &text, &len, err);
    if (st != GW_OK)
        return st;
    const char *shown = strcmp(path, "-") == 0 ? "stdin" : path;
    cursor_t c = {shown, text, text + len, 0};
    if (memchr(text, '\0', len))
        st = gw_err_set(err, GW_EDATA,
                        "%s: holds zero bytes, so it is no text; give FASTA, A3M or "
                        "HHM",
                        shown);
    else
        st = parse(&c, format, out, n, err);
    free(text);
    return st;
}

/* 3. pseudocounts */
void gw_profile_smooth(const gw_profile_t *p, float *out, float *mean)
{
    enum { HALF = 10 };
    float sub[GW_AA_N][GW_AA_N];
    gw_aa_substitution(sub);
    double near = 0; /* running sum of exp(entropy) over the window */
    int32_t in = 0;
    for (int a = 0; a < GW_AA_N; a++)
        mean[a] = 0;
    /* entropies are kept in the first slot of each output row until that row is written */
    for (int32_t i = 0; i < p->len; i++) {
        float e = 0;
        for (int a = 0; a < GW_AA_N; a++) {
            float f = p->freq[i * GW_AA_N + a];
            if (f > 0)
                e -= f * log2f(f);
        }
        out[i * GW_AA_N] = exp2f(e);
    }
    float ring[2 * HALF + 1] = {0};
    for (int32_t i = -HALF; i < p->len; i++) {
        int32_t add = i + HALF, drop = i - HALF - 1;
        if (add < p->len) {
            ring[add % (2 * HALF + 1)] = out[add * GW_AA_N];
            near += out[add * GW_AA_N];
            in++;
        }
        if (drop >= 0)
            in--;
        if (i < 0)
            continue;
        float ne = (float)(near / in), tau = 1.0F / (1.0F + (ne - 1.0F) / 1.5F);
        near -= i - HALF >= 0 ? ring[(i - HALF) % (2 * HALF + 1)] : 0;
        tau = tau > 1 ? 1 : tau;
        const float *f = p->freq + i * GW_AA_N;
        float mixed[GW_AA_N], sum = 0;
        for (int b = 0; b < GW_AA_N; b++)
            mixed[b] = 0;
        for (int a = 0; a < GW_AA_N; a++) {
            sum += f[a];
            for (int b = 0; b < GW_AA_N; b++)
                mixed[b] += f[a] * sub[a][b];
        }
        for (int b = 0; b < GW_AA_N; b++) {
            float v = sum > 0.5F ? (1 - tau) * f[b] + tau * mixed[b] : gw_aa_background[b];
            out[i * GW_AA_N + b] = v > 1e-6F ? v : 1e-6F;
            mean[b] += out[i * GW_AA_N + b] / (float)p->len;
        }
    }
}
