#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/hts_endian.h>
#include <htslib/kstring.h>
#include <htslib/vcf.h>

#include "base/text.h"
#include "io/genoread_impl.h"

/* codes of a pair of BCF genotype bytes; what is no biallelic diploid or haploid call is BAD */
enum { BAD = 4, N_PAIRS = 1 << 16, FIXED_COLUMNS = 9 };

typedef struct {
    htsFile *file;
    bcf_hdr_t *header; /* BCF only */
    bcf1_t *record;
    kstring_t line;
    uint8_t *pair_code; /* BCF only: by the two bytes, the first the lower */
    int gt_id, pl_id, gl_id;
} vcf_t;

static void vcf_close_state(void *state)
{
    vcf_t *s = state;
    if (s->record)
        bcf_destroy(s->record);
    if (s->header)
        bcf_hdr_destroy(s->header);
    if (s->file)
        hts_close(s->file);
    free(s->line.s);
    free(s->pair_code);
    free(s);
}

/* 1. ends: a BGZF stream without its end marker was cut */
static gw_status_t check_end(const gw_genoreader_t *r, gw_err_t *err)
{
    const vcf_t *s = r->state;
    if (s->file->is_bgzf && s->file->format.compression == bgzf &&
        (s->file->fp.bgzf->no_eof_block || !s->file->fp.bgzf->last_block_eof))
        return gw_err_set(err, GW_EDATA,
                          "%s: ends without the BGZF end marker after record %" PRIu64
                          "; the file is cut short: copy or make it again",
                          r->path, r->n_read);
    return GW_OK;
}

static gw_status_t cut_short(const gw_genoreader_t *r, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: record %" PRIu64 " cannot be read; the file is damaged or cut short",
                      r->path, r->n_read + 1);
}

/* 2. BCF */
static int byte_allele(unsigned b) /* 0, 1, -1 missing, -2 absent (haploid), -3 bad */
{
    if (b == 0x81)
        return -2;
    if (b == 0x80 || b < 2)
        return -1;
    return b < 6 ? (int)(b >> 1) - 1 : -3;
}

static uint8_t *make_pair_codes(void)
{
    uint8_t *t = gw_malloc(N_PAIRS, 1);
    for (unsigned i = 0; t && i < N_PAIRS; i++) {
        int a = byte_allele(i & 255), b = byte_allele(i >> 8);
        if (a <= -2 || b == -3)
            t[i] = BAD;
        else if (a == -1 || b == -1)
            t[i] = 3;
        else
            t[i] = (uint8_t)(b == -2 ? 2 * a : a + b);
    }
    return t;
}

static gw_status_t bad_genotype(const gw_genoreader_t *r, const char *contig, int64_t pos,
                                int64_t sample, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: record %" PRIu64 " (%s:%" PRId64
                      "): the genotype of sample %s is not one of two alleles, or not diploid or "
                      "haploid",
                      r->path, r->n_read + 1, contig, pos, r->sample[sample]);
}

/* One or two bytes a sample; -1 when all are fine, else the first bad sample. */
static int64_t pack_bytes(const uint8_t *p, int ploidy, const uint8_t *pair_code, size_t n,
                          uint8_t *row)
{
    for (size_t i = 0; i < n; i += 4) {
        size_t m = n - i < 4 ? n - i : 4;
        unsigned byte = 0, bad = 0;
        for (size_t j = 0; j < m; j++) {
            const uint8_t *g = p + (i + j) * (size_t)ploidy;
            unsigned c = pair_code[g[0] | (ploidy == 2 ? (unsigned)g[1] : 0x81u) << 8];
            bad |= c;
            byte |= c << (2 * j);
        }
        if (bad & BAD) {
            for (size_t j = 0; j < m; j++) {
                const uint8_t *g = p + (i + j) * (size_t)ploidy;
                if (pair_code[g[0] | (ploidy == 2 ? (unsigned)g[1] : 0x81u) << 8] == BAD)
                    return (int64_t)(i + j);
            }
        }
        row[i / 4] = (uint8_t)byte;
    }
    return -1;
}

