/* src/align/insert.h -- the distribution of insert sizes, from the first pairs or as given
 *
 * Units:  base pairs between the 5' ends of mates that face each other (forward, then reverse)
 * Method: quartiles of the sizes of pairs that are unique and face each other; mean and sd of
 *         those within two inter-quartile ranges of the quartiles; proper means within the wider
 *         of three such ranges and four sd, as BWA-MEM has it (Li 2013, arXiv:1303.3997)
 */
#ifndef GW_ALIGN_INSERT_H
#define GW_ALIGN_INSERT_H

#include "align/map.h"

/* counts[s]: pairs of size s, s < GW_INSERT_MAX. out->known is false below 25 pairs. */
GW_RESULT_USED gw_status_t gw_insert_estimate(const int64_t *counts, const gw_map_params_t *params,
                                              gw_insert_t *out, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_insert_fixed(double mean, double sd, const gw_map_params_t *params,
                                           gw_insert_t *out, gw_err_t *err);
void gw_insert_release(gw_insert_t *ins);

#endif
