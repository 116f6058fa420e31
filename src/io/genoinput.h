/* src/io/genoinput.h -- which of pca's inputs a file or stdin is, told by content
 *
 * VCF and BCF by HTSlib; a PLINK set by the bed's first bytes; a BEAGLE likelihood file by its
 * header (marker, allele1, allele2); any other text is a matrix (io/matread.h), whose reader is
 * strict. Text may be plain, gzip, BGZF or zstd.
 */
#ifndef GW_IO_GENOINPUT_H
#define GW_IO_GENOINPUT_H

#include "base/status.h"
#include "io/lines.h"

struct hFILE;

typedef enum {
    GW_GENOINPUT_BED,    /* bed is its prefix */
    GW_GENOINPUT_VCF,    /* VCF or BCF: stream is open at its first byte */
    GW_GENOINPUT_BEAGLE, /* text is at the header */
    GW_GENOINPUT_MATRIX  /* text is at the first line */
} gw_genoinput_kind_t;

typedef struct {
    gw_genoinput_kind_t kind;
    char *path; /* as shown in messages */
    char *bed;
    struct hFILE *stream; /* NULL when it was taken over */
    gw_lines_t text;
} gw_genoinput_t;

/* path: a file, "-" for stdin, or the prefix of a bed/bim/fam. GW_ENOINPUT when it is absent;
 * GW_EDATA when it is empty or binary without being one of these. */
GW_RESULT_USED gw_status_t gw_genoinput_open(const char *path, gw_genoinput_t *out, gw_err_t *err);
void gw_genoinput_release(gw_genoinput_t *in);

#endif