/* Any width and number of values; slower, for what pack_bytes cannot take. */
static int64_t pack_any(const bcf_fmt_t *f, size_t n, uint8_t *row)
{
    memset(row, 0, (n + 3) / 4);
    for (size_t i = 0; i < n; i++) {
        int sum = 0, alleles = 0, missing = 0;
        for (int j = 0; j < f->n; j++) {
            const uint8_t *p = f->p + i * (size_t)f->size + (size_t)j * (size_t)(f->size / f->n);
            int32_t g, end, miss;
            if (f->type == BCF_BT_INT8) {
                g = (int8_t)p[0], end = bcf_int8_vector_end, miss = bcf_int8_missing;
            } else if (f->type == BCF_BT_INT16) {
                g = (int16_t)(p[0] | p[1] << 8), end = bcf_int16_vector_end,
                miss = bcf_int16_missing;
            } else {
                g = (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                              (uint32_t)p[3] << 24);
                end = bcf_int32_vector_end, miss = bcf_int32_missing;
            }
            if (g == end)
                break;
            alleles++;
            if (g == miss || (g >> 1) <= 0)
                missing = 1;
            else if ((g >> 1) - 1 > 1)
                return (int64_t)i;
            else
                sum += (g >> 1) - 1;
        }
        if (alleles > 2 || alleles < 1)
            return (int64_t)i;
        unsigned c = missing ? 3u : (unsigned)(alleles == 1 ? 2 * sum : sum);
        row[i / 4] |= (uint8_t)(c << (2 * (i % 4)));
    }
    return -1;
}

static gw_status_t bcf_row(gw_genoreader_t *r, const gw_genosite_t *site, gw_err_t *err)
{
    vcf_t *s = r->state;
    size_t row_bytes = (r->n_samples + 3) / 4;
    bcf_unpack(s->record, BCF_UN_FMT);
    const bcf_fmt_t *f = NULL;
    for (unsigned i = 0; i < s->record->n_fmt && !f; i++)
        if (s->record->d.fmt[i].id == s->gt_id)
            f = &s->record->d.fmt[i];
    if (s->record->n_sample != r->n_samples)
        return cut_short(r, err);
    if (!f || f->n == 0) { /* no call at this site */
        memset(r->row, 0xff, row_bytes);
        if (r->n_samples % 4)
            r->row[row_bytes - 1] &= (uint8_t)((1u << (2 * (r->n_samples % 4))) - 1);
        return GW_OK;
    }
    int64_t bad;
    if (f->type == BCF_BT_INT8 && f->n <= 2)
        bad = pack_bytes(f->p, f->n, s->pair_code, r->n_samples, r->row);
    else if (f->type == BCF_BT_INT8 || f->type == BCF_BT_INT16 || f->type == BCF_BT_INT32)
        bad = pack_any(f, r->n_samples, r->row);
    else
        bad = 0;
    return bad < 0 ? GW_OK : bad_genotype(r, site->contig, site->pos, bad, err);
}

static gw_status_t bad_likelihoods(const gw_genoreader_t *r, const gw_genosite_t *site, size_t i,
                                   gw_err_t *err)
{
    return gw_err_set(
        err, GW_EDATA,
        "%s: record %" PRIu64 " (%s:%" PRId64
        "): the likelihoods (PL or GL) of sample %s are not three numbers, or two of a "
        "haploid call",
        r->path, r->n_read + 1, site->contig, site->pos, r->sample[i]);
}

/* Phred-scaled or log10 values to likelihoods relative to the best; n 1: a missing value */
static bool set_scaled(float *lik, double *x, int n, bool phred)
{
    double best = -INFINITY;
    if (n < 2 || n > 3) {
        gw_genoread_set_flat(lik);
        return n == 1 && isnan(x[0]);
    }
    for (int g = 0; g < n; g++) {
        if (isnan(x[g]) || (phred && x[g] < 0))
            return false;
        x[g] = phred ? -x[g] / 10 : x[g];
        best = x[g] > best ? x[g] : best;
    }
    for (int g = 0; g < n; g++)
        x[g] = pow(10, x[g] - best);
    return gw_genoread_set_lik(lik, x, n);
}

