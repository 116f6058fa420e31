/* tests/align/fake_records.h -- synthetic templates for the sink's and the duplicate marker's tests
 *
 * Templates crowd a few places, so that sets of many sizes come up, with clips at both ends,
 * several libraries, scores that tie, locations that chain, secondary and supplementary records,
 * unmapped mates, mates on other contigs and templates without any mapped read.
 */
#ifndef GW_TESTS_FAKE_RECORDS_H
#define GW_TESTS_FAKE_RECORDS_H

#include <htslib/sam.h>

#include "base/hash.h"

enum { FAKE_MAX = 4 }; /* records in a template at most */

sam_hdr_t *fake_header(void);
/* Fills rec (bam_init1 done) with the number-th template; returns how many records it has. */
int fake_template(gw_rng_t *r, int number, bam1_t **rec);

#endif
