/* src/fold/dssp.h -- secondary structure, hydrogen bonds and surfaces by the DSSP definition
 *
 * Contents: 1. residues  2. secondary structure  3. surface
 * Units:    Angstrom, degrees, kcal/mol
 * Source:   Kabsch & Sander 1983, doi:10.1002/bip.360221211, with the choices of DSSP 4: pi helices
 *           before alpha, single residues between bridges of one ladder belong to it; the
 *           polyproline class is not told apart from coil
 */
#ifndef GW_FOLD_DSSP_H
#define GW_FOLD_DSSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. residues: all chains of a structure one after the other; only residues with N, CA, C, O */
typedef struct {
    float n[3], ca[3], c[3], o[3];
    bool proline;
    int32_t chain;
} gw_dssp_residue_t;

/* 2. secondary structure: ss[i] one of "CHBEGITS" as its index in gw_tlib_ss_letters */
GW_RESULT_USED gw_status_t gw_dssp_assign(const gw_dssp_residue_t *r, size_t n, uint8_t *ss,
                                          gw_err_t *err);
/* torsion a-b-c-d in degrees, -180..180 */
float gw_dssp_torsion(const float a[3], const float b[3], const float c[3], const float d[3]);

/* 3. surface: accessible area of every atom by a water of radius 1.4, square Angstrom, from 201
 *    directions */
GW_RESULT_USED gw_status_t gw_dssp_surface(const float (*xyz)[3], const float *radius, size_t n,
                                           float *area, gw_err_t *err);

#endif