/* Up to four values of a sample; missing ones are NaN. Returns how many. */
static int bcf_values(const bcf_fmt_t *f, size_t i, double x[4])
{
    int n = 0;
    for (; n < f->n && n < 4; n++) {
        const uint8_t *p = f->p + i * (size_t)f->size + (size_t)n * (size_t)(f->size / f->n);
        int32_t v = f->type == BCF_BT_INT8    ? (int8_t)p[0]
                    : f->type == BCF_BT_INT16 ? le_to_i16(p)
                                              : le_to_i32(p);
        bool end = f->type == BCF_BT_INT8    ? v == bcf_int8_vector_end
                   : f->type == BCF_BT_INT16 ? v == bcf_int16_vector_end
                   : f->type == BCF_BT_INT32 ? v == bcf_int32_vector_end
                                             : (uint32_t)v == bcf_float_vector_end;
        bool miss = f->type == BCF_BT_INT8    ? v == bcf_int8_missing
                    : f->type == BCF_BT_INT16 ? v == bcf_int16_missing
                    : f->type == BCF_BT_INT32 ? v == bcf_int32_missing
                                              : (uint32_t)v == bcf_float_missing;
        if (end)
            break;
        x[n] = miss ? NAN : f->type == BCF_BT_FLOAT ? (double)le_to_float(p) : (double)v;
    }
    return n;
}

static gw_status_t bcf_likelihoods(gw_genoreader_t *r, const gw_genosite_t *site, gw_err_t *err)
{
    vcf_t *s = r->state;
    bcf_unpack(s->record, BCF_UN_FMT);
    const bcf_fmt_t *f = NULL;
    if (s->record->n_sample != r->n_samples)
        return cut_short(r, err);
    for (unsigned i = 0; i < s->record->n_fmt; i++) {
        const bcf_fmt_t *at = &s->record->d.fmt[i];
        if (at->id == s->pl_id || (at->id == s->gl_id && !f))
            f = at;
    }
    for (size_t i = 0; i < r->n_samples; i++) {
        double x[4] = {NAN, NAN, NAN, NAN};
        int n = f ? bcf_values(f, i, x) : 1;
        bool none = n == 3 && isnan(x[0]) && isnan(x[1]) && isnan(x[2]);
        if (!set_scaled(r->lik + 3 * i, x, none || n == 0 ? 1 : n, f && f->id == s->pl_id))
            return bad_likelihoods(r, site, i, err);
    }
    return GW_OK;
}

static gw_status_t bcf_next(gw_genoreader_t *r, gw_genosite_t *site, bool *got, gw_err_t *err)
{
    vcf_t *s = r->state;
    *got = false;
    int ret = bcf_read(s->file, s->header, s->record);
    if (ret == -1)
        return check_end(r, err);
    if (ret < -1 || s->record->errcode)
        return cut_short(r, err);
    bcf_unpack(s->record, BCF_UN_STR);
    const bcf1_t *b = s->record;
    *site = (gw_genosite_t){.contig = bcf_seqname_safe(s->header, b),
                            .id = b->d.id && b->d.id[0] ? b->d.id : ".",
                            .other = b->n_allele > 0 ? b->d.allele[0] : ".",
                            .counted = b->n_allele > 1 ? b->d.allele[1] : ".",
                            .pos = b->pos + 1,
                            .n_alleles = b->n_allele};
    if (site->n_alleles == 2) {
        gw_status_t st = r->lik ? bcf_likelihoods(r, site, err) : bcf_row(r, site, err);
        if (st != GW_OK)
            return st;
        site->geno = r->lik ? NULL : r->row;
        site->lik = r->lik;
    }
    *got = true;
    return GW_OK;
}

static const gw_genoformat_t bcf_format = {bcf_next, NULL, vcf_close_state};

