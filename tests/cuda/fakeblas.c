/* What cuda/gpublas.c takes of cuBLAS, for the emulated device: a shared library that the tests open.
 * FAKEBLAS=start: it does not start; wrong: one sum is one too high; refuse: all but the first
 * product are refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int fakeblas_products, fakeblas_handles;

static int is(const char *mode)
{
    const char *given = getenv("FAKEBLAS");
    return given && strcmp(given, mode) == 0;
}

int cublasCreate_v2(void **handle);
int cublasDestroy_v2(void *handle);
int cublasSetStream_v2(void *handle, void *stream);
int cublasGemmEx(void *handle, int trans_a, int trans_b, int m, int n, int k, const void *alpha,
                 const void *a, int a_type, int lda, const void *b, int b_type, int ldb,
                 const void *beta, void *c, int c_type, int ldc, int compute, int algo);

int cublasCreate_v2(void **handle)
{
    if (is("start"))
        return 1;
    fakeblas_handles++;
    fakeblas_products = 0;
    *handle = &fakeblas_products;
    return 0;
}

int cublasDestroy_v2(void *handle)
{
    fakeblas_handles--;
    return handle != &fakeblas_products;
}

int cublasSetStream_v2(void *handle, void *stream)
{
    (void)stream;
    return handle != &fakeblas_products;
}

int cublasGemmEx(void *handle, int trans_a, int trans_b, int m, int n, int k, const void *alpha,
                 const void *a, int a_type, int lda, const void *b, int b_type, int ldb,
                 const void *beta, void *c, int c_type, int ldc, int compute, int algo)
{
    /* the numbers of cublas_api.h and library_types.h: a transposed, b not; bytes in, 32 bits out; and
     * what cuBLAS asks of small integers: sizes and columns in fours */
    if (handle != &fakeblas_products || trans_a != 1 || trans_b != 0 || a_type != 3 ||
        b_type != 3 || c_type != 10 || compute != 72 || algo != -1 ||
        *(const int32_t *)alpha != 1 || *(const int32_t *)beta != 0 || m % 4 || k % 4 || lda % 4 ||
        ldb % 4 || lda < k || ldb < k || ldc < m || ((uintptr_t)a | (uintptr_t)b) % 4)
        return 7;
    if (is("refuse") && fakeblas_products > 0)
        return 15;
    fakeblas_products++;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++) {
            int32_t sum = is("wrong") && i == 3 && j == 5;
            for (int64_t x = 0; x < k; x++)
                sum += ((const int8_t *)a)[i * lda + x] * ((const int8_t *)b)[j * ldb + x];
            ((int32_t *)c)[j * ldc + i] = sum;
        }
    return 0;
}
