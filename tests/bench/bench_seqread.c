/* tests/bench/bench_seqread.c -- how fast sequences come in: MB of text a CPU second
 *
 * bench_seqread [-@ N] FILE...   one file or two of mates, plain, gzip, BGZF or zstd
 * Prints, the best of three: the whole reader, our byte stream alone, and zlib's gzread alone
 * (gzip, BGZF and plain files), each over the same unpacked bytes; with more than one thread also
 * the whole reader's MB a CPU second of the calling thread, which is what the others wait for.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "io/seqread.h"
#include "io/stream.h"

static int threads = 1;

typedef struct {
    double seconds, caller; /* CPU of all threads, of the calling one */
    uint64_t bytes, records;
} result_t;

typedef void (*job_fn)(char **path, size_t n, result_t *r);

static void stop(const gw_err_t *e)
{
    fprintf(stderr, "bench_seqread: %s\n", e->msg);
    exit(e->status);
}

static void whole_reader(char **path, size_t n, result_t *r)
{
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = threads};
    gw_seqreader_t *reader;
    gw_seqbatch_t b;
    gw_err_t e;
    if (gw_seqreader_open((const char *const *)path, n, &o, &reader, &e) != GW_OK)
        stop(&e);
    gw_seqbatch_init(&b);
    do {
        if (gw_seqreader_next(reader, &b, 4096, 1 << 22, &e) != GW_OK)
            stop(&e);
        r->records += b.n;
    } while (b.n > 0);
    gw_seqbatch_release(&b);
    gw_seqreader_close(reader);
}

static void byte_stream(char **path, size_t n, result_t *r)
{
    enum { SIZE = 1 << 18 };
    char *buf = malloc(SIZE);
    for (size_t i = 0; buf && i < n; i++) {
        gw_stream_t *s;
        gw_err_t e;
        if (gw_stream_open(path[i], &s, &e) != GW_OK)
            stop(&e);
        for (size_t got = 1; got > 0; r->bytes += got)
            if (gw_stream_read(s, buf, SIZE, &got, &e) != GW_OK)
                stop(&e);
        gw_stream_close(s);
    }
    free(buf);
}

static void zlib_alone(char **path, size_t n, result_t *r)
{
    enum { SIZE = 1 << 18 };
    char *buf = malloc(SIZE);
    for (size_t i = 0; buf && i < n; i++) {
        gzFile f = gzopen(path[i], "rb");
        int got = 0;
        if (f)
            gzbuffer(f, SIZE);
        while (f && (got = gzread(f, buf, SIZE)) > 0)
            r->bytes += (uint64_t)got;
        if (f)
            gzclose(f);
    }
    free(buf);
}

static result_t best(job_fn job, char **path, size_t n)
{
    result_t b = {.seconds = 1e30, .caller = 1e30};
    for (int i = 0; i < 3; i++) {
        result_t r = {0};
        struct timespec t0, t1;
        clock_t t = clock();
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t0);
        job(path, n, &r);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t1);
        r.seconds = (double)(clock() - t) / CLOCKS_PER_SEC;
        r.caller = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
        b.bytes = r.bytes;
        b.records = r.records;
        b.seconds = r.seconds < b.seconds ? r.seconds : b.seconds;
        b.caller = r.caller < b.caller ? r.caller : b.caller;
    }
    return b;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "-@") == 0) {
        threads = atoi(argv[2]);
        argc -= 2;
        argv += 2;
    }
    size_t n = (size_t)argc - 1;
    if (argc < 2 || argc > 3 || threads < 1) {
        fprintf(stderr, "usage: bench_seqread [-@ N] FILE [MATES]\n");
        return 64;
    }
    result_t bytes = best(byte_stream, argv + 1, n), z = best(zlib_alone, argv + 1, n);
    result_t all = best(whole_reader, argv + 1, n);
    double mb = (double)bytes.bytes / 1e6;
    printf("records\t%llu\nMB unpacked\t%.1f\n", (unsigned long long)all.records, mb);
    printf("reader, MB/s\t%.0f\nstream alone, MB/s\t%.0f\n", mb / all.seconds, mb / bytes.seconds);
    if (threads > 1)
        printf("reader, MB/s of the calling thread\t%.0f\n", mb / all.caller);
    if (z.bytes == bytes.bytes)
        printf("zlib alone, MB/s\t%.0f\n", mb / z.seconds);
    return 0;
}