static gw_status_t open_bcf(gw_genoreader_t *r, bool likelihoods, gw_err_t *err)
{
    vcf_t *s = r->state;
    r->format = &bcf_format;
    s->header = bcf_hdr_read(s->file);
    s->record = bcf_init();
    s->pair_code = make_pair_codes();
    if (!s->header)
        return gw_err_set(
            err, GW_EDATA,
            "%s: its header cannot be read; is it cut short, or does it name a sample "
            "twice?",
            r->path);
    if (!s->record || !s->pair_code)
        return gw_err_nomem(err, "opening genotypes");
    s->gt_id = bcf_hdr_id2int(s->header, BCF_DT_ID, "GT");
    for (int i = 0; i < bcf_hdr_nsamples(s->header); i++) {
        gw_status_t st = gw_genoread_add_sample(r, "0", s->header->samples[i], err);
        if (st != GW_OK)
            return st;
    }
    s->pl_id = bcf_hdr_id2int(s->header, BCF_DT_ID, "PL");
    s->gl_id = bcf_hdr_id2int(s->header, BCF_DT_ID, "GL");
    if (likelihoods && s->pl_id < 0 && s->gl_id < 0)
        return gw_err_set(err, GW_EDATA, "%s: has neither a PL nor a GL field, which --gl reads",
                          r->path);
    if (!likelihoods && r->n_samples > 0 && s->gt_id < 0)
        return gw_err_set(err, GW_EDATA, "%s: has no GT field; genotypes are needed", r->path);
    return GW_OK;
}

/* 3. VCF text */
static gw_status_t bad_line(const gw_genoreader_t *r, gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: record %" PRIu64 ": %s; is the file cut short or damaged?", r->path,
                      r->n_read + 1, what);
}

/* One allele: its number, -1 for '.', -2 for no allele; moves p behind it. */
static int parse_allele(const char **p)
{
    const char *q = *p;
    if (*q == '.') {
        *p = q + 1;
        return -1;
    }
    if (*q < '0' || *q > '9')
        return -2;
    int a = 0;
    for (; *q >= '0' && *q <= '9'; q++)
        a = a < 1000 ? 10 * a + (*q - '0') : a;
    *p = q;
    return a;
}

static bool ends_gt(char c)
{
    return c == '\t' || c == ':' || c == '\0';
}

/* Code of the genotype at p, or BAD. */
static unsigned parse_gt(const char *p)
{
    unsigned a = (unsigned char)p[0] - '0';
    if (a < 2 && (p[1] == '/' || p[1] == '|')) { /* the common case */
        unsigned b = (unsigned char)p[2] - '0';
        if (b < 2 && ends_gt(p[3]))
            return a + b;
    }
    int x = parse_allele(&p), y = x;
    if (x == -2 || x > 1)
        return BAD;
    if (*p == '/' || *p == '|') {
        p++;
        y = parse_allele(&p);
        if (y == -2 || y > 1)
            return BAD;
    }
    if (!ends_gt(*p))
        return BAD;
    return x < 0 || y < 0 ? 3u : (unsigned)(x + y);
}

/* Two calls of the form "0/1<tab>" from 8 bytes at p: bits 0-1 and 2-3 of *codes; false when one
 * has another form. */
static bool two_calls(const char *p, unsigned *codes)
{
    const uint64_t separators = 0x0000ff000000ff00u;
    uint64_t w = le_to_u64((const uint8_t *)p), sep = w & separators;
    if ((w & 0xfffe00fefffe00feu) != 0x0930003009300030u ||
        (sep != ('/' * 0x0000010000000100u) && sep != ('|' * 0x0000010000000100u)))
        return false;
    uint64_t sum = (w & 0x0000000100000001u) + (w >> 16 & 0x0000000100000001u);
    *codes = (unsigned)(sum | sum >> 30) & 15;
    return true;
}

/* Calls of that form from *p on, four at a time, into row; *p moves behind them. Returns how many.
 */
static size_t plain_calls(const char **p, const char *end, size_t n, uint8_t *row)
{
    const char *q = *p;
    size_t i = 0;
    unsigned a, b;
    for (; n - i >= 4 && end - q >= 16 && two_calls(q, &a) && two_calls(q + 8, &b); i += 4) {
        row[i / 4] = (uint8_t)(a | b << 4);
        q += 16;
    }
    *p = q;
    return i;
}

