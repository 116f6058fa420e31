#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <htslib/hts.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "io/alnwrite.h"
#include "io/cramref.h"

struct gw_alnwriter {
    gw_outfile_t out, index_out;
    htsFile *file;
    sam_hdr_t *hdr;
    bool indexed;
};

static gw_status_t write_failed(const gw_alnwriter_t *w, gw_err_t *err)
{
    return gw_err_set(err, GW_EIO, "%s: writing failed: %s; is the disk full?",
                      strcmp(w->out.path, "-") ? w->out.path : "stdout",
                      errno ? strerror(errno) : "unknown reason");
}

/* .bai reaches 2^29 - 1; beyond that .csi with 14-bit leaves */
static bool needs_csi(sam_hdr_t *hdr)
{
    for (int i = 0; i < sam_hdr_nref(hdr); i++)
        if (sam_hdr_tid2len(hdr, i) >= 1 << 29)
            return true;
    return false;
}

static gw_status_t check_indexable(const char *path, gw_aln_format_t format, gw_err_t *err)
{
    if (!path || strcmp(path, "-") == 0)
        return gw_err_set(err, GW_EUSAGE, "--write-index needs an output file (-o)");
    if (format == GW_ALN_SAM || format == GW_ALN_UBAM)
        return gw_err_set(err, GW_EUSAGE, "--write-index needs BAM or CRAM output");
    return GW_OK;
}

static gw_status_t open_index(gw_alnwriter_t *w, const char *path, gw_aln_format_t format,
                              gw_err_t *err)
{
    bool csi = needs_csi(w->hdr);
    const char *ending = format == GW_ALN_CRAM ? "crai" : csi ? "csi" : "bai";
    char *name = gw_asprintf("%s.%s", path, ending);
    if (!name)
        return gw_err_nomem(err, "opening an output");
    gw_status_t st = gw_outfile_create(&w->index_out, name, err);
    free(name);
    if (st != GW_OK)
        return st;
    if (sam_idx_init(w->file, w->hdr, csi ? 14 : 0, w->index_out.write) < 0)
        return gw_err_nomem(err, "starting an index");
    w->indexed = true;
    return GW_OK;
}

gw_status_t gw_alnwriter_open(const char *path, const gw_alnwrite_opts_t *opts, sam_hdr_t *hdr,
                              gw_alnwriter_t **out, gw_err_t *err)
{
    static const char *const mode[] = {"w", "wb", "wb0", "wc"};
    gw_alnwriter_t *w = gw_calloc(1, sizeof *w);
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
    if (opts->threads > 1 && opts->format != GW_ALN_SAM && opts->format != GW_ALN_UBAM &&
        hts_set_threads(w->file, opts->threads) != 0) {
        st = gw_err_nomem(err, "starting threads");
        goto fail;
    }
    if (opts->format == GW_ALN_CRAM) {
        st = gw_cramref_stay_local(err);
        if (st != GW_OK)
            goto fail;
        /* an absent file is asked for here: HTSlib would tell it on stderr in its own way */
        if (!opts->ref_path || access(opts->ref_path, R_OK) != 0 ||
            hts_set_fai_filename(w->file, opts->ref_path) != 0) {
            st = gw_err_set(err, GW_ENOINPUT,
                            "%s: CRAM output needs the reference FASTA, uncompressed or bgzipped, "
                            "with its .fai (samtools faidx)",
                            opts->ref_path ? opts->ref_path : "CRAM");
            goto fail;
        }
    }
    if (sam_hdr_write(w->file, hdr) != 0) {
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
    gw_alnwriter_discard(w);
    return st;
}

gw_status_t gw_alnwriter_put(gw_alnwriter_t *w, const bam1_t *rec, gw_err_t *err)
{
    errno = 0;
    return sam_write1(w->file, w->hdr, rec) >= 0 ? GW_OK : write_failed(w, err);
}

gw_status_t gw_alnwriter_commit(gw_alnwriter_t *w, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    errno = 0;
    if (w->indexed && sam_idx_save(w->file) < 0)
        st = write_failed(w, err);
    if (hts_close(w->file) != 0 && st == GW_OK)
        st = write_failed(w, err);
    w->file = NULL;
    if (st == GW_OK)
        st = gw_outfile_commit(&w->out, err);
    if (st == GW_OK && w->indexed)
        st = gw_outfile_commit(&w->index_out, err);
    gw_alnwriter_discard(w);
    return st;
}

void gw_alnwriter_discard(gw_alnwriter_t *w)
{
    if (!w)
        return;
    if (w->file)
        hts_close(w->file);
    gw_outfile_discard(&w->out);
    gw_outfile_discard(&w->index_out);
    free(w);
}
