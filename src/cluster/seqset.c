#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "cluster/seqset.h"
#include "io/seqread.h"

static const char protein_letters[] = "ARNDCQEGHILKMFPSTWYVBZX";

/* What is known of a record while loading. */
typedef struct {
    const char *name;
    const char *path;
    uint64_t ordinal;
    uint64_t hash;
    int64_t off, size;
    const char *sample;
    int32_t len;
} raw_t;

typedef struct {
    gw_seqset_t *s;
    const gw_seqset_opts_t *opts;
    raw_t *raw;
    size_t n, cap;
    uint8_t *text; /* letters as in the file, until they are encoded in place */
    size_t n_text, cap_text;
    int64_t count[256];   /* of each letter in the file */
    double error_of[256]; /* probability of a quality character */
    uint64_t need;        /* memory, once it is more than may be taken: records are only counted */
} load_t;

/* What the program takes in any case, and a record on its way to canonical order. */
enum { PROGRAM = 24 << 20, PER_RECORD = 200 };

gw_status_t gw_seqset_check_memory(uint64_t max_mem, uint64_t need, const char *what, gw_err_t *err)
{
    if (max_mem == 0 || need <= max_mem)
        return GW_OK;
    return gw_err_set(err, GW_EUSAGE,
                      "--max-mem: %lluM is too little for %s; at least %lluM are needed",
                      (unsigned long long)(max_mem >> 20), what,
                      (unsigned long long)((need >> 20) + 1));
}

uint64_t gw_seqset_bytes(const gw_seqset_t *s)
{
    return PROGRAM + (uint64_t)s->n_letters + s->arena.used + s->n_recs * sizeof *s->rec +
           ((uint64_t)s->n + 1) * (sizeof *s->first + sizeof *s->off);
}

/* Whether one more record fits; what would is counted on when it does not. */
static bool fits(load_t *l, const gw_seqrec_t *rec)
{
    if (l->opts->max_mem == 0)
        return true;
    if (l->need == 0) {
        uint64_t need = PROGRAM + 2 * (l->n_text + rec->len) + l->s->arena.used +
                        (l->n + 1) * PER_RECORD;
        if (need <= l->opts->max_mem)
            return true;
        l->need = need;
        return false;
    }
    l->need += 2 * (uint64_t)rec->len + rec->name_len + PER_RECORD;
    return false;
}

/* 1. reading */
static gw_status_t bad(const raw_t *r, gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: record %llu (%s): %s", r->path,
                      (unsigned long long)r->ordinal, r->name, what);
}

/* ;size=N anywhere in the name, as USEARCH and its kin write it */
static gw_status_t parse_size(raw_t *r, gw_err_t *err)
{
    const char *p = r->name;
    while ((p = strstr(p, "size=")) && p != r->name && p[-1] != ';')
        p++;
    char digits[24];
    size_t n = p ? strspn(p + 5, "0123456789") : 0;
    int64_t v = 0;
    if (n > 0 && n < sizeof digits) {
        memcpy(digits, p + 5, n);
        digits[n] = '\0';
    }
    if (n == 0 || n >= sizeof digits || (p[5 + n] && p[5 + n] != ';') || !gw_text_int(digits, &v) ||
        v < 1)
        return bad(r, err, "no ;size=N with a whole number from 1 on in the name; write one to every name or leave out --sizein");
    r->size = v;
    return GW_OK;
}

/* ;sample=NAME or ;barcodelabel=NAME, as USEARCH and VSEARCH write them */
static const char *sample_in(const char *name, size_t *len)
{
    static const char *const keys[] = {"sample=", "barcodelabel="};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (const char *p = name; (p = strstr(p, keys[k])); p++)
            if (p == name || p[-1] == ';') {
                p += strlen(keys[k]);
                *len = strcspn(p, ";");
                return *len ? p : NULL;
            }
    return NULL;
}

