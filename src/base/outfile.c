#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/outfile.h"

/* 3. signals: the handler may only touch lock-free state, hence the fixed list of names */
enum { MAX_PENDING = 64 };
static _Atomic(char *) pending[MAX_PENDING];

static void on_signal(int sig)
{
    for (int i = 0; i < MAX_PENDING; i++) {
        char *name = atomic_load(&pending[i]);
        if (name)
            unlink(name);
    }
    signal(sig, SIG_DFL);
    raise(sig);
}

void gw_outfile_catch_signals(void)
{
    static const int sigs[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++) {
        struct sigaction sa = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, old;
        sigfillset(&sa.sa_mask);
        if (sigaction(sigs[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(sigs[i], &sa, NULL);
    }
}

static int list_add(char *name)
{
    for (int i = 0; i < MAX_PENDING; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&pending[i], &none, name))
            return i;
    }
    return -1; /* more outputs than slots: only the clean-up on a signal is lost */
}

static void list_remove(int slot)
{
    if (slot >= 0)
        atomic_store(&pending[slot], NULL);
}

/* 1. atomic outputs */
/* slot: where to note the name for signals, before the file is there; NULL: it is not noted */
static int open_unique(const char *prefix, const char *suffix, char **name, int *slot)
{
    static _Atomic unsigned counter;
    for (int attempt = 0; attempt < 100; attempt++) {
        struct timespec ts;
        clock_gettime(CLOCK_REALTIME, &ts);
        uint64_t salt = gw_hash_mix((uint64_t)ts.tv_nsec ^ (uint64_t)ts.tv_sec << 30 ^
                                    (uint64_t)getpid() << 40 ^ atomic_fetch_add(&counter, 1));
        char *p =
            gw_asprintf("%s%012llx%s", prefix, (unsigned long long)(salt & 0xffffffffffff), suffix);
        if (!p) {
            errno = ENOMEM;
            return -1;
        }
        int noted = slot ? list_add(p) : -1;
        int fd = open(p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) {
            *name = p;
            if (slot)
                *slot = noted;
            return fd;
        }
        int e = errno;
        list_remove(noted);
        free(p);
        errno = e;
        if (e != EEXIST)
            return -1;
    }
    return -1;
}

static gw_status_t cannot_create(const char *path, gw_err_t *err)
{
    int e = errno;
    return gw_err_set(err, e == ENOMEM ? GW_ENOMEM : GW_ECREATE,
                      "%s: cannot create: %s; is the folder there and writable?", path,
                      strerror(e));
}

gw_status_t gw_outfile_create(gw_outfile_t *o, const char *path, gw_err_t *err)
{
    memset(o, 0, sizeof *o);
    o->slot = -1;
    if (!path)
        path = "-";
    o->path = gw_strdup(path);
    if (!o->path)
        return gw_err_nomem(err, "opening an output");
    struct stat st;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode))) {
        if (strcmp(path, "-") != 0 && S_ISDIR(st.st_mode)) {
            gw_outfile_discard(o);
            return gw_err_set(err, GW_ECREATE, "%s: is a folder; give a file name", path);
        }
        o->write = gw_strdup(path);
        if (!o->write) {
            gw_outfile_discard(o);
            return gw_err_nomem(err, "opening an output");
        }
        return GW_OK;
    }
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char *prefix = gw_asprintf("%.*s.%s.", (int)(base - path), path, base);
    if (!prefix) {
        gw_outfile_discard(o);
        return gw_err_nomem(err, "opening an output");
    }
    int fd = open_unique(prefix, ".tmp", &o->write, &o->slot);
    if (fd < 0) {
        gw_status_t s = cannot_create(path, err);
        free(prefix);
        gw_outfile_discard(o);
        return s;
    }
    free(prefix);
    close(fd);
    o->temp = true;
    return GW_OK;
}

gw_status_t gw_outfile_fopen(gw_outfile_t *o, const char *path, gw_err_t *err)
{
    gw_status_t s = gw_outfile_create(o, path, err);
    if (s != GW_OK)
        return s;
    o->file = strcmp(o->write, "-") == 0 ? stdout : fopen(o->write, "w");
    if (!o->file) {
        s = cannot_create(o->path, err);
        gw_outfile_discard(o);
    }
    return s;
}

static void outfile_release(gw_outfile_t *o)
{
    list_remove(o->slot);
    free(o->path);
    free(o->write);
    memset(o, 0, sizeof *o);
    o->slot = -1;
}

gw_status_t gw_outfile_commit(gw_outfile_t *o, gw_err_t *err)
{
    gw_status_t s = GW_OK;
    if (o->file) {
        bool bad = ferror(o->file) != 0;
        bad |= (o->file == stdout ? fflush(o->file) : fclose(o->file)) != 0;
        o->file = NULL;
        if (bad)
            s = gw_err_set(err, GW_EIO, "%s: writing failed: %s; is the disk full?",
                           strcmp(o->path, "-") ? o->path : "stdout", strerror(errno));
    }
    if (s == GW_OK && o->temp) {
        mode_t mask = umask(0);
        umask(mask);
        if (chmod(o->write, 0666 & ~mask) != 0 || rename(o->write, o->path) != 0)
            s = gw_err_set(err, GW_EIO, "%s: cannot rename the finished file: %s", o->path,
                           strerror(errno));
        else
            o->temp = false;
    }
    if (s != GW_OK) {
        gw_outfile_discard(o);
        return s;
    }
    outfile_release(o);
    return GW_OK;
}

void gw_outfile_discard(gw_outfile_t *o)
{
    if (!o->path)
        return;
    if (o->file && o->file != stdout)
        fclose(o->file);
    if (o->temp)
        unlink(o->write);
    outfile_release(o);
}

gw_status_t gw_outfile_probe(const char *path, gw_err_t *err)
{
    gw_outfile_t o;
    gw_status_t s = gw_outfile_create(&o, path, err);
    if (s == GW_OK)
        gw_outfile_discard(&o);
    return s;
}

void gw_outfile_mute(const gw_outfile_t *o)
{
    if (!o->write || strcmp(o->write, "-") != 0)
        return;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0) {
        close(STDOUT_FILENO); /* nothing more comes out this way either */
        return;
    }
    dup2(null, STDOUT_FILENO);
    close(null);
}

void gw_outfile_spoil(const gw_outfile_t *o)
{
    static const char line[] = "genowarp stopped with an error here: this output is incomplete\n";
    if (o->write && strcmp(o->write, "-") == 0 && !isatty(STDOUT_FILENO))
        (void)!write(STDOUT_FILENO, line, sizeof line - 1);
}

/* 2. temporary files */
gw_status_t gw_tmpfile_open(const char *dir, int *fd, gw_err_t *err)
{
    if (!dir)
        dir = getenv("TMPDIR");
    if (!dir || !*dir)
        dir = "/tmp";
    char *prefix = gw_asprintf("%s/genowarp-", dir), *name = NULL;
    if (!prefix)
        return gw_err_nomem(err, "opening a temporary file");
    *fd = open_unique(prefix, ".tmp", &name, NULL);
    free(prefix);
    if (*fd < 0)
        return gw_err_set(err, GW_ECREATE,
                          "%s: cannot create a temporary file: %s; choose another with --tmp-dir",
                          dir, strerror(errno));
    unlink(name);
    free(name);
    return GW_OK;
}
