#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/gram.h"
#include "tests/check_main.h"
#include "tests/kernels/genos.h"

static int code_of(const set_t *s, int v, int i)
{
    return (s->geno[(size_t)v * s->b.row_bytes + (size_t)i / 4] >> (2 * (i % 4))) & 3;
}

static double x_of(const set_t *s, int v, int i)
{
    int g = code_of(s, v, i);
    return g == 3 ? 0 : (g - s->mean[v]) * s->scale[v];
}

/* The reference against sums in double, to single precision's error. */
START_TEST(reference_is_the_product)
{
    set_t s;
    set_init(&s, &sizes[_i]);
    int n = sizes[_i].n, m = sizes[_i].v;
    float *y = gw_malloc((size_t)m * TILES * L, sizeof *y),
          *h = gw_malloc((size_t)n * TILES * L, sizeof *h);
    ck_assert_int_eq(gw_gram_ref.left(&s.b, TILES, s.q, y, NULL), GW_OK);
    ck_assert_int_eq(gw_gram_ref.right(&s.b, TILES, s.z, h, NULL), GW_OK);
    for (int c = 0; c < TILES * L; c++) {
        for (int v = 0; v < m; v++) {
            double sum = 0, size = 0;
            for (int i = 0; i < n; i++) {
                double q = s.q[((c / L) * n + i) * L + c % L];
                sum += x_of(&s, v, i) * q;
                size += fabs(q) * 4 * s.scale[v];
            }
            ck_assert_double_le(fabs(sum - y[((c / L) * m + v) * L + c % L]), 2e-6 * size);
        }
        for (int i = 0; i < n; i++) {
            double sum = 0, size = 0;
            for (int v = 0; v < m; v++) {
                double z = s.z[((c / L) * m + v) * L + c % L];
                sum += x_of(&s, v, i) * z;
                size += fabs(z) * 4 * s.scale[v];
            }
            ck_assert_double_le(fabs(sum - h[((c / L) * n + i) * L + c % L]), 2e-6 * size);
        }
    }
    double *k = gw_malloc((size_t)n * D, sizeof *k);
    for (int t = 0; t * D < n; t++) {
        memset(k, 0, (size_t)n * D * sizeof *k);
        ck_assert_int_eq(gw_gram_ref.tile(&s.b, NULL, t, k, NULL), GW_OK);
        for (int i = t * D; i < n; i++)
            for (int c = 0; c < D && t * D + c < n; c++) {
                double sum = 0;
                for (int v = 0; v < m; v++)
                    sum += x_of(&s, v, i) * x_of(&s, v, t * D + c);
                ck_assert_double_le(fabs(sum - k[i * D + c]), 1e-10 * (1 + fabs(sum)));
            }
    }
    free(y);
    free(h);
    free(k);
    set_release(&s);
}
END_TEST

/* Every variant that this machine has gives the reference's bits. */
START_TEST(variants_have_the_bits)
{
    set_t s;
    set_init(&s, &sizes[_i]);
    size_t n = (size_t)sizes[_i].n, m = (size_t)sizes[_i].v;
    float *y = gw_aligned_alloc(64, m * TILES * L, sizeof *y),
          *y0 = gw_malloc(m * TILES * L, sizeof *y);
    float *h = gw_aligned_alloc(64, n * TILES * L, sizeof *h),
          *h0 = gw_malloc(n * TILES * L, sizeof *h);
    double *k = gw_aligned_alloc(64, n * D, sizeof *k), *k0 = gw_malloc(n * D, sizeof *k);
    size_t index_bytes = gw_gram_index_bytes(&s.b);
    uint8_t *index = gw_malloc(index_bytes, 1), *index0 = gw_malloc(index_bytes, 1);
    ck_assert_int_eq(gw_gram_ref.left(&s.b, TILES, s.q, y0, NULL), GW_OK);
    ck_assert_int_eq(gw_gram_ref.right(&s.b, TILES, s.z, h0, NULL), GW_OK);
    gw_gram_ref.index(&s.b, index0);
    for (int level = GW_CPU_PORTABLE; level < GW_CPU_LEVELS; level++) {
        const gw_gram_variant_t *x = gw_gram_variant((gw_cpu_level_t)level);
        if (!x)
            continue;
        ck_assert_int_eq(x->left(&s.b, TILES, s.q, y, NULL), GW_OK);
        ck_assert_int_eq(x->right(&s.b, TILES, s.z, h, NULL), GW_OK);
        x->index(&s.b, index);
        ck_assert_mem_eq(y, y0, m * TILES * L * sizeof *y);
        ck_assert_mem_eq(h, h0, n * TILES * L * sizeof *h);
        for (size_t q = 0; q < (m + 3) / 4; q++) /* past the last row anything may stand */
            for (size_t i = 0; i < n; i++) {
                uint8_t mask = m - 4 * q >= 4 ? 255 : (uint8_t)((1u << (2 * (m - 4 * q))) - 1);
                size_t at = q * 4 * s.b.row_bytes + i;
                ck_assert_int_eq(index[at] & mask, index0[at] & mask);
            }
        for (size_t t = 0; t * D < n; t++) {
            for (size_t i = 0; i < n * D; i++)
                k[i] = k0[i] = (double)i / 7; /* a sum goes on from what stands there */
            ck_assert_int_eq(gw_gram_ref.tile(&s.b, index0, (int64_t)t, k0, NULL), GW_OK);
            ck_assert_int_eq(x->tile(&s.b, index, (int64_t)t, k, NULL), GW_OK);
            ck_assert_mem_eq(k, k0, n * D * sizeof *k);
        }
        for (size_t v = 0; v < m; v++) {
            int64_t c[4], c0[4];
            x->count(s.geno + v * s.b.row_bytes, (int64_t)n, c);
            gw_gram_ref.count(s.geno + v * s.b.row_bytes, (int64_t)n, c0);
            ck_assert_mem_eq(c, c0, sizeof c);
            const uint8_t *other = s.geno + (v * 7 + 1) % m * s.b.row_bytes;
            x->pair(s.geno + v * s.b.row_bytes, other, (int64_t)n, c);
            gw_gram_ref.pair(s.geno + v * s.b.row_bytes, other, (int64_t)n, c0);
            ck_assert_mem_eq(c, c0, sizeof c);
            int64_t whole = (int64_t)n / 4 * 4; /* no unused codes */
            x->kin(s.geno + v * s.b.row_bytes, other, whole, c);
            gw_gram_ref.kin(s.geno + v * s.b.row_bytes, other, whole, c0);
            ck_assert_mem_eq(c, c0, sizeof c);
        }
    }
    free(y), free(y0), free(h), free(h0), free(k), free(k0), free(index), free(index0);
    set_release(&s);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gram");
    TCase *t = tcase_create("products");
    int n = (int)(sizeof sizes / sizeof *sizes);
    tcase_add_loop_test(t, reference_is_the_product, 0, n);
    tcase_add_loop_test(t, variants_have_the_bits, 0, n);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
