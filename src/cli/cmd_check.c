#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "align/index.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/command.h"
#include "io/alnread.h"
#include "io/seqread.h"
#include "io/stream.h"
#include "io/vcfcheck.h"

enum { PEEK = 1 << 16, BATCH_RECORDS = 4096, BATCH_BASES = 8 << 20 };

typedef struct {
    bool paired;
    const char *reference;
} opts_t;

typedef enum { KIND_NONE, KIND_SEQ, KIND_ALN, KIND_VCF, KIND_INDEX } kind_t;

/* What the table says about one file. */
typedef struct {
    const char *name;   /* as given; "stdin" for "-" */
    char *path;         /* what is opened: a spooled copy for streams */
    int fd;             /* of the copy, -1 without one */
    const char *format; /* static text */
    uint64_t records, bases;
    gw_err_t err;
} file_t;

/* 1. opening: readers look at a file twice, so streams are copied to an unlinked file first */
static gw_status_t spool(file_t *f, const char *path, const char *tmp_dir, gw_err_t *err)
{
    hFILE *in = NULL;
    gw_status_t st = gw_stream_hopen(path, &in, err);
    if (st != GW_OK)
        return st;
    char *buf = gw_malloc(PEEK, 1);
    st = buf ? gw_tmpfile_open(tmp_dir, &f->fd, err) : gw_err_nomem(err, "reading an input");
    while (st == GW_OK) {
        ssize_t n = hread(in, buf, PEEK);
        if (n == 0)
            break;
        if (n < 0)
            st = gw_err_set(err, GW_EIO, "%s: reading failed: %s", f->name, strerror(errno));
        for (ssize_t k = 0; k < n && st == GW_OK;) {
            ssize_t w = write(f->fd, buf + k, (size_t)(n - k));
            if (w < 0)
                st = gw_err_set(err, GW_EIO,
                                "%s: copying to a temporary file failed: %s; choose "
                                "another folder with --tmp-dir",
                                f->name, strerror(errno));
            else
                k += w;
        }
    }
    free(buf);
    hclose_abruptly(in);
    return st;
}

