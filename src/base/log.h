/* src/base/log.h -- messages for people and machines on stderr, and progress
 *
 * Contents: 1. set-up  2. messages  3. progress
 * The only process-wide state of the program besides signals: set once by main before threads
 * start. Calls are thread-safe; a line is written whole.
 * Text form:  genowarp align: warning: message
 * JSON form:  {"time":"2026-01-31T12:00:00Z","level":"warning","command":"align","message":"..."}
 */
#ifndef GW_BASE_LOG_H
#define GW_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    GW_LOG_ERROR = 0,
    GW_LOG_WARNING = 1,
    GW_LOG_INFO = 2,
    GW_LOG_DEBUG = 3
} gw_log_level_t;
typedef enum { GW_PROGRESS_AUTO, GW_PROGRESS_ON, GW_PROGRESS_OFF } gw_progress_mode_t;

/* 1. set-up */
typedef struct {
    gw_log_level_t level; /* messages above it are not printed; default GW_LOG_INFO */
    bool json;
    gw_progress_mode_t progress; /* AUTO: only when stderr is a terminal */
    const char *command;         /* borrowed for the whole run; may be NULL */
} gw_log_config_t;
void gw_log_init(const gw_log_config_t *config);

/* 2. messages: lower case, no full stop, no newline */
void gw_log(gw_log_level_t level, const char *fmt, ...) GW_PRINTF(2, 3);
#define gw_log_error(...)   gw_log(GW_LOG_ERROR, __VA_ARGS__)
#define gw_log_warning(...) gw_log(GW_LOG_WARNING, __VA_ARGS__)
#define gw_log_info(...)    gw_log(GW_LOG_INFO, __VA_ARGS__)
#define gw_log_debug(...)   gw_log(GW_LOG_DEBUG, __VA_ARGS__)

/* 3. progress: "label: 1.2M reads (45%)", rewritten in place at most 5 times a second.
 *    total 0 = unknown. Call from one thread at a time. */
void gw_progress(const char *label, uint64_t done, uint64_t total, const char *unit);
void gw_progress_end(void); /* clears the line */

#endif
