/* tests/io/scratch.h -- small files for reader tests: written plain or compressed into a fresh
 *                       folder, which is the working directory during a test
 */
#ifndef GW_TESTS_IO_SCRATCH_H
#define GW_TESTS_IO_SCRATCH_H

#include <stddef.h>

typedef enum { PACK_PLAIN, PACK_GZIP, PACK_BGZF, PACK_ZSTD, N_PACKS } pack_t;

void scratch_enter(void); /* fixtures for tcase_add_checked_fixture */
void scratch_leave(void);
void scratch_write(const char *name, const void *data, size_t n);
void scratch_pack(const char *name, pack_t pack, const void *data, size_t n);
/* The whole file, NUL behind it; caller frees. */
char *scratch_read(const char *name, size_t *n);

#endif
