/* src/fold/take.h -- the templates of one structure file, and why others were left out
 *
 * Contents: 1. taking
 */
#ifndef GW_FOLD_TAKE_H
#define GW_FOLD_TAKE_H

#include "fold/ranges.h"
#include "fold/tlib.h"

/* 1. taking */
typedef struct {
    gw_template_t *t;
    size_t n;
    char **note; /* a line for everything that was left out */
    size_t n_notes, cap_notes;
    size_t n_left_out; /* chains or domains */
    bool skipped;      /* nothing at all could be taken */
    size_t n_models;   /* in the file; the first was used */
    size_t n_no_ca;    /* residues of chains taken that have no CA atom */
    size_t n_other;    /* residues that are no amino acids, waters not counted */
} gw_take_t;
void gw_take_release(gw_take_t *t);

/* every protein chain of the file as STEM_CHAIN (ranges NULL), or its domains in ranges. Fails only
 * when memory runs out: a bad file is a note. */
GW_RESULT_USED gw_status_t gw_take_file(const char *path, const gw_ranges_t *ranges, gw_take_t *out,
                                        gw_err_t *err);
/* adds a note; takes s, which may be NULL when memory ran out */
GW_RESULT_USED gw_status_t gw_take_note(gw_take_t *t, char *s, gw_err_t *err);

#endif
