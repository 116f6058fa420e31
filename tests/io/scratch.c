#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <htslib/bgzf.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/io/scratch.h"

enum { BLOCK = 700 }; /* of BGZF: small, so that small files have many */

static char dir[64];

void scratch_enter(void)
{
    strcpy(dir, "/tmp/gw-test-io-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
}

void scratch_leave(void)
{
    char cmd[96];
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    ck_assert_int_eq(system(cmd), 0);
}

void scratch_write(const char *name, const void *data, size_t n)
{
    FILE *f = fopen(name, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(data, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

void scratch_pack(const char *name, pack_t pack, const void *data, size_t n)
{
    if (pack == PACK_PLAIN) {
        scratch_write(name, data, n);
    } else if (pack == PACK_GZIP) {
        gzFile f = gzopen(name, "wb");
        ck_assert_int_eq(gzwrite(f, data, (unsigned)n), (int)n);
        ck_assert_int_eq(gzclose(f), Z_OK);
    } else if (pack == PACK_BGZF) {
        BGZF *f = bgzf_open(name, "w");
        for (size_t at = 0; at < n; at += BLOCK) {
            size_t k = n - at < BLOCK ? n - at : BLOCK;
            ck_assert_int_eq(bgzf_write(f, (const char *)data + at, k), (ssize_t)k);
            ck_assert_int_eq(bgzf_flush(f), 0);
        }
        ck_assert_int_eq(bgzf_close(f), 0);
    } else {
        size_t room = ZSTD_compressBound(n);
        void *out = malloc(room);
        ZSTD_CCtx *c = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
        size_t m = ZSTD_compress2(c, out, room, data, n);
        ck_assert(!ZSTD_isError(m));
        scratch_write(name, out, m);
        ZSTD_freeCCtx(c);
        free(out);
    }
}

char *scratch_read(const char *name, size_t *n)
{
    FILE *f = fopen(name, "rb");
    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *p = malloc(*n + 1);
    ck_assert_uint_eq(fread(p, 1, *n, f), *n);
    p[*n] = '\0';
    fclose(f);
    return p;
}
