#include <config.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/ahead.h"
#include "base/mem.h"

/* Items are numbered from 0; number k lies in slot k % n. Read up to n_read, taken for work up to
 * n_work, handed out up to n_out. */
struct gw_ahead {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    gw_ahead_ops_t ops;
    void *ctx;
    char *items;
    bool *done; /* of each slot: worked on */
    size_t n, size;
    uint64_t n_read, n_work, n_out;
    bool reading, ended, stop, held; /* held: item n_out - 1 is with the consumer */
    struct helper {
        gw_ahead_t *a;
        pthread_t thread;
        int worker;
    } *helper;
    int n_helpers;
};

static void *item_of(const gw_ahead_t *a, uint64_t k)
{
    return a->items + (size_t)(k % a->n) * a->size;
}

/* One piece of work, with the lock held on entry and return; false when there is none now. */
static bool step(gw_ahead_t *a, int worker)
{
    if (a->n_work < a->n_read) {
        uint64_t k = a->n_work++;
        pthread_mutex_unlock(&a->lock);
        if (a->ops.work)
            a->ops.work(a->ctx, worker, item_of(a, k));
        pthread_mutex_lock(&a->lock);
        a->done[k % a->n] = true;
    } else if (!a->reading && !a->ended && a->n_read - a->n_out + a->held < a->n) {
        uint64_t k = a->n_read;
        a->reading = true;
        a->done[k % a->n] = false;
        pthread_mutex_unlock(&a->lock);
        bool more = a->ops.read(a->ctx, item_of(a, k));
        pthread_mutex_lock(&a->lock);
        a->reading = false;
        a->ended = !more;
        a->n_read++;
    } else {
        return false;
    }
    pthread_cond_broadcast(&a->changed);
    return true;
}

static void *help(void *arg)
{
    struct helper *h = arg;
    gw_ahead_t *a = h->a;
    pthread_mutex_lock(&a->lock);
    while (!a->stop)
        if (!step(a, h->worker))
            pthread_cond_wait(&a->changed, &a->lock);
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

gw_status_t gw_ahead_create(int n_threads, void *items, size_t n_items, size_t size,
                            const gw_ahead_ops_t *ops, void *ctx, gw_ahead_t **out, gw_err_t *err)
{
    gw_ahead_t *a = gw_calloc(1, sizeof *a);
    if (!a)
        return gw_err_nomem(err, "starting threads");
    a->ops = *ops;
    a->ctx = ctx;
    a->items = items;
    a->n = n_items;
    a->size = size;
    a->done = gw_calloc(n_items, sizeof *a->done);
    a->helper = gw_calloc((size_t)n_threads, sizeof *a->helper);
    if (!a->done || !a->helper) {
        free(a->done);
        free(a->helper);
        free(a);
        return gw_err_nomem(err, "starting threads");
    }
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    for (int i = 1; i < n_threads; i++) {
        struct helper *h = &a->helper[a->n_helpers];
        *h = (struct helper){.a = a, .worker = i};
        if (pthread_create(&h->thread, NULL, help, h) != 0)
            break;
        a->n_helpers++;
    }
    *out = a;
    return GW_OK;
}

void *gw_ahead_next(gw_ahead_t *a)
{
    void *item = NULL;
    pthread_mutex_lock(&a->lock);
    if (a->held) {
        a->held = false;
        pthread_cond_broadcast(&a->changed);
    }
    for (;;) {
        if (a->n_out < a->n_work && a->done[a->n_out % a->n]) {
            item = item_of(a, a->n_out++);
            a->held = true;
            break;
        }
        if (a->ended && a->n_out == a->n_read)
            break;
        if (!step(a, 0))
            pthread_cond_wait(&a->changed, &a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return item;
}

void gw_ahead_destroy(gw_ahead_t *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
    for (int i = 0; i < a->n_helpers; i++)
        pthread_join(a->helper[i].thread, NULL);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a->helper);
    free(a->done);
    free(a);
}