/* A file's name without its folder and endings. */
static const char *sample_of(const char *path, size_t *len)
{
    static const char *const endings[] = {".gz",  ".zst",  ".bgz", ".fa", ".fasta",
                                          ".fna", ".ffn",  ".fsa", ".fq", ".fastq",
                                          ".bam", ".cram", ".sam"};
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    *len = strlen(name);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            size_t n = strlen(endings[i]);
            if (*len > n && strncmp(name + *len - n, endings[i], n) == 0) {
                *len -= n;
                break;
            }
        }
    return name;
}

static gw_status_t parse_sample(load_t *l, raw_t *r, gw_err_t *err)
{
    size_t len;
    const char *s = sample_in(r->name, &len);
    if (!s)
        s = sample_of(r->path, &len);
    r->sample = gw_arena_strndup(&l->s->arena, s, len);
    return r->sample ? GW_OK : gw_err_nomem(err, "reading sequences");
}

static gw_status_t count_errors(const load_t *l, const raw_t *r, const gw_seqrec_t *rec, bool *poor,
                                gw_err_t *err)
{
    double sum = 0;
    if (!rec->qual)
        return bad(r, err, "no qualities, which --max-ee needs; give FASTQ or leave it out");
    for (uint32_t i = 0; i < rec->len; i++)
        sum += l->error_of[(unsigned char)rec->qual[i]];
    *poor = sum > l->opts->max_ee;
    return GW_OK;
}

static gw_status_t add(load_t *l, const char *path, const gw_seqrec_t *rec, gw_err_t *err)
{
    if (!fits(l, rec))
        return GW_OK;
    if (!GW_GROW(l->raw, l->cap, l->n + 1))
        return gw_err_nomem(err, "reading sequences");
    raw_t *r = &l->raw[l->n];
    *r = (raw_t){.path = path, .ordinal = rec->ordinal, .len = (int32_t)rec->len, .size = 1};
    r->name = gw_arena_strndup(&l->s->arena, rec->name, rec->name_len);
    if (!r->name || !GW_GROW(l->text, l->cap_text, l->n_text + rec->len))
        return gw_err_nomem(err, "reading sequences");
    if (rec->len == 0)
        return bad(r, err, "the sequence is empty; remove the record or complete the file");
    l->s->n_read++;
    bool poor = false;
    gw_status_t st = l->opts->max_ee > 0 ? count_errors(l, r, rec, &poor, err) : GW_OK;
    if (st != GW_OK || poor) {
        l->s->n_poor += poor;
        return st;
    }
    l->n++;
    r->off = (int64_t)l->n_text;
    memcpy(l->text + l->n_text, rec->seq, rec->len);
    l->n_text += rec->len;
    for (uint32_t i = 0; i < rec->len; i++)
        l->count[(unsigned char)rec->seq[i]]++;
    if (l->opts->samples)
        st = parse_sample(l, r, err);
    return st == GW_OK && l->opts->sizes ? parse_size(r, err) : st;
}

static gw_status_t read_file(load_t *l, const char *path, gw_err_t *err)
{
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_ANY, .threads = l->opts->threads};
    gw_seqreader_t *r = NULL;
    gw_status_t st = gw_seqreader_open(&path, 1, &o, &r, err);
    if (st != GW_OK)
        return st;
    gw_seqbatch_t b;
    gw_seqbatch_init(&b);
    const char *shown = strcmp(path, "-") == 0 ? "stdin" : path;
    do {
        st = gw_seqreader_next(r, &b, 4096, 1 << 22, err);
        for (size_t i = 0; st == GW_OK && i < b.n; i++)
            st = add(l, shown, &b.rec[i], err);
    } while (st == GW_OK && b.n > 0);
    gw_seqbatch_release(&b);
    gw_seqreader_close(r);
    return st;
}

/* 2. alphabets */
static void code_table(gw_seqkind_t kind, uint8_t *code)
{
    memset(code, 0xff, 256);
    if (kind == GW_SEQ_DNA) {
        for (const char *p = "RYSWKMBDHVN"; *p; p++)
            code[(unsigned char)*p] = 4;
        for (int i = 0; i < 4; i++)
            code[(unsigned char)"ACGT"[i]] = (uint8_t)i;
        code['U'] = 3;
    } else {
        for (int i = 0; i < GW_SEQSET_PROTEIN_LETTERS; i++)
            code[(unsigned char)protein_letters[i]] = (uint8_t)i;
        for (const char *p = "UOJ*"; *p; p++)
            code[(unsigned char)*p] = GW_SEQSET_X;
    }
    for (int c = 'A'; c <= 'Z'; c++)
        code[c - 'A' + 'a'] = code[c];
}

