/* src/fold/build.h -- template libraries from structure files
 *
 * Contents: 1. building
 */
#ifndef GW_FOLD_BUILD_H
#define GW_FOLD_BUILD_H

#include "fold/tlib.h"

/* 1. building: every protein chain or domain of every file, files of folders in name order (folders
 *    inside them too). A file, chain, domain or profile that is left out gets one warning that says
 *    why; of templates of one name the first is kept. */
typedef struct {
    const char *ranges;   /* file of domains (fold/ranges.h); NULL: every chain */
    const char *profiles; /* folder with NAME.a3m or NAME.hhm by template name; NULL: none */
    const char *panel;    /* library whose profiles calibrate a small one; NULL: none */
    int threads;
} gw_build_opts_t;

typedef struct {
    size_t files, skipped_files, templates, with_profile;
    size_t left_out, left_out_profiles; /* chains or domains; profiles */
    size_t no_ca, other, many_models;   /* residues, residues, files: see fold/take.h */
    bool calibrated;
} gw_build_counts_t;

/* GW_EDATA when nothing at all could be taken. */
GW_RESULT_USED gw_status_t gw_build_library(const char *out_path, const char *const *path,
                                            size_t n_paths, const gw_build_opts_t *o,
                                            gw_build_counts_t *counts, gw_err_t *err);
/* chance scores for a finished, not yet committed library (see gw_search_calibrate) */
GW_RESULT_USED gw_status_t gw_build_calibrate(gw_tlib_writer_t *w, const char *panel, int threads,
                                              bool *done, gw_err_t *err);

#endif
