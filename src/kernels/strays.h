/* src/kernels/strays.h -- does an alignment that is good enough leave a band?
 *
 * Contents: 1. the question  2. variants
 * Source:   Gotoh 1982, doi:10.1016/0022-2836(82)90398-9 (affine gaps)
 *
 * What was found in a band of diagonals (kernels/ident.h) holds for the whole matrix when nothing
 * outside is as good. Keys of 16 bits tell that: twice the score, plus 1 when the alignment has a cell
 * outside the band. Of two alignments to a cell the one with the larger key is never the worse
 * choice, as what follows adds the same to both.
 */
#ifndef GW_KERNELS_STRAYS_H
#define GW_KERNELS_STRAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/cpu.h"
#include "kernels/ident.h"

/* 1. the question: is there a local alignment of the query and t that scores more than least (> 0), or as
 *    much and has a cell with query position - target position outside stay? A gap letter's cell is
 *    where it leads to. Alignments with such cells outside reach score less than least: they need
 *    not be looked at. */
typedef struct {
    const gw_ident_params_t *p; /* ends_free is false */
    const void *prof;           /* of the query, as the variant built it */
    int32_t q_len, t_len;
    const uint8_t *t;
    gw_ident_band_t stay, reach;
    int32_t least;
    void *work;
} gw_strays_t;

/* 2. variants: each gives the reference's answer where gw_strays_fits */
typedef struct {
    int lanes; /* 1: the profile is the query itself */
    void (*build)(const gw_ident_params_t *p, const uint8_t *q, int32_t q_len, void *prof);
    bool (*run)(const gw_strays_t *s);
} gw_strays_variant_t;

extern const gw_strays_variant_t gw_strays_ref, gw_strays_avx2, gw_strays_avx512;
/* The variant of a level, or of the next lower one that has one. */
const gw_strays_variant_t *gw_strays_at(gw_cpu_level_t level);
/* Do all variants answer for this scoring and least? Else the reference has to. */
bool gw_strays_fits(const gw_ident_params_t *p, int32_t least);
/* Bytes of a profile and of work, 64-byte aligned. */
size_t gw_strays_profile_bytes(const gw_strays_variant_t *v, const gw_ident_params_t *p,
                               int32_t q_len);
size_t gw_strays_work_bytes(const gw_strays_variant_t *v, int32_t q_len, int32_t t_len);

#endif