static gw_status_t file_open(file_t *f, const char *path, const char *tmp_dir, gw_err_t *err)
{
    struct stat st;
    f->name = gw_stream_name(path);
    bool stream = strcmp(path, "-") == 0 ||
                  (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
    if (stream) {
        gw_status_t s = spool(f, path, tmp_dir, err);
        if (s != GW_OK)
            return s;
    }
    f->path = stream ? gw_asprintf("/dev/fd/%d", f->fd) : gw_strdup(path);
    return f->path ? GW_OK : gw_err_nomem(err, "opening an input");
}

/* Messages name what the user gave, not the copy. */
static void name_in_message(const file_t *f, gw_err_t *err)
{
    size_t n = f->path ? strlen(f->path) : 0;
    if (f->fd < 0 || n == 0 || strncmp(err->msg, f->path, n) != 0)
        return;
    gw_err_t was = *err;
    gw_err_set(err, was.status, "%s%s", f->name, was.msg + n);
}

/* 2. telling formats apart, by the first bytes behind any compression */
static bool begins(const char *p, size_t n, const char *magic)
{
    size_t k = strlen(magic);
    return n >= k && memcmp(p, magic, k) == 0;
}

static bool is_sam(const char *p, size_t n)
{
    static const char *const head[] = {"@HD\t", "@SQ\t", "@RG\t", "@PG\t", "@CO\t"};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        if (begins(p, n, head[i]))
            return true;
    int tabs = 0;
    for (size_t i = 0; i < n && p[i] != '\n'; i++)
        tabs += p[i] == '\t';
    return p[0] != '#' && p[0] != '>' && p[0] != '@' && tabs >= 10;
}

static kind_t tell(file_t *f, gw_err_t *err)
{
    gw_stream_t *s = NULL;
    size_t n = 0;
    char *p = gw_malloc(PEEK, 1);
    kind_t kind = KIND_NONE;
    gw_status_t st = p ? gw_stream_open(f->path, &s, err) : gw_err_nomem(err, "reading an input");
    for (size_t got = 1; got && n < PEEK && st == GW_OK; n += got) {
        got = 0;
        st = gw_stream_read(s, p + n, PEEK - n, &got, err);
    }
    gw_stream_close(s);
    if (n == 0 && st == GW_OK) {
        gw_err_set(err, GW_EDATA, "%s: is empty; was it ever written?", f->path);
    } else if (n > 0) { /* what was read before any damage says what the file is meant to be */
        if (begins(p, n, "BAM\1"))
            f->format = "BAM", kind = KIND_ALN;
        else if (begins(p, n, "CRAM"))
            f->format = "CRAM", kind = KIND_ALN;
        else if (begins(p, n, "BCF\2"))
            f->format = "BCF", kind = KIND_VCF;
        else if (begins(p, n, "##fileformat=VCF") || begins(p, n, "#CHROM\t"))
            f->format = "VCF", kind = KIND_VCF;
        else if (begins(p, n, "GWINDEX"))
            f->format = "index", kind = KIND_INDEX;
        else if (is_sam(p, n))
            f->format = "SAM", kind = KIND_ALN;
        else if (p[0] == '>')
            f->format = "FASTA", kind = KIND_SEQ;
        else if (p[0] == '@')
            f->format = "FASTQ", kind = KIND_SEQ;
        else if (st == GW_OK)
            gw_err_set(err, GW_EDATA,
                       "%s: is none of FASTA, FASTQ, SAM, BAM, CRAM, VCF, BCF or a genowarp "
                       "index; is this the right file?",
                       f->path);
        if (kind != KIND_NONE)
            *err = (gw_err_t){0}; /* its own reader finds the damage and says where */
    }
    free(p);
    return kind;
}

/* 3. the formats */
static gw_status_t check_seq(const char *const *path, size_t n_paths, int threads,
                             uint64_t *records, uint64_t *bases, gw_err_t *err)
{
    gw_seqreader_t *r = NULL;
    gw_seqbatch_t b;
    gw_seqread_opts_t o = {.alphabet = n_paths == 2 ? GW_ALPHABET_DNA : GW_ALPHABET_ANY,
                           .threads = threads};
    gw_seqbatch_init(&b);
    gw_status_t st = gw_seqreader_open(path, n_paths, &o, &r, err);
    while (st == GW_OK) {
        st = gw_seqreader_next(r, &b, BATCH_RECORDS, BATCH_BASES, err);
        if (st != GW_OK || b.n == 0)
            break;
        for (size_t i = 0; i < b.n; i++) {
            records[i % n_paths]++;
            bases[i % n_paths] += b.rec[i].len;
        }
    }
    gw_seqbatch_release(&b);
    gw_seqreader_close(r);
    return st;
}

static gw_status_t check_aln(file_t *f, const opts_t *opts, int threads, gw_err_t *err)
{
    gw_alnreader_t *r = NULL;
    bam1_t *rec = bam_init1();
    gw_status_t st = rec ? GW_OK : gw_err_nomem(err, "reading alignments");
    if (st == GW_OK)
        st = gw_alnreader_open(
            f->path, &(gw_alnread_opts_t){.ref_path = opts->reference, .threads = threads}, &r,
            err);
    for (bool got = true; got && st == GW_OK;) {
        st = gw_alnreader_next(r, rec, &got, err);
        if (st == GW_OK && got) {
            f->records++;
            f->bases += (uint64_t)rec->core.l_qseq;
        }
    }
    gw_alnreader_close(r);
    bam_destroy1(rec);
    return st;
}

static gw_status_t check_index(file_t *f, int threads, gw_err_t *err)
{
    gw_index_t *x = NULL;
    gw_status_t st = gw_index_open(f->path, threads, &x, err);
    if (st != GW_OK)
        return st;
    f->records = (uint64_t)x->n_contigs;
    for (int32_t i = 0; i < x->n_contigs; i++)
        f->bases += (uint64_t)x->contig[i].len_bp;
    gw_index_destroy(x);
    return GW_OK;
}

static void check_one(file_t *f, const opts_t *opts, int threads)
{
    gw_vcfcheck_t v = {0};
    gw_status_t st = GW_OK;
    const char *path = f->path;
    switch (tell(f, &f->err)) {
    case KIND_NONE:
        break;
    case KIND_SEQ:
        st = check_seq(&path, 1, threads, &f->records, &f->bases, &f->err);
        break;
    case KIND_ALN:
        st = check_aln(f, opts, threads, &f->err);
        break;
    case KIND_VCF:
        st = gw_vcfcheck_file(f->path, &v, &f->err);
        f->records = v.records;
        break;
    case KIND_INDEX:
        st = check_index(f, threads, &f->err);
        break;
    }
    (void)st; /* kept in f->err with its message */
    name_in_message(f, &f->err);
}

/* Two files of mates are right or wrong together. */
static void check_pair(file_t *f, int threads)
{
    const char *path[2] = {f[0].path, f[1].path};
    uint64_t records[2] = {0}, bases[2] = {0};
    for (int i = 0; i < 2; i++) {
        kind_t kind = tell(&f[i], &f[i].err);
        if (kind != KIND_NONE && kind != KIND_SEQ)
            gw_err_set(&f[i].err, GW_EDATA, "%s: is %s; --paired takes FASTA or FASTQ files",
                       f[i].name, f[i].format);
        name_in_message(&f[i], &f[i].err);
    }
    if (f[0].err.status != GW_OK || f[1].err.status != GW_OK)
        return;
    gw_err_t err = {0};
    gw_status_t st = check_seq(path, 2, threads, records, bases, &err);
    for (int i = 0; i < 2; i++) {
        f[i].records = records[i];
        f[i].bases = bases[i];
        if (st != GW_OK) {
            name_in_message(&f[0], &err);
            name_in_message(&f[1], &err);
            f[i].err = err;
        }
    }
}

/* 4. the command */
static void print_line(FILE *out, const file_t *f)
{
    bool ok = f->err.status == GW_OK;
    fprintf(out, "%s\t%s\t%s\t", f->name, ok ? "ok" : "bad", f->format ? f->format : "-");
    if (ok)
        fprintf(out, "%llu\t", (unsigned long long)f->records);
    else
        fputs("-\t", out);
    if (ok && f->bases)
        fprintf(out, "%llu\t-\n", (unsigned long long)f->bases);
    else
        fprintf(out, "-\t%s\n", ok ? "-" : f->err.msg);
}

static gw_status_t verdict(const file_t *f, size_t n, gw_err_t *err)
{
    const file_t *worst = NULL;
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        bad += f[i].err.status != GW_OK;
        if (f[i].err.status == GW_OK || (worst && worst->err.status == GW_EDATA))
            continue;
        if (!worst || f[i].err.status == GW_EDATA)
            worst = &f[i];
    }
    if (!worst)
        return GW_OK;
    if (bad == 1)
        return gw_err_set(err, worst->err.status, "%s", worst->err.msg);
    return gw_err_set(err, worst->err.status, "%zu of %zu files are bad, first %s", bad, n,
                      worst->err.msg);
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const opts_t *opts = inv->opts;
    size_t n = inv->operands.n;
    gw_outfile_t out;
    int threads = (int)inv->common.threads;
    if (opts->paired && n % 2)
        return gw_err_set(err, GW_EUSAGE, "--paired takes files two by two; %zu were given", n);
    file_t *f = gw_calloc(n, sizeof *f);
    if (!f)
        return gw_err_nomem(err, "starting");
    for (size_t i = 0; i < n; i++)
        f[i].fd = -1;
    gw_status_t st = gw_outfile_fopen(&out, inv->common.output, err);
    for (size_t i = 0; i < n && st == GW_OK; i++) {
        if (file_open(&f[i], inv->operands.v[i], inv->common.tmp_dir, &f[i].err) == GW_OK &&
            !opts->paired)
            check_one(&f[i], opts, threads);
        if (opts->paired && i % 2 == 1) {
            if (f[i - 1].err.status == GW_OK && f[i].err.status == GW_OK)
                check_pair(&f[i - 1], threads);
            print_line(out.file, &f[i - 1]);
        }
        if (!opts->paired || i % 2 == 1)
            print_line(out.file, &f[i]);
        if (f[i].err.status == GW_ENOMEM)
            st = gw_err_set(err, GW_ENOMEM, "%s", f[i].err.msg);
    }
    if (st == GW_OK)
        st = gw_outfile_commit(&out, err);
    else
        gw_outfile_discard(&out);
    if (st == GW_OK)
        st = verdict(f, n, err);
    for (size_t i = 0; i < n; i++) {
        free(f[i].path);
        if (f[i].fd >= 0)
            close(f[i].fd);
    }
    free(f);
    return st;
}

