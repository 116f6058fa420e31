/* src/fold/complex.h -- several chains placed together on one structure
 *
 * Contents: 1. placing  2. writing
 * The templates that a library took from one file keep their places relative to each other (the
 * file's asymmetric unit; operators of a biological assembly are not applied). Chains of a query
 * that have significant hits in the same structure, each to a template of its own, are modelled on
 * these, which puts them together.
 */
#ifndef GW_FOLD_COMPLEX_H
#define GW_FOLD_COMPLEX_H

#include "fold/modelset.h"

/* 1. placing */
enum { GW_COMPLEX_MAX_CHAINS = 62 };
typedef struct {
    size_t query; /* index into the queries given */
    size_t tmpl;
    gw_model_t m;
} gw_complex_chain_t;

typedef struct {
    size_t n;
    gw_complex_chain_t *chain; /* in query order; letters A-Z, a-z, 0-9 */
    char structure[64];
    size_t n_contacts; /* pairs of CA of different chains within 10 A */
    size_t n_clashes;  /* within 3 A */
} gw_complex_t;

/* The structure that covers most chains; of equals the one of the greatest sum of z. *out has n 0
 * when none covers two. q and r: [n]. */
GW_RESULT_USED gw_status_t gw_complex_build(const gw_search_lib_t *l, const gw_profile_t *q,
                                            const gw_search_result_t *r, size_t n, bool force,
                                            const gw_search_opts_t *o, gw_complex_t *out,
                                            gw_err_t *err);
void gw_complex_release(gw_complex_t *c);
char gw_complex_letter(size_t chain);

/* 2. writing: PDB or mmCIF; errors stay in the FILE */
void gw_complex_write(FILE *f, const gw_complex_t *c, const gw_search_lib_t *l,
                      const gw_profile_t *q, bool mmcif);

#endif
