#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>

#include "base/mem.h"
#include "io/genoinput.h"
#include "io/stream.h"

/* A line of a matrix has a number a column: 10 million columns of 20 characters fit. */
static const size_t MAX_LINE = (size_t)1 << 28;

static bool is_bed(const char *path)
{
    unsigned char magic[2] = {0, 0};
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    size_t n = fread(magic, 1, 2, f);
    fclose(f);
    return n == 2 && magic[0] == 0x6c && magic[1] == 0x1b;
}

static bool exists(const char *path, const char *ending)
{
    struct stat s;
    char *name = gw_asprintf("%s%s", path, ending);
    bool yes = name && stat(name, &s) == 0 && !S_ISDIR(s.st_mode);
    free(name);
    return yes;
}

static gw_status_t as_bed(gw_genoinput_t *in, char *prefix, gw_err_t *err)
{
    in->kind = GW_GENOINPUT_BED;
    in->bed = prefix;
    return prefix ? GW_OK : gw_err_nomem(err, "opening the input");
}

/* What the first line says, which is put back. */
static gw_status_t look_at_text(gw_genoinput_t *in, gw_err_t *err)
{
    const char *line;
    size_t len;
    gw_status_t st = gw_lines_next(&in->text, &line, &len, err);
    if (st != GW_OK)
        return st;
    if (!line)
        return gw_err_set(err, GW_EDATA,
                          "%s: is empty; a VCF, BCF, PLINK bed, BEAGLE file or matrix is needed",
                          in->path);
    if (len >= 16 && memcmp(line, "##fileformat=VCF", 16) == 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: is a VCF that HTSlib cannot unpack; use zstdcat %s | genowarp pca -",
                          in->path, in->path);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ' && line[i] != '\t')
            return gw_err_set(err, GW_EDATA,
                              "%s: is no VCF, BCF, PLINK bed, BEAGLE file or matrix of numbers",
                              in->path);
    static const char beagle[] = "marker\tallele1\tallele2\t";
    in->kind = len >= sizeof beagle - 1 && memcmp(line, beagle, sizeof beagle - 1) == 0
                   ? GW_GENOINPUT_BEAGLE
                   : GW_GENOINPUT_MATRIX;
    gw_lines_back(&in->text, line);
    return GW_OK;
}

static gw_status_t open_stream(gw_genoinput_t *in, const char *path, gw_err_t *err)
{
    hFILE *h;
    gw_status_t st = gw_stream_hopen(path, &h, err);
    if (st != GW_OK)
        return st;
    htsFormat fmt;
    if (hts_detect_format2(h, path, &fmt) < 0) {
        hclose_abruptly(h);
        return gw_err_set(err, GW_EIO, "%s: reading failed: %s", in->path, strerror(errno));
    }
    if (fmt.format == vcf || fmt.format == bcf) {
        in->kind = GW_GENOINPUT_VCF;
        in->stream = h;
        return GW_OK;
    }
    gw_stream_t *text;
    st = gw_stream_attach(h, path, &text, err);
    if (st == GW_OK)
        st = gw_lines_init(&in->text, text, in->path, MAX_LINE, err);
    return st == GW_OK ? look_at_text(in, err) : st;
}

gw_status_t gw_genoinput_open(const char *path, gw_genoinput_t *out, gw_err_t *err)
{
    *out = (gw_genoinput_t){0};
    bool on_disk = strcmp(path, "-") != 0;
    gw_status_t st;
    out->path = gw_strdup(on_disk ? path : "stdin");
    size_t len = strlen(path);
    if (!out->path)
        st = gw_err_nomem(err, "opening the input");
    else if (on_disk && exists(path, "") && is_bed(path))
        st = len > 4 && strcmp(path + len - 4, ".bed") == 0
                 ? as_bed(out, gw_strndup(path, len - 4), err)
                 : gw_err_set(err, GW_EDATA,
                              "%s: is a PLINK bed but is not named PREFIX.bed, so its .bim and "
                              ".fam cannot be found; rename it",
                              path);
    else if (on_disk && !exists(path, "") && exists(path, ".bed"))
        st = as_bed(out, gw_strdup(path), err);
    else
        st = open_stream(out, path, err);
    if (st != GW_OK)
        gw_genoinput_release(out);
    return st;
}

void gw_genoinput_release(gw_genoinput_t *in)
{
    if (in->stream)
        hclose_abruptly(in->stream);
    gw_lines_release(&in->text);
    free(in->bed);
    free(in->path);
    *in = (gw_genoinput_t){0};
}
