#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "io/genoread_impl.h"

enum { MAGIC_BYTES = 3, AHEAD_BYTES = 1 << 20 };

typedef struct {
    int fd;
    FILE *bim;
    char *line;
    size_t cap_line;
    uint64_t n_variants; /* as the bed's length says */
    uint8_t *ahead;      /* rows read ahead */
    size_t n_ahead, next_ahead, max_ahead;
} bed_t;

static void bed_close(void *state)
{
    bed_t *s = state;
    if (s->fd >= 0)
        close(s->fd);
    if (s->bim)
        fclose(s->bim);
    free(s->line);
    free(s->ahead);
    free(s);
}

/* Bits 00 two A1, 01 missing, 10 one, 11 none become 2, 3, 1, 0: W is any type of many codes. */
#define RECODE(W, p, low)                     \
    do {                                      \
        W w_, lo_, hi_;                       \
        memcpy(&w_, p, sizeof w_);            \
        lo_ = w_ & low;                       \
        hi_ = (w_ >> 1) & low;                \
        w_ = (~hi_ & low) << 1 | (hi_ ^ lo_); \
        memcpy(p, &w_, sizeof w_);            \
    } while (0)

typedef uint64_t vector_t __attribute__((vector_size(32)));

static void recode(uint8_t *p, size_t n_bytes)
{
    const uint64_t low = 0x5555555555555555ULL;
    uint8_t *end = p + n_bytes;
    for (; end - p >= (ptrdiff_t)sizeof(vector_t); p += sizeof(vector_t))
        RECODE(vector_t, p, low);
    for (; p < end; p++)
        RECODE(uint8_t, p, (uint8_t)0x55);
}

