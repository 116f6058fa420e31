#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/htsout.h"
#include "io/stream.h"

/* 1. the file */
gw_status_t gw_htsout_open(gw_htsout_t *o, const char *path, const char *mode, int threads,
                           gw_err_t *err)
{
    gw_status_t st = gw_outfile_create(&o->out, path, err);
    if (st != GW_OK)
        return st;
    if (!gw_stream_is_local(o->out.write)) /* a FIFO or device of that name */
        return gw_err_set(err, GW_ECREATE, "%s: HTSlib takes this for no local name; give ./%s",
                          o->out.path, o->out.path);
    sigset_t before;
    gw_outfile_hold(&before);
    errno = 0;
    o->file = hts_open(o->out.write, mode);
    gw_outfile_let_go(&before);
    if (!o->file)
        return gw_err_set(err, GW_ECREATE, "%s: cannot create: %s", o->out.path, strerror(errno));
    if (threads > 1 && hts_set_threads(o->file, threads) != 0)
        return gw_err_nomem(err, "starting threads");
    return GW_OK;
}

gw_status_t gw_htsout_failed(const gw_htsout_t *o, gw_err_t *err)
{
    return gw_err_set(err, GW_EIO, "%s: writing failed: %s; is the disk full?",
                      strcmp(o->out.path, "-") ? o->out.path : "stdout",
                      errno ? strerror(errno) : "unknown reason");
}

gw_status_t gw_htsout_commit(gw_htsout_t *o, int (*save)(htsFile *), gw_err_t *err)
{
    gw_status_t st = GW_OK;
    errno = 0;
    if (o->indexed) {
        sigset_t before;
        gw_outfile_hold(&before);
        if (save(o->file) < 0)
            st = gw_htsout_failed(o, err);
        gw_outfile_let_go(&before);
    }
    if (hts_close(o->file) != 0 && st == GW_OK)
        st = gw_htsout_failed(o, err);
    o->file = NULL;
    if (st == GW_OK)
        st = gw_outfile_commit(&o->out, err);
    if (st == GW_OK && o->indexed)
        st = gw_outfile_commit(&o->index_out, err);
    gw_htsout_discard(o);
    return st;
}

void gw_htsout_discard(gw_htsout_t *o)
{
    if (o->file) {
        const htsFormat *f = hts_get_format(o->file);
        bool text = (f->format == sam || f->format == vcf) && f->compression == no_compression;
        if (!text)
            gw_outfile_mute(&o->out);
        hts_close(o->file);
        if (text)
            gw_outfile_spoil(&o->out);
        o->file = NULL;
    }
    gw_outfile_discard(&o->out);
    gw_outfile_discard(&o->index_out);
}

/* 2. its index */
gw_status_t gw_htsout_check_index(const char *path, bool able, const char *formats, gw_err_t *err)
{
    if (!path || strcmp(path, "-") == 0)
        return gw_err_set(err, GW_EUSAGE, "--write-index needs an output file (-o)");
    if (!able)
        return gw_err_set(err, GW_EUSAGE, "--write-index needs %s output", formats);
    return GW_OK;
}

gw_status_t gw_htsout_open_index(gw_htsout_t *o, const char *path, const char *ending,
                                 gw_err_t *err)
{
    char *name = gw_asprintf("%s.%s", path, ending);
    if (!name)
        return gw_err_nomem(err, "opening an output");
    gw_status_t st = gw_outfile_create(&o->index_out, name, err);
    free(name);
    return st;
}
