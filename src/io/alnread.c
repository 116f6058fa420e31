#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <htslib/hts.h>

#include "base/mem.h"
#include "io/alnread.h"
#include "io/bamtag.h"
#include "io/cramref.h"
#include "io/lines.h"
#include "io/refcheck.h"
#include "io/samcheck.h"

struct gw_alnreader {
    htsFile *file;
    sam_hdr_t *hdr;
    hts_idx_t *index;
    hts_itr_t *itr;
    gw_lines_t lines; /* SAM text, instead of file */
    kstring_t line;
    bool text;
    enum htsExactFormat format;
    char *path, *name; /* as given; for messages */
    bool need_sorted, no_cram, ended;
    uint64_t n;              /* records read */
    gw_refcheck_t *refcheck; /* when there is a reference to hold records to */
    int32_t last_tid; /* of the record before; unplaced ones count as the last contig */
    hts_pos_t last_pos;
};

/* 1. opening */
static gw_status_t no_header(const gw_alnreader_t *r, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: the header cannot be read; is the file empty or cut?",
                      r->name);
}

static gw_status_t check_header(const gw_alnreader_t *r, const char *text, gw_err_t *err)
{
    unsigned long line;
    const char *what = gw_samcheck_header(text, &line);
    if (what && strcmp(what, GW_SAMCHECK_NOMEM) == 0)
        return gw_err_nomem(err, "checking a header");
    return what
               ? gw_err_set(err, GW_EDATA, "%s: header line %lu: %s; repair it (samtools reheader)",
                            r->name, line, what)
               : GW_OK;
}

/* SAM text goes through our own lines: HTSlib does not tell a cut last line from a whole one. */
static gw_status_t open_text(gw_alnreader_t *r, hFILE *h, gw_err_t *err)
{
    gw_stream_t *stream;
    kstring_t text = {0};
    gw_status_t st = gw_stream_attach(h, r->path, &stream, err);
    if (st == GW_OK)
        st = gw_lines_init(&r->lines, stream, r->path, (size_t)1 << 31, err);
    r->text = st == GW_OK;
    while (st == GW_OK) {
        int first;
        const char *line;
        size_t len;
        st = gw_lines_peek(&r->lines, &first, err);
        if (st != GW_OK || first != '@')
            break;
        st = gw_lines_next(&r->lines, &line, &len, err);
        if (st == GW_OK && (memchr(line, '\0', len) || r->lines.open_end))
            st = gw_err_set(err, GW_EDATA, "%s: line %llu: the header is %s; make the file again",
                            r->name, (unsigned long long)r->lines.number,
                            r->lines.open_end ? "cut" : "damaged (a zero byte)");
        else if (st == GW_OK && (kputsn(line, len, &text) < 0 || kputc('\n', &text) < 0))
            st = gw_err_nomem(err, "reading a header");
    }
    if (st == GW_OK)
        st = check_header(r, text.s ? text.s : "", err);
    if (st == GW_OK) {
        r->hdr = sam_hdr_parse(text.l, text.s ? text.s : "");
        st = r->hdr ? GW_OK : no_header(r, err);
    }
    free(text.s);
    return st;
}

static gw_status_t check_binary(const gw_alnreader_t *r, const htsFormat *f, gw_err_t *err)
{
    if (f->format == cram)
        return r->no_cram
                   ? gw_err_set(err, GW_EDATA,
                                "%s: is CRAM, which --no-cram refuses; convert it to BAM", r->name)
                   : gw_cramref_stay_local(err);
    if (f->format != bam)
        return gw_err_set(err, GW_EDATA, "%s: is not SAM, BAM or CRAM; align the reads first",
                          r->name);
    if (f->compression != bgzf)
        return gw_err_set(err, GW_EDATA,
                          "%s: is BAM %s BGZF, so that its end cannot be checked; convert it with "
                          "samtools view -b",
                          r->name, f->compression == gzip ? "in plain gzip instead of" : "without");
    return GW_OK;
}

