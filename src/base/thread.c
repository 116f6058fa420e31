#include <config.h>

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"

/* 1. cores */
static int cgroup_cores(void)
{
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (!f)
        return 0;
    long long quota = 0, period = 0;
    int got = fscanf(f, "%lld %lld", &quota, &period);
    fclose(f);
    if (got != 2 || quota <= 0 || period <= 0)
        return 0; /* "max" */
    long long n = (quota + period - 1) / period;
    return n < 1 ? 1 : (int)n;
}

int gw_thread_cores(void)
{
    int n = 0;
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        n = CPU_COUNT(&set);
#endif
    if (n < 1)
        n = (int)sysconf(_SC_NPROCESSORS_ONLN);
    int quota = cgroup_cores();
    if (quota && quota < n)
        n = quota;
    return n < 1 ? 1 : n;
}

/* Runs body(arg[i]) on n threads, the caller among them; fewer when threads cannot be had. */
static void run_threads(int n, void *(*body)(void *), void *args, size_t size)
{
    pthread_t *t = gw_calloc((size_t)n, sizeof *t);
    int started = 0;
    for (int i = 1; t && i < n; i++) {
        if (pthread_create(&t[started], NULL, body, (char *)args + (size_t)i * size) != 0)
            break;
        started++;
    }
    body(args);
    for (int i = 0; i < started; i++)
        pthread_join(t[i], NULL);
    free(t);
}

/* 2. parallel loops */
typedef struct {
    pthread_mutex_t lock;
    int64_t next, n, failed; /* failed: lowest failing item, n when none */
    gw_thread_fn fn;
    void *ctx;
    gw_err_t err;
} loop_t;

typedef struct {
    loop_t *loop;
    int worker;
} loop_arg_t;

static void *loop_body(void *p)
{
    loop_arg_t *a = p;
    loop_t *l = a->loop;
    for (;;) {
        pthread_mutex_lock(&l->lock);
        int64_t i = l->next < l->failed ? l->next++ : l->n;
        pthread_mutex_unlock(&l->lock);
        if (i >= l->n)
            return NULL;
        gw_err_t e = {0};
        if (l->fn(l->ctx, a->worker, i, &e) == GW_OK)
            continue;
        pthread_mutex_lock(&l->lock);
        if (i < l->failed) {
            l->failed = i;
            l->err = e;
        }
        pthread_mutex_unlock(&l->lock);
    }
}

gw_status_t gw_thread_for(int n_threads, int64_t n, gw_thread_fn fn, void *ctx, gw_err_t *err)
{
    if (n <= 0)
        return GW_OK;
    if (n_threads > n)
        n_threads = (int)n;
    if (n_threads <= 1) {
        for (int64_t i = 0; i < n; i++) {
            gw_status_t st = fn(ctx, 0, i, err);
            if (st != GW_OK)
                return st;
        }
        return GW_OK;
    }
    loop_t l = {.next = 0, .n = n, .failed = n, .fn = fn, .ctx = ctx};
    pthread_mutex_init(&l.lock, NULL);
    loop_arg_t *args = gw_calloc((size_t)n_threads, sizeof *args);
    if (!args) {
        pthread_mutex_destroy(&l.lock);
        return gw_err_nomem(err, "starting threads");
    }
    for (int i = 0; i < n_threads; i++)
        args[i] = (loop_arg_t){&l, i};
    run_threads(n_threads, loop_body, args, sizeof *args);
    free(args);
    pthread_mutex_destroy(&l.lock);
    if (l.failed == n)
        return GW_OK;
    if (err)
        *err = l.err;
    return l.err.status;
}

/* 3. the ordered pipeline: a ring of slots, N equal threads, each doing whatever comes first of
 *    write the next item, work on the oldest unworked item, read another item */
typedef enum { SLOT_FREE, SLOT_READ, SLOT_WORKING, SLOT_DONE } slot_state_t;

typedef struct {
    void *item;
    slot_state_t state;
} slot_t;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const gw_pipeline_ops_t *ops;
    void *ctx;
    slot_t *slot;
    int depth;
    int64_t n_read, n_work, n_written; /* items read, taken for work, written */
    bool reading, writing, ended;
    int64_t failed; /* lowest failing item; INT64_MAX when none */
    gw_err_t err;
} pipe_t;

