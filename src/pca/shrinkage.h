/* src/pca/shrinkage.h -- how far a new sample's place falls short of that of the reference's
 * samples
 *
 * Contents: 1. from the spectrum
 * Source:   Lee, Zou & Wright 2010, doi:10.1214/10-AOS821 (projected scores shrink);
 * Benaych-Georges & Nadakuditi 2012, doi:10.1016/j.jmva.2012.04.019 (by the spectrum of the noise)
 *
 * A component of the reference is partly its samples' own noise, which no other sample has: least
 * squares puts a new sample at out[c] times the place that it would have as one of them. Leaving a
 * sample out of K = X X' / M moves an eigenvalue to where sum_j u_j^2 / (value[j] - mu) is 0, u
 * being the sample's entries of all eigenvectors; taken to first order, with the u_j^2 of noise
 * alike, the ratio is 1 / (value[c] * mean over the noise of 1 / (value[c] - value[j])).
 */
#ifndef GW_PCA_SHRINKAGE_H
#define GW_PCA_SHRINKAGE_H

#include <stdint.h>

/* 1. from the spectrum: value[n] are all eigenvalues of K, falling; out[k] for the first k < n, in
 *    [0.01, 1]. The noise is what comes after the k: the others turn into one another when a sample
 *    is left out, which is no shrinkage. */
void gw_shrinkage_of_spectrum(int64_t n, int k, const double *value, double *out);

#endif
