/* src/io/scorematrix_impl.h -- the matrices that come with the program; for scorematrix*.c only */
#ifndef GW_IO_SCOREMATRIX_IMPL_H
#define GW_IO_SCOREMATRIX_IMPL_H

#include <stddef.h>
#include <stdint.h>

/* The letters of all of them, in this order */
#define GW_SCOREMATRIX_ORDER "ARNDCQEGHILKMFPSTWYVBJZX*"
enum { GW_SCOREMATRIX_BUILTIN = 25, GW_SCOREMATRIX_TRIANGLE = 25 * 26 / 2 };

typedef struct {
    const char *name;
    const int8_t *triangle; /* row a: scores against the letters 0..a */
} gw_scorematrix_builtin_t;
/* ended by a row of NULLs */
extern const gw_scorematrix_builtin_t gw_scorematrix_builtins[];

#endif
