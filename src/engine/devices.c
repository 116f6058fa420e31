#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/devices.h"

/* 1. the pool. Three streams a device: one sends, one computes, one receives. */
enum { STREAMS = 3 };

/* With auto, less work than this stays on the CPU: a launch and two transfers cost some tens of
 * microseconds, in which one CPU thread does a million cells or more. */
#define LEAST_CELLS ((int64_t)1 << 22)

typedef struct {
    int device;
    uint64_t budget;
    bool busy;
    gw_gpu_t *gpu; /* made when first taken */
} stream_t;

/* what one device keeps */
typedef struct {
    const void *first; /* its first piece: tells sets apart */
    gw_gpu_tables_t *kept;
    bool refused;
} keeper_t;

struct gw_devices {
    bool only; /* nothing goes to the CPU while a device works */
    pthread_mutex_t lock;
    pthread_cond_t given;
    int n, n_devices;
    stream_t *stream; /* the first of every device, then the second of every device ... */
    bool *lost;       /* by device number */
    keeper_t *keeper; /* by device number */
    pthread_mutex_t sending; /* guards keeper */
};

/* Which devices are meant: all, or one. */
static gw_status_t parse(const char *device, bool *only, int64_t *one, gw_err_t *err)
{
    *only = strncmp(device, "cuda", 4) == 0;
    *one = -1;
    if (strcmp(device, "auto") == 0 || strcmp(device, "cuda") == 0 ||
        (strncmp(device, "cuda:", 5) == 0 && gw_text_int(device + 5, one) && *one >= 0))
        return GW_OK;
    return gw_err_set(err, GW_EUSAGE, "--device %s: no such device; use auto, cpu, cuda or cuda:N",
                      device);
}

static gw_status_t absent(const char *device, int64_t one, int n, gw_err_t *err)
{
    if (n == 0)
        return gw_err_set(err, GW_ENODEVICE,
                          "--device %s: there is no CUDA device that can be used; 'genowarp devices' "
                          "tells why; use --device auto or cpu",
                          device);
    return gw_err_set(err, GW_ENODEVICE,
                      "--device %s: there is no device %lld; the last one is cuda:%d", device,
                      (long long)one, n - 1);
}

static void lose(gw_devices_t *d, int device, const gw_err_t *why)
{
    if (!d->lost[device])
        gw_log_warning("%s; this device is not used any more, its work is done again without it",
                       why->msg);
    d->lost[device] = true;
}

/* Adds device's streams; a device that cannot tell its memory is lost, and with --device cuda and
 * no other device an error. */
static gw_status_t add_device(gw_devices_t *d, int device, int first, int step, gw_err_t *err)
{
    gw_gpu_info_t info;
    gw_err_t why = {0};
    if (gw_gpu_info(device, &info, &why) != GW_OK) {
        if (d->only && step == 1)
            return gw_err_set(err, GW_ENODEVICE, "%s", why.msg);
        lose(d, device, &why);
        return GW_OK;
    }
    for (int s = 0; s < STREAMS; s++)
        d->stream[first + s * step] =
            (stream_t){.device = device, .budget = info.budget / STREAMS};
    return GW_OK;
}

gw_status_t gw_devices_create(const char *device, gw_devices_t **out, gw_err_t *err)
{
    bool only;
    int64_t one;
    *out = NULL;
    if (strcmp(device, "cpu") == 0)
        return GW_OK;
    gw_status_t st = parse(device, &only, &one, err);
    if (st != GW_OK)
        return st;
    int n = gw_gpu_count(NULL);
    if (only && (n == 0 || one >= n))
        return absent(device, one, n, err);
    if (n == 0)
        return GW_OK;
    gw_devices_t *d = gw_calloc(1, sizeof *d);
    if (!d)
        return gw_err_nomem(err, "starting the devices");
    int used = one >= 0 ? 1 : n;
    d->only = only;
    d->n = used * STREAMS;
    d->stream = gw_calloc((size_t)d->n, sizeof *d->stream);
    d->lost = gw_calloc((size_t)n, sizeof *d->lost);
    d->keeper = gw_calloc((size_t)n, sizeof *d->keeper);
    d->n_devices = n;
    if (!d->stream || !d->lost || !d->keeper || pthread_mutex_init(&d->lock, NULL) != 0) {
        free(d->stream);
        free(d->lost);
        free(d->keeper);
        free(d);
        return gw_err_nomem(err, "starting the devices");
    }
    pthread_cond_init(&d->given, NULL);
    pthread_mutex_init(&d->sending, NULL);
    for (int i = 0; i < used && st == GW_OK; i++)
        st = add_device(d, one >= 0 ? (int)one : i, i, used, err);
    if (st == GW_OK)
        *out = d;
    else
        gw_devices_destroy(d);
    return st;
}

void gw_devices_destroy(gw_devices_t *d)
{
    if (!d)
        return;
    for (int i = 0; i < d->n; i++)
        gw_gpu_destroy(d->stream[i].gpu);
    for (int i = 0; i < d->n_devices; i++)
        gw_gpu_tables_free(d->keeper[i].kept);
    pthread_cond_destroy(&d->given);
    pthread_mutex_destroy(&d->lock);
    pthread_mutex_destroy(&d->sending);
    free(d->stream);
    free(d->lost);
    free(d->keeper);
    free(d);
}

