/* src/pca/longld.h -- regions of the human genome with linkage over long range, by assembly
 *
 * Units:    base pairs, 0-based, half-open
 * Source:   Price et al. 2008, doi:10.1016/j.ajhg.2008.06.005; Anderson et al. 2010,
 *           doi:10.1038/nprot.2010.116
 *
 * Both papers give positions on NCBI build 36. Two lists made from them are in use: the University
 * of Michigan's ("Regions of high linkage disequilibrium", 24 regions whose round numbers it takes
 * to be of GRCh37, and 15 of them lifted to GRCh38) and that of the R package plinkQC (Anderson's,
 * lifted from build 36 to both). They differ by up to 1.7 Mb at the edges, so a region here is the
 * union of both. Nine of the 24 span a centromere or gaps and lift in pieces only: on GRCh38 they
 * are the GRCh37 positions with 1 Mb more on both sides, as positions beside them move by 0.02 to
 * 0.92 Mb.
 */
#ifndef GW_PCA_LONGLD_H
#define GW_PCA_LONGLD_H

#include <stddef.h>
#include <stdint.h>

typedef enum { GW_LONGLD_KEEP, GW_LONGLD_GRCH37, GW_LONGLD_GRCH38 } gw_longld_t;

typedef struct {
    const char *contig; /* without chr */
    int64_t from, to;
} gw_longld_region_t;

/* *n regions in the order of the genome; none for GW_LONGLD_KEEP */
const gw_longld_region_t *gw_longld_regions(gw_longld_t assembly, size_t *n);

#endif