static gw_status_t text_row(gw_genoreader_t *r, const gw_genosite_t *site, const char *format,
                            const char *p, const char *end, gw_err_t *err)
{
    bool has_gt = strncmp(format, "GT", 2) == 0 && (format[2] == '\0' || format[2] == ':');
    memset(r->row, 0, (r->n_samples + 3) / 4);
    for (size_t i = 0; i < r->n_samples; i++) {
        if (has_gt && p && i % 4 == 0)
            i += plain_calls(&p, end, r->n_samples - i, r->row + i / 4);
        if (i == r->n_samples)
            break;
        if (!p)
            return bad_line(r, err, "it has fewer columns than the header");
        unsigned c = has_gt ? parse_gt(p) : 3;
        if (c == BAD)
            return bad_genotype(r, site->contig, site->pos, (int64_t)i, err);
        r->row[i / 4] |= (uint8_t)(c << (2 * (i % 4)));
        const char *q = p + 3; /* "0/1" is the shortest that is common */
        if (!(p[0] && p[1] && p[2] && *q == '\t' && p[0] != '\t' && p[1] != '\t' && p[2] != '\t'))
            q = strchr(p, '\t');
        p = q ? q + 1 : NULL;
    }
    return p ? bad_line(r, err, "it has more columns than the header") : GW_OK;
}

/* The number of the subfield PL, or else GL, of FORMAT; -1 for neither. */
static int likelihood_field(const char *format, bool *phred)
{
    int found = -1;
    *phred = false;
    for (int i = 0; *format; i++) {
        size_t len = strcspn(format, ":");
        if (len == 2 && format[1] == 'L' && (format[0] == 'P' || format[0] == 'G')) {
            found = i;
            *phred = format[0] == 'P';
            if (*phred)
                break;
        }
        format += len + (format[len] == ':');
    }
    return found;
}

/* Up to four comma-separated numbers from p to a colon, tab or end; a dot is NaN. -1: bad. */
static int text_values(const char *p, double x[4])
{
    int n = 0;
    for (;; p++) {
        char *end;
        if (n == 4)
            return -1;
        if (*p == '.' && (p[1] == ',' || ends_gt(p[1]))) {
            x[n++] = NAN;
            end = (char *)(uintptr_t)p + 1;
        } else {
            size_t len = strspn(p, "+-0123456789.eE");
            x[n++] = strtod(p, &end);
            if (len == 0 || end != p + len)
                return -1;
        }
        if (ends_gt(*end))
            return n;
        if (*end != ',')
            return -1;
        p = end;
    }
}

static gw_status_t text_likelihoods(gw_genoreader_t *r, const gw_genosite_t *site,
                                    const char *format, const char *p, gw_err_t *err)
{
    bool phred;
    int field = likelihood_field(format, &phred);
    for (size_t i = 0; i < r->n_samples; i++) {
        double x[4] = {NAN, NAN, NAN, NAN};
        if (!p)
            return bad_line(r, err, "it has fewer columns than the header");
        const char *q = p, *tab = strchr(p, '\t');
        for (int skip = field; skip > 0 && q; skip--) { /* fields at the end may be left out */
            q += strcspn(q, ":\t");
            q = *q == ':' ? q + 1 : NULL;
        }
        int n = field >= 0 && q ? text_values(q, x) : 1;
        bool none = n == 3 && isnan(x[0]) && isnan(x[1]) && isnan(x[2]);
        if (!set_scaled(r->lik + 3 * i, x, none ? 1 : n, phred))
            return bad_likelihoods(r, site, i, err);
        p = tab ? tab + 1 : NULL;
    }
    return p ? bad_line(r, err, "it has more columns than the header") : GW_OK;
}

static bool is_allele(const char *s)
{
    return *s && s[strspn(s, "ACGTNRYSWKMBDHVacgtnryswkmbdhv")] == '\0';
}

