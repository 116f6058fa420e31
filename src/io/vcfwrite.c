#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/hts.h>
#include <htslib/tbx.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "io/vcfwrite.h"

struct gw_vcfwriter {
    gw_outfile_t out, index_out;
    htsFile *file;
    bcf_hdr_t *hdr;
    bool indexed;
};

static bool ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s), m = strlen(ending);
    return n > m && strcmp(s + n - m, ending) == 0;
}

gw_vcf_format_t gw_vcf_format_of(const char *path)
{
    if (path && (ends_with(path, ".vcf.gz") || ends_with(path, ".vcf.bgz")))
        return GW_VCF_BGZF;
    if (path && ends_with(path, ".bcf"))
        return GW_VCF_BCF;
    return GW_VCF_TEXT;
}

static gw_status_t write_failed(const gw_vcfwriter_t *w, gw_err_t *err)
{
    return gw_err_set(err, GW_EIO, "%s: writing failed: %s; is the disk full?",
                      strcmp(w->out.path, "-") ? w->out.path : "stdout",
                      errno ? strerror(errno) : "unknown reason");
}

static gw_status_t check_indexable(const char *path, gw_vcf_format_t format, gw_err_t *err)
{
    if (!path || strcmp(path, "-") == 0)
        return gw_err_set(err, GW_EUSAGE, "--write-index needs an output file (-o)");
    if (format != GW_VCF_BGZF && format != GW_VCF_BCF)
        return gw_err_set(err, GW_EUSAGE, "--write-index needs .vcf.gz or .bcf output");
    return GW_OK;
}

/* .tbi and .csi with 14-bit leaves; .tbi reaches 2^29 - 1 */
static gw_status_t open_index(gw_vcfwriter_t *w, const char *path, gw_vcf_format_t format,
                              gw_err_t *err)
{
    bool csi = format == GW_VCF_BCF;
    for (int i = 0; i < w->hdr->n[BCF_DT_CTG]; i++)
        if (w->hdr->id[BCF_DT_CTG][i].val->info[0] >= 1ull << 29)
            csi = true;
    char *name = gw_asprintf("%s.%s", path, csi ? "csi" : "tbi");
    if (!name)
        return gw_err_nomem(err, "opening an output");
    gw_status_t st = gw_outfile_create(&w->index_out, name, err);
    free(name);
    if (st != GW_OK)
        return st;
    if (bcf_idx_init(w->file, w->hdr, csi ? 14 : 0, w->index_out.write) < 0)
        return gw_err_nomem(err, "starting an index");
    w->indexed = true;
    return GW_OK;
}

gw_status_t gw_vcfwriter_open(const char *path, const gw_vcfwrite_opts_t *opts, bcf_hdr_t *hdr,
                              gw_vcfwriter_t **out, gw_err_t *err)
{
    static const char *const mode[] = {"w", "wz", "wb0", "wb"};
    gw_vcfwriter_t *w = gw_calloc(1, sizeof *w);
    if (!w)
        return gw_err_nomem(err, "opening an output");
    w->hdr = hdr;
    gw_status_t st = opts->write_index ? check_indexable(path, opts->format, err) : GW_OK;
    if (st == GW_OK)
        st = gw_outfile_create(&w->out, path, err);
    if (st != GW_OK)
        goto fail;
    errno = 0;
    w->file = hts_open(w->out.write, mode[opts->format]);
    if (!w->file) {
        st = gw_err_set(err, GW_ECREATE, "%s: cannot create: %s", w->out.path, strerror(errno));
        goto fail;
    }
    if (opts->threads > 1 && (opts->format == GW_VCF_BGZF || opts->format == GW_VCF_BCF) &&
        hts_set_threads(w->file, opts->threads) != 0) {
        st = gw_err_nomem(err, "starting threads");
        goto fail;
    }
    if (bcf_hdr_write(w->file, hdr) != 0) {
        st = write_failed(w, err);
        goto fail;
    }
    if (opts->write_index) {
        st = open_index(w, path, opts->format, err);
        if (st != GW_OK)
            goto fail;
    }
    *out = w;
    return GW_OK;
fail:
    gw_vcfwriter_discard(w);
    return st;
}

gw_status_t gw_vcfwriter_put(gw_vcfwriter_t *w, bcf1_t *rec, gw_err_t *err)
{
    errno = 0;
    return bcf_write(w->file, w->hdr, rec) == 0 ? GW_OK : write_failed(w, err);
}

gw_status_t gw_vcfwriter_commit(gw_vcfwriter_t *w, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    errno = 0;
    if (w->indexed && bcf_idx_save(w->file) < 0)
        st = write_failed(w, err);
    if (hts_close(w->file) != 0 && st == GW_OK)
        st = write_failed(w, err);
    w->file = NULL;
    if (st == GW_OK)
        st = gw_outfile_commit(&w->out, err);
    if (st == GW_OK && w->indexed)
        st = gw_outfile_commit(&w->index_out, err);
    gw_vcfwriter_discard(w);
    return st;
}

void gw_vcfwriter_discard(gw_vcfwriter_t *w)
{
    if (!w)
        return;
    if (w->file) {
        const htsFormat *f = hts_get_format(w->file);
        bool text = f->format == vcf && f->compression == no_compression;
        if (!text)
            gw_outfile_mute(&w->out);
        hts_close(w->file);
        if (text)
            gw_outfile_spoil(&w->out);
    }
    gw_outfile_discard(&w->out);
    gw_outfile_discard(&w->index_out);
    free(w);
}