/* A free stream; NULL when the CPU is to do the work. lock is held. */
static stream_t *find_free(gw_devices_t *d)
{
    for (;;) {
        bool alive = false; /* is there anything to wait for */
        for (int i = 0; i < d->n; i++) {
            stream_t *s = &d->stream[i];
            gw_err_t why = {0};
            if (d->lost[s->device])
                continue;
            if (s->busy) {
                alive = true;
                continue;
            }
            if (s->gpu || gw_gpu_create(s->device, s->budget, &s->gpu, &why) == GW_OK)
                return s;
            lose(d, s->device, &why);
        }
        if (!alive || !d->only)
            return NULL;
        pthread_cond_wait(&d->given, &d->lock);
    }
}

static stream_t *take(gw_devices_t *d, int64_t cells)
{
    if (!d || (!d->only && cells < LEAST_CELLS))
        return NULL;
    pthread_mutex_lock(&d->lock);
    stream_t *s = find_free(d);
    if (s) {
        s->busy = true;
        gw_gpu_limit(s->gpu, s->budget);
    }
    pthread_mutex_unlock(&d->lock);
    return s;
}

static void give(gw_devices_t *d, stream_t *s, gw_status_t st, const gw_err_t *why)
{
    pthread_mutex_lock(&d->lock);
    s->busy = false;
    if (st == GW_ENODEVICE)
        lose(d, s->device, why);
    pthread_cond_broadcast(&d->given);
    pthread_mutex_unlock(&d->lock);
}

/* 2. ranges */
gw_status_t gw_devices_run(gw_devices_t *d, int64_t cells, gw_devices_fn fn, void *ctx, int64_t from,
                           int64_t to, gw_err_t *err)
{
    gw_err_t why = {0};
    stream_t *s = take(d, cells);
    if (!s)
        return fn(ctx, NULL, from, to, err);
    gw_status_t st = fn(ctx, s->gpu, from, to, &why);
    give(d, s, st, &why);
    if (st == GW_ENODEVICE) /* another device, or the CPU */
        return gw_devices_run(d, cells, fn, ctx, from, to, err);
    if (st == GW_ENOMEM) {
        int64_t middle = from + (to - from) / 2;
        gw_log_debug("%s; %lld items in two halves", why.msg, (long long)(to - from));
        if (to - from < 2)
            return fn(ctx, NULL, from, to, err);
        st = gw_devices_run(d, cells / 2, fn, ctx, from, middle, err);
        return st == GW_OK ? gw_devices_run(d, cells / 2, fn, ctx, middle, to, err) : st;
    }
    if (st != GW_OK && err)
        *err = why;
    return st;
}

/* 3. what stays on a device */
static uint64_t budget_of(const gw_devices_t *d, int device)
{
    uint64_t sum = 0;
    for (int i = 0; i < d->n; i++)
        sum += d->stream[i].device == device ? d->stream[i].budget : 0;
    return sum;
}

/* Sends the pieces and takes their room off the streams' budgets. */
static gw_status_t send(gw_devices_t *d, int device, gw_gpu_t *g, const void *const *piece,
                        const uint64_t *bytes, int n, gw_gpu_tables_t **kept, gw_err_t *err)
{
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += bytes[i];
    pthread_mutex_lock(&d->lock);
    uint64_t most = budget_of(d, device) / 2;
    pthread_mutex_unlock(&d->lock);
    if (sum > most)
        return gw_err_set(err, GW_ENOMEM, "cuda:%d: tables of %llu bytes; it has room for %llu",
                          device, (unsigned long long)sum, (unsigned long long)most);
    gw_status_t st = gw_gpu_tables_send(g, piece, bytes, n, kept, err);
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->n && st == GW_OK; i++)
        if (d->stream[i].device == device)
            d->stream[i].budget -= sum / STREAMS;
    pthread_mutex_unlock(&d->lock);
    return st;
}

gw_status_t gw_devices_keep(gw_devices_t *d, gw_gpu_t *g, const void *const *piece,
                            const uint64_t *bytes, int n, const gw_gpu_tables_t **kept, gw_err_t *err)
{
    int device = gw_gpu_device_number(g);
    keeper_t *k = &d->keeper[device];
    gw_status_t st = GW_OK;
    pthread_mutex_lock(&d->sending);
    if (!k->first) {
        k->first = piece[0];
        st = send(d, device, g, piece, bytes, n, &k->kept, err);
        k->refused = st != GW_OK;
        if (st == GW_ENOMEM)
            gw_log_debug("%s; the CPU does what needs them", err->msg);
    } else if (k->refused || k->first != piece[0]) {
        st = gw_err_set(err, GW_ENOMEM, "cuda:%d: it does not keep these tables", device);
    }
    *kept = k->kept;
    pthread_mutex_unlock(&d->sending);
    return st;
}