static gw_status_t open_binary(gw_alnreader_t *r, hFILE *h, const htsFormat *f,
                               const gw_alnread_opts_t *opts, gw_err_t *err)
{
    gw_status_t st = check_binary(r, f, err);
    r->file = st == GW_OK ? hts_hopen(h, r->path, "r") : NULL;
    if (!r->file) {
        hclose_abruptly(h);
        return st == GW_OK ? no_header(r, err) : st;
    }
    if (opts->ref_path && f->format == cram &&
        (!gw_stream_is_local(opts->ref_path) || access(opts->ref_path, R_OK) != 0 ||
         hts_set_fai_filename(r->file, opts->ref_path) != 0))
        return gw_err_set(err, GW_ENOINPUT,
                          "%s: cannot be used as CRAM reference: is there a .fai?", opts->ref_path);
    r->hdr = sam_hdr_read(r->file);
    const char *text = r->hdr ? sam_hdr_str(r->hdr) : NULL;
    st = text ? check_header(r, text, err) : no_header(r, err);
    if (st == GW_OK && f->format == cram)
        st = gw_cramref_forget_remote(r->file, err);
    /* only now: HTSlib looks for the end marker while it reads the header, and with threads that
     * waits for ever when their reader has already met damage (bgzf_check_EOF, 1.16) */
    if (st == GW_OK && opts->threads > 1 && hts_set_threads(r->file, opts->threads) != 0)
        st = gw_err_nomem(err, "starting threads");
    return st;
}

gw_status_t gw_alnreader_open(const char *path, const gw_alnread_opts_t *opts, gw_alnreader_t **out,
                              gw_err_t *err)
{
    hFILE *h;
    gw_status_t st = gw_stream_hopen(path, &h, err);
    return st == GW_OK ? gw_alnreader_attach(h, path, opts, out, err) : st;
}

gw_status_t gw_alnreader_attach(hFILE *file, const char *path, const gw_alnread_opts_t *opts,
                                gw_alnreader_t **out, gw_err_t *err)
{
    htsFormat f;
    gw_status_t st;
    gw_alnreader_t *r = gw_calloc(1, sizeof *r);
    if (r) {
        r->path = gw_strdup(path);
        r->name = gw_strdup(gw_stream_name(path));
    }
    if (!r || !r->path || !r->name) {
        hclose_abruptly(file);
        gw_alnreader_close(r);
        return gw_err_nomem(err, "opening an input");
    }
    r->need_sorted = opts->need_sorted;
    r->no_cram = opts->no_cram;
    if (hts_detect_format2(file, path, &f) != 0) {
        hclose_abruptly(file);
        st = gw_err_set(err, GW_EIO, "%s: reading failed: %s", r->name, strerror(errno));
    } else {
        r->format = f.format;
        st = f.format == sam ? open_text(r, file, err) : open_binary(r, file, &f, opts, err);
    }
    if (st != GW_OK) {
        gw_alnreader_close(r);
        return st;
    }
    *out = r;
    return GW_OK;
}

void gw_alnreader_close(gw_alnreader_t *r)
{
    if (!r)
        return;
    if (r->itr)
        hts_itr_destroy(r->itr);
    if (r->index)
        hts_idx_destroy(r->index);
    sam_hdr_destroy(r->hdr);
    gw_lines_release(&r->lines);
    free(r->line.s);
    if (r->file)
        hts_close(r->file);
    gw_refcheck_destroy(r->refcheck);
    free(r->path);
    free(r->name);
    free(r);
}

const sam_hdr_t *gw_alnreader_header(const gw_alnreader_t *r)
{
    return r->hdr;
}

/* 2. the reference */
gw_status_t gw_alnreader_check_ref(gw_alnreader_t *r, const gw_ref_t *ref, gw_err_t *err)
{
    gw_refcheck_destroy(r->refcheck);
    return gw_refcheck_create(r->hdr, ref, r->name, &r->refcheck, err);
}

