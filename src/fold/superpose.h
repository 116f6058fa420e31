/* src/fold/superpose.h -- laying structures over each other
 *
 * Contents: 1. frames  2. fitting  3. principal axes
 * Units:    Angstrom; rotations are row-major matrices of determinant 1
 * Source:   quaternion form of the least-squares rotation: Horn 1987, doi:10.1364/JOSAA.4.000629;
 *           eigenvectors by cyclic Jacobi rotations; TM-score: Zhang & Skolnick 2004,
 *           doi:10.1002/prot.20264
 */
#ifndef GW_FOLD_SUPERPOSE_H
#define GW_FOLD_SUPERPOSE_H

#include <stddef.h>

/* 1. frames: y = rot x + shift */
typedef struct {
    double rot[3][3], shift[3];
} gw_frame_t;
void gw_frame_apply(const gw_frame_t *f, const float in[3], float out[3]);

/* 2. fitting: the frame that lays from[i] on to[i], weighted (weight NULL: all 1), in the sense of
 *    least squares; the identity for no point. Returns the root of the mean squared distance. */
double gw_superpose_fit(const float (*from)[3], const float (*to)[3], const double *weight,
                        size_t n, gw_frame_t *out);
/* the frame that lays as many points as possible near their partners: fits from seeds along the
 * chain, each refined with weights that fall off at the scale d0. Returns the sum of
 * 1 / (1 + (d / d0)^2) under the frame. scratch: n doubles */
double gw_superpose_core(const float (*from)[3], const float (*to)[3], size_t n, double d0,
                         double *scratch, gw_frame_t *out);

/* 3. principal axes: the frame that centres the points, widest along x, thinnest along z; the
 *    first point lies left of the last */
void gw_superpose_axes(const float (*x)[3], size_t n, gw_frame_t *out);

#endif
