#include <config.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"

static gw_log_config_t cfg = {GW_LOG_INFO, false, GW_PROGRESS_AUTO, NULL};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool progress_shown;
static struct timespec progress_last;

/* 1. set-up */
void gw_log_init(const gw_log_config_t *config)
{
    cfg = *config;
}

/* 2. messages */
static void clear_line(void)
{
    if (progress_shown) {
        fputs("\r\033[K", stderr);
        progress_shown = false;
    }
}

void gw_log(gw_log_level_t level, const char *fmt, ...)
{
    static const char *const word[] = {"error", "warning", "info", "debug"};
    if (level > cfg.level)
        return;
    char msg[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&lock);
    clear_line();
    if (cfg.json) {
        char when[32];
        time_t now = time(NULL);
        struct tm tm;
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
        gw_json_t j;
        gw_json_init(&j, stderr, 0);
        gw_json_open(&j, NULL, '{');
        gw_json_string(&j, "time", when);
        gw_json_string(&j, "level", word[level]);
        if (cfg.command)
            gw_json_string(&j, "command", cfg.command);
        gw_json_string(&j, "message", msg);
        gw_json_close(&j);
        fputc('\n', stderr);
    } else {
        fprintf(stderr, "genowarp%s%s: %s%s%s\n", cfg.command ? " " : "",
                cfg.command ? cfg.command : "", level == GW_LOG_INFO ? "" : word[level],
                level == GW_LOG_INFO ? "" : ": ", msg);
    }
    pthread_mutex_unlock(&lock);
}

/* 3. progress */
static bool progress_wanted(void)
{
    if (cfg.progress == GW_PROGRESS_AUTO)
        return !cfg.json && isatty(STDERR_FILENO);
    return cfg.progress == GW_PROGRESS_ON;
}

static void human(uint64_t n, char *buf, size_t size)
{
    if (n >= 10000000)
        snprintf(buf, size, "%.1fM", (double)n / 1e6);
    else if (n >= 10000)
        snprintf(buf, size, "%.1fk", (double)n / 1e3);
    else
        snprintf(buf, size, "%llu", (unsigned long long)n);
}

void gw_progress(const char *label, uint64_t done, uint64_t total, const char *unit)
{
    if (!progress_wanted())
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double since = (double)(now.tv_sec - progress_last.tv_sec) +
                   (double)(now.tv_nsec - progress_last.tv_nsec) * 1e-9;
    if (since < 0.2 && done != total)
        return;
    progress_last = now;
    char n[32], share[32] = "";
    human(done, n, sizeof n);
    if (total)
        snprintf(share, sizeof share, " (%.0f%%)", 100.0 * (double)done / (double)total);
    pthread_mutex_lock(&lock);
    fprintf(stderr, "\r\033[Kgenowarp%s%s: %s: %s %s%s", cfg.command ? " " : "",
            cfg.command ? cfg.command : "", label, n, unit, share);
    fflush(stderr);
    progress_shown = true;
    pthread_mutex_unlock(&lock);
}

void gw_progress_end(void)
{
    pthread_mutex_lock(&lock);
    clear_line();
    pthread_mutex_unlock(&lock);
}
