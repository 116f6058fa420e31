/* src/io/vcfcheck.h -- is this VCF or BCF whole and consistent with its own header?
 *
 * HTSlib passes much with a warning or silently (POS past the contig, GT 0/9, DP=abc, REF=Z); here
 * each is GW_EDATA with file, line or record, and what is wrong: types, numbers of values, reserved
 * keys, order, alleles, names given twice, a last line that does not end. BCF records are checked through
 * their VCF text, so both forms are held to the same rules.
 * Source: VCF specification v4.3, sections 1.4 (header: io/vcfhead.h) and 1.6 (data lines)
 */
#ifndef GW_IO_VCFCHECK_H
#define GW_IO_VCFCHECK_H

#include <stdint.h>

#include "base/status.h"

typedef struct {
    uint64_t records;
    uint64_t samples;
} gw_vcfcheck_t;

/* path names a regular file: VCF (plain, gzip, BGZF, zstd) or BCF, told by content. */
GW_RESULT_USED gw_status_t gw_vcfcheck_file(const char *path, gw_vcfcheck_t *out, gw_err_t *err);

#endif