static const gw_opt_t rows[] = {
    {.name = "paired",
     .type = GW_OPT_FLAG,
     .offset = offsetof(opts_t, paired),
     .help = "files come two by two, first and second mates: names must agree record by record",
     .group = "Checking"},
    {.name = "reference",
     .type = GW_OPT_STRING,
     .offset = offsetof(opts_t, reference),
     .arg = "REF.fa",
     .help = "reference for CRAM (with its .fai); default: what the file names"},
};

static const char *const usage[] = {"FILE...", "--paired R1.fq R2.fq [...]", NULL};
static const char *const examples[] = {"genowarp check reads.fq.gz aligned.bam calls.vcf.gz",
                                       "genowarp check --paired R1.fq.gz R2.fq.gz",
                                       "samtools view -u x.cram | genowarp check -",
                                       NULL};

const gw_command_t gw_cmd_check = {
    .name = "check",
    .summary = "tell whether files are whole and well-formed",
    .usage = usage,
    .description =
        "Reads every byte of FASTA, FASTQ (plain, .gz, .zst), SAM, BAM, CRAM, VCF, BCF and "
        "genowarp\n"
        "index files, told apart by content, and prints a line for each: file, ok or bad, format,\n"
        "records, bases, and what is wrong. Exits 65 when a file is bad, 66 when one is missing.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(opts_t),
    .common = GW_COMMON_OUTPUT | GW_COMMON_THREADS | GW_COMMON_TMP,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .run = run,
};