/* Nucleotides when nine letters of ten are ACGTUN: no protein comes near that, and a few wrong
 * records do not change what the file is. */
static bool looks_like_dna(const load_t *l)
{
    int64_t dna = 0;
    for (const char *p = "ACGTUNacgtun"; *p; p++)
        dna += l->count[(unsigned char)*p];
    return dna >= (double)l->n_text * 0.9;
}

/* The first record with a letter outside the alphabet is named. */
static gw_status_t encode(load_t *l, gw_err_t *err)
{
    gw_seqset_t *s = l->s;
    s->kind = l->opts->kind;
    if (s->kind == GW_SEQ_AUTO)
        s->kind = looks_like_dna(l) ? GW_SEQ_DNA : GW_SEQ_PROTEIN;
    uint8_t code[256];
    code_table(s->kind, code);
    for (size_t i = 0; i < l->n; i++) {
        raw_t *r = &l->raw[i];
        uint8_t *p = l->text + r->off;
        for (int32_t k = 0; k < r->len; k++) {
            if (code[p[k]] == 0xff)
                return gw_err_set(err, GW_EDATA,
                                  "%s: record %llu (%s): letter %d is '%c', no %s letter; all "
                                  "sequences must be of one kind%s",
                                  r->path, (unsigned long long)r->ordinal, r->name, k + 1,
                                  p[k] >= ' ' && p[k] < 127 ? p[k] : '?',
                                  s->kind == GW_SEQ_DNA ? "nucleotide" : "protein",
                                  l->opts->kind == GW_SEQ_AUTO ? "" : " (see --alphabet)");
            p[k] = code[p[k]];
        }
        r->hash = gw_hash_bytes(p, (size_t)r->len, 0);
    }
    return GW_OK;
}

/* A protein file with a nucleotide record in it is a mistake that would otherwise pass: every
 * nucleotide letter is also an amino acid. */
/* So many letters, all of ACGTN and each of ACGT among them, are no protein: one in 10^11 of that length. */
enum { SURELY_DNA = 20 };

static gw_status_t check_mixture(const load_t *l, gw_err_t *err)
{
    if (l->s->kind != GW_SEQ_PROTEIN || l->opts->kind != GW_SEQ_AUTO)
        return GW_OK;
    for (size_t i = 0; i < l->n; i++) {
        const raw_t *r = &l->raw[i];
        const uint8_t *p = l->text + r->off;
        int32_t dna = 0, kinds = 0, seen = 0;
        for (int32_t k = 0; k < r->len; k++) {
            char c = protein_letters[p[k]];
            dna += c == 'A' || c == 'C' || c == 'G' || c == 'T' || c == 'N';
            if (c != 'N' && c < 'Z')
                seen |= 1 << (c - 'A');
        }
        for (; seen; seen &= seen - 1)
            kinds++;
        if (dna == r->len && r->len >= SURELY_DNA && kinds >= 4)
            return bad(r, err,
                       "a nucleotide sequence among proteins; all sequences must be of one "
                       "kind (or give --alphabet protein)");
    }
    return GW_OK;
}

/* 3. order: same sequences side by side, then canonical order of the uniques */
static int cmp_name(const void *a, const void *b)
{
    return strcmp((*(raw_t *const *)a)->name, (*(raw_t *const *)b)->name);
}