gw_status_t gw_alnreader_region(gw_alnreader_t *r, int32_t tid, int64_t beg, int64_t end,
                                gw_err_t *err)
{
    if (strcmp(r->path, "-") == 0)
        return gw_err_set(err, GW_EUSAGE, "a region of stdin cannot be sought; give a file");
    if (r->text)
        return gw_err_set(
            err, GW_EUSAGE,
            "%s: a region of SAM text cannot be sought; convert it with samtools view "
            "-b and index it",
            r->name);
    if (!r->index) {
        r->index = sam_index_load3(r->file, r->path, NULL, HTS_IDX_SILENT_FAIL);
        if (!r->index)
            return gw_err_set(err, GW_ENOINPUT, "%s: has no index; run: samtools index %s", r->name,
                              r->path);
    }
    if (r->itr)
        hts_itr_destroy(r->itr);
    r->itr = sam_itr_queryi(r->index, tid, beg, end);
    r->ended = false;
    r->last_tid = 0;
    r->last_pos = 0;
    return r->itr ? GW_OK
                  : gw_err_set(err, GW_EDATA, "%s: its index does not fit; make it again", r->name);
}

/* 3. records */
/* At the end of the data: BAM must have shown its end marker. HTSlib notes its absence while
 * reading, on pipes too. */
static gw_status_t check_end(gw_alnreader_t *r, gw_err_t *err)
{
    r->ended = true;
    bool cut = false;
    if (r->itr) /* a region ends before the file does: ask the file */
        cut = hts_check_EOF(r->file) == 0;
    else if (r->format == bam)
        cut = r->file->fp.bgzf->no_eof_block;
    else if (r->format == cram) /* 2: the data ended without the end container */
        cut = cram_eof(r->file->fp.cram) == 2;
    return cut ? gw_err_set(err, GW_EDATA,
                            "%s: the end marker is missing after record %llu: the file is cut; "
                            "make it or copy it again",
                            r->name, (unsigned long long)r->n)
               : GW_OK;
}

static gw_status_t bad_record(const gw_alnreader_t *r, const bam1_t *b, const char *what,
                              gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: record %llu (%s): %s", r->name, (unsigned long long)r->n,
                      bam_get_qname(b), what);
}

static gw_status_t check_tags(const gw_alnreader_t *r, const bam1_t *b, gw_err_t *err)
{
    const uint8_t *t = bam_get_aux(b), *end = b->data + b->l_data;
    while (t < end) {
        size_t size = gw_bamtag_size(t, end);
        if (size == 0)
            return bad_record(r, b, "its tags are damaged; make or copy the file again", err);
        t += size;
    }
    return GW_OK;
}

static gw_status_t check_place(const gw_alnreader_t *r, const bam1_t *b, gw_err_t *err)
{
    int n_ref = sam_hdr_nref(r->hdr);
    if ((b->core.tid < 0 && !(b->core.flag & BAM_FUNMAP)) || b->core.tid >= n_ref ||
        b->core.mtid >= n_ref || b->core.tid < -1 || b->core.mtid < -1)
        return bad_record(r, b, "its contig is not in the header; the file is damaged", err);
    if (b->core.pos < -1 || b->core.mpos < -1)
        return bad_record(r, b, "a negative position; the file is damaged", err);
    if (b->core.n_cigar > 0 && b->core.l_qseq > 0 &&
        bam_cigar2qlen((int)b->core.n_cigar, bam_get_cigar(b)) != b->core.l_qseq)
        return bad_record(r, b, "its CIGAR does not fit its sequence; the file is damaged", err);
    if (b->core.tid >= 0 && !(b->core.flag & BAM_FUNMAP) &&
        bam_endpos(b) > sam_hdr_tid2len(r->hdr, b->core.tid))
        return bad_record(r, b,
                          "it reaches past the end of its contig; the file is damaged or has "
                          "another file's header",
                          err);
    return GW_OK;
}

static gw_status_t check_order(gw_alnreader_t *r, const bam1_t *b, gw_err_t *err)
{
    int32_t tid = b->core.tid < 0 ? INT32_MAX : b->core.tid;
    if (tid < r->last_tid || (tid == r->last_tid && b->core.pos < r->last_pos))
        return bad_record(r, b,
                          "comes before the record ahead of it, so the file is not sorted by "
                          "coordinate; use align --sort or samtools sort",
                          err);
    r->last_tid = tid;
    r->last_pos = b->core.pos;
    return GW_OK;
}

