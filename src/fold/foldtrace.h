/* src/fold/foldtrace.h -- a model drawn as SVG: its CA trace as a tube
 *
 * Contents: 1. drawing
 * The chain lies along its widest axes, the first residue at the left. Nearer pieces are drawn
 * over farther ones, thicker and in fuller colour; helices and strands are thicker than loops.
 * Colours run from blue (N terminus) to red (C terminus), or show confidence in four steps. The
 * drawing follows the reader's light or dark setting.
 */
#ifndef GW_FOLD_FOLDTRACE_H
#define GW_FOLD_FOLDTRACE_H

#include <stdio.h>

#include "fold/model.h"

/* 1. drawing */
typedef enum { GW_FOLDTRACE_CHAIN, GW_FOLDTRACE_CONFIDENCE } gw_foldtrace_colour_t;
/* colour of a confidence 0..100, as #rrggbb */
const char *gw_foldtrace_confidence_colour(double confidence);
/* An <svg> element. title: shown to screen readers and on hovering; inside a page (standalone
 * false) the page must define the class "halo" whose stroke is its background colour.
 * Errors of writing stay in the FILE. */
GW_RESULT_USED gw_status_t gw_foldtrace_svg(FILE *f, const gw_model_t *m, const char *title,
                                            gw_foldtrace_colour_t colour, bool standalone,
                                            gw_err_t *err);

#endif