typedef struct {
    pipe_t *pipe;
    int worker;
} pipe_arg_t;

static void pipe_fail(pipe_t *p, int64_t item, const gw_err_t *e)
{
    if (item < p->failed) {
        p->failed = item;
        p->err = *e;
    }
    p->ended = true;
}

/* Each step is called with the lock held and gives it back held. */
static void step_write(pipe_t *p)
{
    int64_t k = p->n_written;
    slot_t *s = &p->slot[k % p->depth];
    gw_err_t e = {0};
    p->writing = true;
    pthread_mutex_unlock(&p->lock);
    gw_status_t st = p->ops->write(p->ctx, s->item, &e);
    pthread_mutex_lock(&p->lock);
    s->item = NULL;
    s->state = SLOT_FREE;
    p->writing = false;
    p->n_written++;
    if (st != GW_OK)
        pipe_fail(p, k, &e);
}

static void step_work(pipe_t *p, int worker)
{
    int64_t k = p->n_work++;
    slot_t *s = &p->slot[k % p->depth];
    gw_err_t e = {0};
    s->state = SLOT_WORKING;
    pthread_mutex_unlock(&p->lock);
    gw_status_t st = p->ops->work(p->ctx, worker, s->item, &e);
    pthread_mutex_lock(&p->lock);
    s->state = SLOT_DONE;
    if (st != GW_OK)
        pipe_fail(p, k, &e);
}

static void step_read(pipe_t *p)
{
    int64_t k = p->n_read;
    gw_err_t e = {0};
    void *item = NULL;
    p->reading = true;
    pthread_mutex_unlock(&p->lock);
    gw_status_t st = p->ops->read(p->ctx, &item, &e);
    pthread_mutex_lock(&p->lock);
    p->reading = false;
    if (st != GW_OK) {
        pipe_fail(p, k, &e);
    } else if (!item) {
        p->ended = true;
    } else {
        p->slot[k % p->depth] = (slot_t){item, SLOT_READ};
        p->n_read++;
    }
}

static void *pipe_body(void *arg)
{
    pipe_arg_t *a = arg;
    pipe_t *p = a->pipe;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        /* items before a failure are still worked on and written; those after it are not */
        if (!p->writing && p->n_written < p->n_read && p->n_written < p->failed &&
            p->slot[p->n_written % p->depth].state == SLOT_DONE)
            step_write(p);
        else if (p->n_work < p->n_read && p->n_work < p->failed)
            step_work(p, a->worker);
        else if (!p->reading && !p->ended && p->n_read - p->n_written < p->depth)
            step_read(p);
        else if (p->ended && !p->reading &&
                 (p->n_written >= p->n_read || p->n_written >= p->failed))
            break;
        else {
            pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        pthread_cond_broadcast(&p->changed);
    }
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

gw_status_t gw_pipeline_run(int n_threads, int depth, const gw_pipeline_ops_t *ops, void *ctx,
                            gw_err_t *err)
{
    if (n_threads < 1)
        n_threads = 1;
    pipe_t p = {.ops = ops, .ctx = ctx, .failed = INT64_MAX};
    p.depth = depth > 0 ? depth : 2 * n_threads + 2;
    p.slot = gw_calloc((size_t)p.depth, sizeof *p.slot);
    pipe_arg_t *args = gw_calloc((size_t)n_threads, sizeof *args);
    if (!p.slot || !args) {
        free(p.slot);
        free(args);
        return gw_err_nomem(err, "starting a pipeline");
    }
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.changed, NULL);
    for (int i = 0; i < n_threads; i++)
        args[i] = (pipe_arg_t){&p, i};
    run_threads(n_threads, pipe_body, args, sizeof *args);
    for (int i = 0; i < p.depth; i++)
        if (p.slot[i].item && ops->drop)
            ops->drop(ctx, p.slot[i].item);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.lock);
    free(p.slot);
    free(args);
    if (p.failed == INT64_MAX)
        return GW_OK;
    if (err)
        *err = p.err;
    return p.err.status;
}