static gw_status_t text_next(gw_genoreader_t *r, gw_genosite_t *site, bool *got, gw_err_t *err)
{
    vcf_t *s = r->state;
    *got = false;
    int ret = hts_getline(s->file, '\n', &s->line);
    if (ret == -1)
        return check_end(r, err);
    if (ret < -1)
        return cut_short(r, err);
    char *f[FIXED_COLUMNS], *p = s->line.s;
    if (strlen(p) != s->line.l)
        return bad_line(r, err, "it holds a zero byte");
    for (int i = 0; i < FIXED_COLUMNS; i++) {
        char *tab = strchr(p, '\t');
        if (!tab)
            return bad_line(r, err, "it has fewer columns than the header");
        *tab = '\0';
        f[i] = p;
        p = tab + 1;
    }
    *site = (gw_genosite_t){.contig = f[0], .id = f[2], .other = f[3], .counted = f[4]};
    if (!gw_text_int(f[1], &site->pos) || site->pos < 0)
        return bad_line(r, err, "POS is no whole number");
    if (!is_allele(f[3]))
        return bad_line(r, err, "REF is no sequence of bases");
    if (f[4][strspn(f[4], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] == '\0' &&
        !is_allele(f[4])) /* others are symbolic, breakends or several */
        return bad_line(r, err, "ALT is no sequence of bases");
    site->n_alleles = 1;
    if (strcmp(f[4], ".") != 0)
        for (const char *c = f[4]; c; c = strchr(c, ',') ? strchr(c, ',') + 1 : NULL)
            site->n_alleles++;
    if (site->n_alleles == 2) {
        gw_status_t st = r->lik ? text_likelihoods(r, site, f[8], p, err)
                                : text_row(r, site, f[8], p, s->line.s + s->line.l, err);
        if (st != GW_OK)
            return st;
        site->geno = r->lik ? NULL : r->row;
        site->lik = r->lik;
    }
    *got = true;
    return GW_OK;
}

static const gw_genoformat_t vcf_text_format = {text_next, NULL, vcf_close_state};

static gw_status_t header_samples(gw_genoreader_t *r, char *line, gw_err_t *err)
{
    char *p = line;
    for (int i = 0; p; i++) {
        char *tab = strchr(p, '\t');
        if (tab)
            *tab = '\0';
        if (i >= FIXED_COLUMNS) {
            if (!*p)
                return gw_err_set(err, GW_EDATA, "%s: a sample in its header has no name", r->path);
            gw_status_t st = gw_genoread_add_sample(r, "0", p, err);
            if (st != GW_OK)
                return st;
        }
        p = tab ? tab + 1 : NULL;
    }
    return GW_OK;
}

static gw_status_t open_text(gw_genoreader_t *r, gw_err_t *err)
{
    vcf_t *s = r->state;
    r->format = &vcf_text_format;
    for (;;) {
        int ret = hts_getline(s->file, '\n', &s->line);
        if (ret < 0 || (s->line.l && s->line.s[0] != '#'))
            return gw_err_set(err, GW_EDATA, "%s: its header has no #CHROM line; is it cut short?",
                              r->path);
        if (strlen(s->line.s) != s->line.l)
            return gw_err_set(err, GW_EDATA, "%s: its header holds a zero byte; is it damaged?",
                              r->path);
        if (s->line.l > 6 && strncmp(s->line.s, "#CHROM", 6) == 0)
            return header_samples(r, s->line.s, err);
    }
}

gw_status_t gw_genoread_open_vcf(gw_genoreader_t *r, struct hFILE *h,
                                 const gw_genoread_opts_t *opts, gw_err_t *err)
{
    vcf_t *s = gw_calloc(1, sizeof *s);
    if (!s) {
        hclose_abruptly(h);
        return gw_err_nomem(err, "opening genotypes");
    }
    r->state = s;
    r->format = &vcf_text_format;
    s->file = hts_hopen(h, r->path, "r");
    if (!s->file) {
        hclose_abruptly(h);
        return gw_err_set(err, GW_EDATA, "%s: is no VCF or BCF that can be read", r->path);
    }
    if (opts->threads > 1)
        hts_set_threads(s->file, opts->threads);
    return s->file->format.format == bcf ? open_bcf(r, opts->likelihoods, err) : open_text(r, err);
}
