#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/alnwrite.h"
#include "io/cramref.h"
#include "io/htsout.h"
#include "io/stream.h"

struct gw_alnwriter {
    gw_htsout_t o;
    sam_hdr_t *hdr;
};

/* .bai reaches 2^29 - 1; beyond that .csi with 14-bit leaves */
static bool needs_csi(sam_hdr_t *hdr)
{
    for (int i = 0; i < sam_hdr_nref(hdr); i++)
        if (sam_hdr_tid2len(hdr, i) >= 1 << 29)
            return true;
    return false;
}

static gw_status_t open_index(gw_alnwriter_t *w, const char *path, gw_aln_format_t format,
                              gw_err_t *err)
{
    bool csi = needs_csi(w->hdr);
    gw_status_t st = gw_htsout_open_index(&w->o, path,
                                          format == GW_ALN_CRAM ? "crai"
                                          : csi                 ? "csi"
                                                                : "bai",
                                          err);
    if (st != GW_OK)
        return st;
    if (sam_idx_init(w->o.file, w->hdr, csi ? 14 : 0, w->o.index_out.write) < 0)
        return gw_err_nomem(err, "starting an index");
    w->o.indexed = true;
    return GW_OK;
}

static gw_status_t set_cram_reference(gw_alnwriter_t *w, const char *ref_path, gw_err_t *err)
{
    gw_status_t st = gw_cramref_stay_local(err);
    if (st != GW_OK)
        return st;
    /* an absent file is asked for here: HTSlib would tell it on stderr in its own way */
    if (!ref_path || !gw_stream_is_local(ref_path) || access(ref_path, R_OK) != 0 ||
        hts_set_fai_filename(w->o.file, ref_path) != 0)
        return gw_err_set(err, GW_ENOINPUT,
                          "%s: CRAM output needs the reference FASTA, uncompressed or bgzipped, "
                          "with its .fai (samtools faidx)",
                          ref_path ? ref_path : "CRAM");
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
    bool packed = opts->format == GW_ALN_BAM || opts->format == GW_ALN_CRAM;
    gw_status_t st =
        opts->write_index ? gw_htsout_check_index(path, packed, "BAM or CRAM", err) : GW_OK;
    if (st == GW_OK)
        st = gw_htsout_open(&w->o, path, mode[opts->format], packed ? opts->threads : 0, err);
    if (st == GW_OK && opts->format == GW_ALN_CRAM)
        st = set_cram_reference(w, opts->ref_path, err);
    errno = 0;
    if (st == GW_OK && sam_hdr_write(w->o.file, hdr) != 0)
        st = gw_htsout_failed(&w->o, err);
    if (st == GW_OK && opts->write_index)
        st = open_index(w, path, opts->format, err);
    if (st != GW_OK) {
        gw_alnwriter_discard(w);
        return st;
    }
    *out = w;
    return GW_OK;
}

gw_status_t gw_alnwriter_put(gw_alnwriter_t *w, const bam1_t *rec, gw_err_t *err)
{
    errno = 0;
    return sam_write1(w->o.file, w->hdr, rec) >= 0 ? GW_OK : gw_htsout_failed(&w->o, err);
}

gw_status_t gw_alnwriter_commit(gw_alnwriter_t *w, gw_err_t *err)
{
    gw_status_t st = gw_htsout_commit(&w->o, sam_idx_save, err);
    free(w);
    return st;
}

void gw_alnwriter_discard(gw_alnwriter_t *w)
{
    if (!w)
        return;
    gw_htsout_discard(&w->o);
    free(w);
}
