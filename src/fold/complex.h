/* src/fold/complex.h -- several chains placed together on one structure
 *
 * Contents: 1. placing  2. writing
 * The templates that a library took from one file keep their places relative to each other, and the
 * operators of the file's biological assemblies. Chains of a query that have significant hits in
 * the same assembly, each to a copy of a template of its own, are modelled on these and moved to
 * their places, which puts them together. Structures without assemblies serve as they lie in the
 * file, the asymmetric unit.
 */
#ifndef GW_FOLD_COMPLEX_H
#define GW_FOLD_COMPLEX_H

#include "fold/modelset.h"

/* 1. placing */
enum { GW_COMPLEX_MAX_CHAINS = 62 };
typedef struct {
    size_t query; /* index into the queries given */
    size_t tmpl;
    size_t copy; /* of the template in the assembly, from 0 */
    gw_model_t m;
} gw_complex_chain_t;

typedef struct {
    size_t n;
    gw_complex_chain_t *chain; /* in query order; letters A-Z, a-z, 0-9 */
    char structure[64];
    int assembly;      /* in the file's order, from 1; 0: the asymmetric unit */
    size_t n_contacts; /* pairs of CA of different chains within 10 A */
    size_t n_clashes;  /* within 3 A */
} gw_complex_t;

/* The assembly that covers most chains; of equals an assembly before an asymmetric unit, then the
 * one of the greatest sum of z. Different templates come before
 * second copies of one; of a template's copies those next to what is placed are taken. *out
 * has n 0 when none covers two. q and r: [n]. */
GW_RESULT_USED gw_status_t gw_complex_build(const gw_search_lib_t *l, const gw_profile_t *q,
                                            const gw_search_result_t *r, size_t n, bool force,
                                            const gw_search_opts_t *o, gw_complex_t *out,
                                            gw_err_t *err);
void gw_complex_release(gw_complex_t *c);
char gw_complex_letter(size_t chain);
/* "assembly 1" or "the asymmetric unit" */
void gw_complex_place(const gw_complex_t *c, char *text, size_t size);

/* 2. writing: PDB or mmCIF; errors stay in the FILE */
void gw_complex_write(FILE *f, const gw_complex_t *c, const gw_search_lib_t *l,
                      const gw_profile_t *q, bool mmcif);

#endif
