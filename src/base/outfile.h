/* src/base/outfile.h -- outputs that are whole or absent, and temporary files nobody else can read
 *
 * Contents: 1. atomic outputs  2. temporary files  3. signals
 * An output is written under a unique temporary name beside its final one (mode 0600, O_EXCL) and
 * renamed when complete; a signal, a failure or kill -9 never leaves a half-written output under
 * the final name. "-" and NULL mean stdout; devices and FIFOs are written in place.
 */
#ifndef GW_BASE_OUTFILE_H
#define GW_BASE_OUTFILE_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"

/* 1. atomic outputs */
typedef struct {
    char *path;  /* the final name; "-" for stdout */
    char *write; /* what to open for writing: the temporary name, the device, or "-" */
    bool temp;   /* write is a temporary name */
    int slot;    /* in the list that signals clean */
    FILE *file;  /* when opened by gw_outfile_fopen */
} gw_outfile_t;

/* Creates the temporary file, empty. GW_ECREATE names the path and the reason. */
GW_RESULT_USED gw_status_t gw_outfile_create(gw_outfile_t *o, const char *path, gw_err_t *err);
/* create + a FILE for it (stdout itself for "-") */
GW_RESULT_USED gw_status_t gw_outfile_fopen(gw_outfile_t *o, const char *path, gw_err_t *err);
/* Closes the FILE if there is one (GW_EIO when anything failed to be written) and renames. The
 * caller has closed whatever else it opened on o->write. Releases o. */
GW_RESULT_USED gw_status_t gw_outfile_commit(gw_outfile_t *o, gw_err_t *err);
/* Removes the temporary file and releases o; does nothing on a zeroed or committed o. */
void gw_outfile_discard(gw_outfile_t *o);

/* Fails as creating path would, and leaves nothing: for outputs that are written at a run's end. */
GW_RESULT_USED gw_status_t gw_outfile_probe(const char *path, gw_err_t *err);
/* A failed output on stdout must not look whole to the next program of a pipe. mute, before a
 * library closes it: nothing more comes out, such as the end marker that libraries write on closing.
 * spoil, for lines of text, after closing: adds a line that no format reads (not on a terminal). */
void gw_outfile_mute(const gw_outfile_t *o);
void gw_outfile_spoil(const gw_outfile_t *o);

/* 2. temporary files: an open descriptor on an unlinked 0600 file in dir (NULL: $TMPDIR, /tmp) */
GW_RESULT_USED gw_status_t gw_tmpfile_open(const char *dir, int *fd, gw_err_t *err);

/* 3. signals: SIGINT, SIGTERM, SIGHUP and SIGPIPE remove the temporary outputs, then end the
 *    process as the signal would (shells report 130, 143, 129, 141). Call once, from main. */
void gw_outfile_catch_signals(void);
/* Around whatever opens a temporary output by its name (short work only): a signal that arrives in
 * between waits, in every thread, or it could leave behind what has just been created. */
void gw_outfile_hold(sigset_t *before);
void gw_outfile_let_go(const sigset_t *before);

#endif