static gw_status_t check_names(const load_t *l, gw_err_t *err)
{
    raw_t **v = gw_malloc(l->n, sizeof *v);
    if (!v)
        return gw_err_nomem(err, "comparing names");
    for (size_t i = 0; i < l->n; i++)
        v[i] = &l->raw[i];
    qsort(v, l->n, sizeof *v, cmp_name);
    gw_status_t st = GW_OK;
    for (size_t i = 1; st == GW_OK && i < l->n; i++)
        if (strcmp(v[i - 1]->name, v[i]->name) == 0) {
            const raw_t *x = v[i - 1] < v[i] ? v[i - 1] : v[i], *y = x == v[i] ? v[i - 1] : v[i];
            st =
                gw_err_set(err, GW_EDATA,
                           "%s: record %llu (%s): this name was used before, by record %llu of %s; "
                           "give every sequence its own name",
                           y->path, (unsigned long long)y->ordinal, y->name,
                           (unsigned long long)x->ordinal, x->path);
        }
    free(v);
    return st;
}

/* One record on its way to canonical order. */
typedef struct {
    const raw_t *r;
    const uint8_t *letter;
} item_t;

typedef struct {
    size_t first, n; /* items with this sequence */
    int64_t total;   /* their abundance */
} group_t;

static int cmp_content(const item_t *x, const item_t *y)
{
    if (x->r->len != y->r->len)
        return x->r->len > y->r->len ? -1 : 1;
    if (x->r->hash != y->r->hash)
        return x->r->hash < y->r->hash ? -1 : 1;
    return memcmp(x->letter, y->letter, (size_t)x->r->len);
}

static int cmp_item(const void *a, const void *b)
{
    const item_t *x = a, *y = b;
    int c = cmp_content(x, y);
    if (c == 0 && x->r->size != y->r->size)
        return x->r->size > y->r->size ? -1 : 1;
    return c ? c : strcmp(x->r->name, y->r->name);
}

