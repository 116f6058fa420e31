/* src/io/genoread_impl.h -- what the formats behind genoread.h share; for src/io/geno*.c only
 *
 * Contents: 1. a format  2. sample names  3. likelihoods
 */
#ifndef GW_IO_GENOREAD_IMPL_H
#define GW_IO_GENOREAD_IMPL_H

#include "base/mem.h"
#include "io/genoread.h"

struct hFILE;

/* 1. a format */
typedef struct {
    gw_status_t (*next)(gw_genoreader_t *r, gw_genosite_t *site, bool *got, gw_err_t *err);
    gw_status_t (*reread)(const gw_genoreader_t *r, uint64_t ordinal, size_t n, uint8_t *row,
                          gw_err_t *err); /* NULL: cannot */
    void (*close)(void *state);
} gw_genoformat_t;

struct gw_genoreader {
    const gw_genoformat_t *format;
    void *state;
    char *path;                  /* as shown in messages */
    gw_arena_t names, site_text; /* of the samples; of the site at hand, where a format needs it */
    char **family, **sample;
    size_t n_samples, cap_family, cap_sample;
    uint8_t *row;    /* row_bytes */
    float *lik;      /* 3 a sample; NULL unless likelihoods were asked for */
    uint64_t n_read; /* records so far */
};

/* Each takes over r->path; on failure the caller closes r. */
gw_status_t gw_genoread_open_bed(gw_genoreader_t *r, const char *prefix, gw_err_t *err);
gw_status_t gw_genoread_open_vcf(gw_genoreader_t *r, struct hFILE *h,
                                 const gw_genoread_opts_t *opts, gw_err_t *err);
/* text is borrowed until close */
gw_status_t gw_genoread_open_beagle(gw_genoreader_t *r, gw_lines_t *text, gw_err_t *err);

/* 2. sample names */
gw_status_t gw_genoread_add_sample(gw_genoreader_t *r, const char *family, const char *sample,
                                   gw_err_t *err);
/* GW_EDATA when there is none or when two are the same */
gw_status_t gw_genoread_check_samples(gw_genoreader_t *r, gw_err_t *err);

/* 3. likelihoods of one sample, from three (or a haploid's two) of any scale: their sum becomes 1.
 *    false when one is negative or not finite, or all are 0. */
bool gw_genoread_set_lik(float *lik, const double *x, int n);
void gw_genoread_set_flat(float *lik);

#endif
