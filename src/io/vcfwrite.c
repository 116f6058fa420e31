#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/htsout.h"
#include "io/vcfwrite.h"

struct gw_vcfwriter {
    gw_htsout_t o;
    bcf_hdr_t *hdr;
    int32_t rid; /* of the record before */
    hts_pos_t pos;
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

/* .tbi and .csi with 14-bit leaves; .tbi reaches 2^29 - 1 */
static gw_status_t open_index(gw_vcfwriter_t *w, const char *path, gw_vcf_format_t format,
                              gw_err_t *err)
{
    bool csi = format == GW_VCF_BCF;
    for (int i = 0; i < w->hdr->n[BCF_DT_CTG]; i++)
        if (w->hdr->id[BCF_DT_CTG][i].val->info[0] >= 1ull << 29)
            csi = true;
    gw_status_t st = gw_htsout_open_index(&w->o, path, csi ? "csi" : "tbi", err);
    if (st != GW_OK)
        return st;
    if (bcf_idx_init(w->o.file, w->hdr, csi ? 14 : 0, w->o.index_out.write) < 0)
        return gw_err_nomem(err, "starting an index");
    w->o.indexed = true;
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
    bool packed = opts->format == GW_VCF_BGZF || opts->format == GW_VCF_BCF;
    gw_status_t st =
        opts->write_index ? gw_htsout_check_index(path, packed, ".vcf.gz or .bcf", err) : GW_OK;
    if (st == GW_OK)
        st = gw_htsout_open(&w->o, path, mode[opts->format], packed ? opts->threads : 0, err);
    errno = 0;
    if (st == GW_OK && bcf_hdr_write(w->o.file, hdr) != 0)
        st = gw_htsout_failed(&w->o, err);
    if (st == GW_OK && opts->write_index)
        st = open_index(w, path, opts->format, err);
    if (st != GW_OK) {
        gw_vcfwriter_discard(w);
        return st;
    }
    *out = w;
    return GW_OK;
}

gw_status_t gw_vcfwriter_put(gw_vcfwriter_t *w, bcf1_t *rec, gw_err_t *err)
{
    if (rec->rid < 0 || rec->rid >= w->hdr->n[BCF_DT_CTG])
        return gw_err_set(err, GW_EINTERNAL, "%s: a record on contig %d, which the header lacks",
                          w->o.out.path, (int)rec->rid);
    if (rec->rid < w->rid || (rec->rid == w->rid && rec->pos < w->pos))
        return gw_err_set(err, GW_EINTERNAL, "%s: records out of order at %s:%lld", w->o.out.path,
                          bcf_hdr_id2name(w->hdr, rec->rid), (long long)rec->pos + 1);
    w->rid = rec->rid;
    w->pos = rec->pos;
    errno = 0;
    return bcf_write(w->o.file, w->hdr, rec) == 0 ? GW_OK : gw_htsout_failed(&w->o, err);
}

gw_status_t gw_vcfwriter_commit(gw_vcfwriter_t *w, gw_err_t *err)
{
    gw_status_t st = gw_htsout_commit(&w->o, bcf_idx_save, err);
    free(w);
    return st;
}

void gw_vcfwriter_discard(gw_vcfwriter_t *w)
{
    if (!w)
        return;
    gw_htsout_discard(&w->o);
    free(w);
}