static gw_status_t read_rows(const gw_genoreader_t *r, uint64_t ordinal, size_t n, uint8_t *row,
                             gw_err_t *err)
{
    const bed_t *s = r->state;
    size_t row_bytes = gw_genoreader_row_bytes(r), left = n * row_bytes;
    off_t at = (off_t)(MAGIC_BYTES + ordinal * row_bytes);
    uint8_t *p = row;
    while (left) {
        ssize_t got = pread(s->fd, p, left, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gw_err_set(err, GW_EIO, "%s: reading failed: %s", r->path, strerror(errno));
        if (got == 0)
            return gw_err_set(err, GW_EDATA, "%s: became shorter while it was read", r->path);
        p += got;
        at += got;
        left -= (size_t)got;
    }
    unsigned last = r->n_samples % 4; /* genotypes in a row's last byte; the others are 0 there */
    for (size_t i = 0; last && i < n; i++)
        if (row[(i + 1) * row_bytes - 1] >> (2 * last))
            return gw_err_set(
                err, GW_EDATA,
                "%s: variant %" PRIu64
                " has genotypes behind the last of %zu samples; is its .fam cut short "
                "or of another set?",
                r->path, ordinal + i + 1, r->n_samples);
    recode(row, n * row_bytes);
    if (r->n_samples % 4)
        for (size_t i = 1; i <= n; i++) /* unused codes of a last byte are 0 */
            row[i * row_bytes - 1] &= (uint8_t)((1u << (2 * (r->n_samples % 4))) - 1);
    return GW_OK;
}

/* Cuts line at blanks into at most max fields; returns how many there are. */
static size_t fields(char *line, char **field, size_t max)
{
    size_t n = 0;
    char *save = NULL;
    for (char *t = strtok_r(line, " \t\r\n", &save); t; t = strtok_r(NULL, " \t\r\n", &save)) {
        if (n < max)
            field[n] = t;
        n++;
    }
    return n;
}

static gw_status_t bed_next(gw_genoreader_t *r, gw_genosite_t *site, bool *got, gw_err_t *err)
{
    bed_t *s = r->state;
    uint64_t record = r->n_read + 1;
    ssize_t len = getline(&s->line, &s->cap_line, s->bim);
    *got = false;
    if (len < 0) {
        if (ferror(s->bim))
            return gw_err_set(err, GW_EIO, "%s: reading its .bim failed", r->path);
        if (r->n_read != s->n_variants)
            return gw_err_set(err, GW_EDATA,
                              "%s: holds %" PRIu64 " variants but its .bim has %" PRIu64
                              " lines; one of them is cut short or belongs to another set",
                              r->path, s->n_variants, r->n_read);
        return GW_OK;
    }
    char *f[6];
    int64_t pos;
    size_t n = fields(s->line, f, 6);
    if (n != 6)
        return gw_err_set(err, GW_EDATA,
                          "%s: line %" PRIu64 " of its .bim has %zu fields, not 6; is the file cut "
                          "short?",
                          r->path, record, n);
    if (!gw_text_int(f[3], &pos))
        return gw_err_set(err, GW_EDATA,
                          "%s: line %" PRIu64 " of its .bim (%s): position %s is no whole number",
                          r->path, record, f[1], f[3]);
    if (r->n_read >= s->n_variants)
        return gw_err_set(err, GW_EDATA,
                          "%s: holds %" PRIu64 " variants but its .bim has more lines; one of them "
                          "is cut short or belongs to another set",
                          r->path, s->n_variants);
    size_t row_bytes = gw_genoreader_row_bytes(r);
    if (s->next_ahead == s->n_ahead) {
        uint64_t rest = s->n_variants - r->n_read;
        s->n_ahead = rest < s->max_ahead ? (size_t)rest : s->max_ahead;
        s->next_ahead = 0;
        gw_status_t st = read_rows(r, r->n_read, s->n_ahead, s->ahead, err);
        if (st != GW_OK)
            return st;
    }
    *site = (gw_genosite_t){.contig = f[0],
                            .id = f[1],
                            .counted = f[4],
                            .other = f[5],
                            .pos = pos,
                            .n_alleles = 2,
                            .geno = s->ahead + s->next_ahead++ * row_bytes};
    *got = true;
    return GW_OK;
}

static const gw_genoformat_t bed_format = {bed_next, read_rows, bed_close};

static gw_status_t open_text(const char *prefix, const char *ending, FILE **out, gw_err_t *err)
{
    char *name = gw_asprintf("%s%s", prefix, ending);
    if (!name)
        return gw_err_nomem(err, "opening genotypes");
    *out = fopen(name, "r");
    gw_status_t st = *out ? GW_OK
                          : gw_err_set(err, GW_ENOINPUT,
                                       "%s: cannot be opened: %s; a PLINK set is three files, "
                                       ".bed, .bim and .fam",
                                       name, strerror(errno));
    free(name);
    return st;
}

static gw_status_t read_fam(gw_genoreader_t *r, const char *prefix, gw_err_t *err)
{
    FILE *fam;
    gw_status_t st = open_text(prefix, ".fam", &fam, err);
    if (st != GW_OK)
        return st;
    char *line = NULL;
    size_t cap = 0, n_lines = 0;
    while (st == GW_OK && getline(&line, &cap, fam) >= 0) {
        char *f[6];
        n_lines++;
        size_t n = fields(line, f, 6);
        if (n != 6)
            st = gw_err_set(err, GW_EDATA,
                            "%s.fam: line %zu has %zu fields, not 6; is the file cut short?",
                            prefix, n_lines, n);
        else
            st = gw_genoread_add_sample(r, f[0], f[1], err);
    }
    if (st == GW_OK && ferror(fam))
        st = gw_err_set(err, GW_EIO, "%s.fam: reading failed", prefix);
    free(line);
    fclose(fam);
    if (st == GW_OK && r->n_samples == 0)
        st = gw_err_set(err, GW_EDATA, "%s.fam: has no samples", prefix);
    return st;
}

static gw_status_t check_bed(gw_genoreader_t *r, bed_t *s, gw_err_t *err)
{
    unsigned char magic[MAGIC_BYTES];
    struct stat info;
    if (fstat(s->fd, &info) != 0 || pread(s->fd, magic, sizeof magic, 0) != MAGIC_BYTES ||
        magic[0] != 0x6c || magic[1] != 0x1b || magic[2] > 1)
        return gw_err_set(err, GW_EDATA, "%s: is no PLINK bed", r->path);
    if (magic[2] == 0)
        return gw_err_set(
            err, GW_EDATA,
            "%s: is ordered by sample, a form that PLINK left in 2009; rewrite it with "
            "plink --make-bed",
            r->path);
    uint64_t bytes = (uint64_t)info.st_size - MAGIC_BYTES;
    size_t row_bytes = gw_genoreader_row_bytes(r);
    if (bytes % row_bytes)
        return gw_err_set(
            err, GW_EDATA,
            "%s: is cut short, or its .fam (%zu samples) belongs to another set: %" PRIu64
            " bytes of genotypes are no multiple of %zu",
            r->path, r->n_samples, bytes, row_bytes);
    s->n_variants = bytes / row_bytes;
    return GW_OK;
}

gw_status_t gw_genoread_open_bed(gw_genoreader_t *r, const char *prefix, gw_err_t *err)
{
    bed_t *s = gw_calloc(1, sizeof *s);
    if (!s)
        return gw_err_nomem(err, "opening genotypes");
    s->fd = -1;
    r->format = &bed_format;
    r->state = s;
    char *bed = gw_asprintf("%s.bed", prefix);
    if (!bed)
        return gw_err_nomem(err, "opening genotypes");
    free(r->path);
    r->path = bed;
    s->fd = open(bed, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        return gw_err_set(err, GW_ENOINPUT, "%s: cannot be opened: %s", bed, strerror(errno));
    gw_status_t st = read_fam(r, prefix, err);
    if (st == GW_OK)
        st = open_text(prefix, ".bim", &s->bim, err);
    if (st == GW_OK)
        st = check_bed(r, s, err);
    if (st != GW_OK)
        return st;
    size_t row_bytes = gw_genoreader_row_bytes(r);
    s->max_ahead = row_bytes < AHEAD_BYTES ? AHEAD_BYTES / row_bytes : 1;
    s->ahead = gw_malloc(s->max_ahead, row_bytes);
    return s->ahead ? GW_OK : gw_err_nomem(err, "opening genotypes");
}