static int cmp_group(const void *a, const void *b)
{
    const group_t *x = a, *y = b;
    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static int cmp_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gw_status_t name_samples(load_t *l, gw_err_t *err)
{
    gw_seqset_t *s = l->s;
    if (!l->opts->samples)
        return GW_OK;
    s->sample = gw_malloc(l->n, sizeof *s->sample);
    if (!s->sample)
        return gw_err_nomem(err, "listing samples");
    for (size_t i = 0; i < l->n; i++)
        s->sample[i] = l->raw[i].sample;
    qsort(s->sample, l->n, sizeof *s->sample, cmp_text);
    for (size_t i = 0; i < l->n; i++)
        if (i == 0 || strcmp(s->sample[s->n_samples - 1], s->sample[i]) != 0)
            s->sample[s->n_samples++] = s->sample[i];
    return GW_OK;
}

static int32_t sample_at(const gw_seqset_t *s, const raw_t *r)
{
    if (!s->sample)
        return 0;
    const char **at =
        bsearch(&r->sample, s->sample, (size_t)s->n_samples, sizeof *s->sample, cmp_text);
    return (int32_t)(at - s->sample);
}

/* Lays the groups out in canonical order. */
static gw_status_t lay_out(gw_seqset_t *s, const item_t *item, const group_t *group,
                           size_t n_groups, gw_err_t *err)
{
    int64_t letters = 0;
    for (size_t g = 0; g < n_groups; g++)
        letters += item[group[g].first].r->len;
    s->n = (int32_t)n_groups;
    s->first = gw_malloc(n_groups + 1, sizeof *s->first);
    s->off = gw_malloc(n_groups + 1, sizeof *s->off);
    s->letter = gw_malloc((size_t)letters, 1);
    s->rec = gw_malloc(s->n_recs, sizeof *s->rec);
    if (!s->first || !s->off || !s->letter || !s->rec)
        return gw_err_nomem(err, "ordering the sequences");
    int64_t rec = 0;
    for (size_t g = 0; g < n_groups; g++) {
        const item_t *x = &item[group[g].first];
        s->first[g] = rec;
        s->off[g] = s->n_letters;
        memcpy(s->letter + s->n_letters, x->letter, (size_t)x->r->len);
        s->n_letters += x->r->len;
        s->longest = x->r->len > s->longest ? x->r->len : s->longest;
        for (size_t k = 0; k < group[g].n; k++)
            s->rec[rec++] =
                (gw_seqset_rec_t){x[k].r->name, x[k].r->size, (int32_t)g, sample_at(s, x[k].r)};
    }
    s->first[n_groups] = rec;
    s->off[n_groups] = s->n_letters;
    return GW_OK;
}

static gw_status_t order(load_t *l, gw_err_t *err)
{
    gw_seqset_t *s = l->s;
    item_t *item = gw_malloc(l->n, sizeof *item);
    group_t *group = gw_malloc(l->n, sizeof *group);
    gw_status_t st = GW_OK;
    size_t n_groups = 0;
    if (!item || !group) {
        st = gw_err_nomem(err, "ordering the sequences");
        goto done;
    }
    for (size_t i = 0; i < l->n; i++)
        item[i] = (item_t){&l->raw[i], l->text + l->raw[i].off};
    qsort(item, l->n, sizeof *item, cmp_item);
    for (size_t i = 0; i < l->n; i++) {
        if (i == 0 || cmp_content(&item[i - 1], &item[i]) != 0)
            group[n_groups++] = (group_t){.first = i};
        group[n_groups - 1].n++;
        group[n_groups - 1].total += item[i].r->size;
    }
    if (l->opts->sizes || l->opts->by_abundance)
        qsort(group, n_groups, sizeof *group, cmp_group);
    s->n_recs = l->n;
    st = lay_out(s, item, group, n_groups, err);
done:
    free(item);
    free(group);
    return st;
}

/* 4. the set */
gw_status_t gw_seqset_load(gw_seqset_t *s, const char *const *path, size_t n_paths,
                           const gw_seqset_opts_t *opts, gw_err_t *err)
{
    load_t l = {.s = s, .opts = opts};
    memset(s, 0, sizeof *s);
    gw_arena_init(&s->arena, 1 << 16);
    for (int c = '!'; c < 256; c++)
        l.error_of[c] = pow(10, -(c - '!') / 10.0);
    gw_status_t st = GW_OK;
    for (size_t i = 0; st == GW_OK && i < n_paths; i++)
        st = read_file(&l, path[i], err);
    if (st == GW_OK && l.need)
        st = gw_seqset_check_memory(opts->max_mem, l.need, "reading these sequences", err);
    if (st == GW_OK && l.n == 0 && s->n_poor)
        st = gw_err_set(err, GW_EDATA,
                        "all %lld sequences have more than %g expected errors; nothing to cluster",
                        (long long)s->n_poor, opts->max_ee);
    if (st == GW_OK && l.n == 0)
        st = gw_err_set(err, GW_EDATA, "%s: no sequences in it; nothing to cluster",
                        strcmp(path[0], "-") == 0 ? "stdin" : path[0]);
    if (st == GW_OK && l.n > INT32_MAX / 2)
        st = gw_err_set(err, GW_EDATA, "more than %d sequences in one set", INT32_MAX / 2);
    if (st == GW_OK)
        st = encode(&l, err);
    if (st == GW_OK)
        st = check_mixture(&l, err);
    if (st == GW_OK)
        st = check_names(&l, err);
    if (st == GW_OK)
        st = name_samples(&l, err);
    if (st == GW_OK)
        st = order(&l, err);
    free(l.raw);
    free(l.text);
    return st;
}

void gw_seqset_release(gw_seqset_t *s)
{
    free(s->rec);
    free(s->first);
    free(s->off);
    free(s->letter);
    free(s->sample);
    gw_arena_release(&s->arena);
    memset(s, 0, sizeof *s);
}

void gw_seqset_turn(const uint8_t *p, int32_t len, uint8_t *out)
{
    for (int32_t i = 0; i < len; i++)
        out[i] = (uint8_t)(p[len - 1 - i] < 4 ? 3 - p[len - 1 - i] : 4);
}

void gw_seqset_text(const gw_seqset_t *s, int32_t u, char *buf)
{
    const char *alphabet = s->kind == GW_SEQ_DNA ? "ACGTN" : protein_letters;
    int32_t len = gw_seqset_len(s, u);
    const uint8_t *p = gw_seqset_seq(s, u);
    for (int32_t i = 0; i < len; i++)
        buf[i] = alphabet[p[i]];
    buf[len] = '\0';
}