/* HTSlib makes a record with an unknown contig name unmapped: such names are refused before. */
static gw_status_t check_names(const gw_alnreader_t *r, gw_err_t *err)
{
    char *field[8] = {r->line.s};
    for (int i = 1; i < 8; i++) /* the line has its 11 fields */
        field[i] = strchr(field[i - 1], '\t') + 1;
    for (int i = 2; i <= 6; i += 4) { /* RNAME and RNEXT */
        char *end = field[i + 1] - 1; /* in r->line, which is ours: the name gets its NUL */
        *end = '\0';
        bool known = strcmp(field[i], "*") == 0 || (i == 6 && strcmp(field[i], "=") == 0) ||
                     sam_hdr_name2tid(r->hdr, field[i]) >= 0;
        if (!known)
            return gw_err_set(err, GW_EDATA,
                              "%s: record %llu: contig %.200s is not in the header; the file is "
                              "damaged or has another file's header",
                              r->name, (unsigned long long)r->n + 1, field[i]);
        *end = '\t';
    }
    return GW_OK;
}

static gw_status_t bad_line(const gw_alnreader_t *r, const char *what, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: record %llu (line %llu) is no SAM record: %s", r->name,
                      (unsigned long long)r->n + 1, (unsigned long long)r->lines.number, what);
}

static gw_status_t parse_line(gw_alnreader_t *r, const char *line, size_t len, bam1_t *rec,
                              gw_err_t *err)
{
    if (r->lines.open_end)
        return gw_err_set(
            err, GW_EDATA,
            "%s: the last line has no end after record %llu: the file is cut; make it "
            "again",
            r->name, (unsigned long long)r->n);
    r->line.l = 0;
    if (kputsn(line, len, &r->line) < 0)
        return gw_err_nomem(err, "reading alignments");
    const char *what = gw_samcheck_record(r->line.s, len);
    if (what)
        return bad_line(r, what, err);
    gw_status_t st = check_names(r, err);
    if (st == GW_OK && sam_parse1(&r->line, r->hdr, rec) < 0)
        st = bad_line(r, "SEQ, QUAL and CIGAR do not fit together; is the file damaged?", err);
    return st;
}

/* 0 = a record, -1 = the end, -2 = an error in *st */
static int next_line(gw_alnreader_t *r, bam1_t *rec, gw_status_t *st, gw_err_t *err)
{
    const char *line;
    size_t len;
    *st = gw_lines_next(&r->lines, &line, &len, err);
    if (*st == GW_OK && !line)
        return -1;
    if (*st == GW_OK)
        *st = parse_line(r, line, len, rec, err);
    return *st == GW_OK ? 0 : -2;
}

static gw_status_t unreadable(const gw_alnreader_t *r, gw_err_t *err)
{
    if (errno == ENOMEM)
        return gw_err_nomem(err, "reading alignments");
    return gw_err_set(
        err, GW_EDATA, "%s: record %llu cannot be read: %s", r->name, (unsigned long long)r->n + 1,
        r->format == cram ? "its reference is not at hand or is another one (give the FASTA that "
                            "the file was made with), or the file is cut or damaged"
                          : "the file is cut or damaged; make it or copy it again");
}

gw_status_t gw_alnreader_next(gw_alnreader_t *r, bam1_t *rec, bool *got, gw_err_t *err)
{
    gw_status_t s = GW_OK;
    *got = false;
    if (r->ended)
        return GW_OK;
    errno = 0;
    int st = r->text  ? next_line(r, rec, &s, err)
             : r->itr ? sam_itr_next(r->file, r->itr, rec)
                      : sam_read1(r->file, r->hdr, rec);
    if (s != GW_OK)
        return s;
    if (st == -1) {
        s = r->refcheck ? gw_refcheck_finish(r->refcheck, err) : GW_OK;
        return s == GW_OK ? check_end(r, err) : s;
    }
    if (st < -1)
        return unreadable(r, err);
    r->n++;
    s = check_place(r, rec, err);
    if (s == GW_OK)
        s = check_tags(r, rec, err);
    if (s == GW_OK && r->need_sorted)
        s = check_order(r, rec, err);
    if (s == GW_OK && r->refcheck)
        s = gw_refcheck_record(r->refcheck, rec, err);
    *got = s == GW_OK;
    return s;
}
