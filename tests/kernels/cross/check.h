/* tests/kernels/cross/check.h -- as much of libcheck as the kernels' harness uses, for machines
 * that we only have a compiler and an emulator of (aarch64.sh)
 *
 * A failed assertion is printed and ends the program; nothing forks. Tests named in $CROSS_SKIP are
 * not run.
 */
#ifndef GW_TESTS_CROSS_CHECK_H
#define GW_TESTS_CROSS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    void (*run)(int i);
} cross_test_t;

typedef struct {
    int tests;
} TCase;

typedef TCase Suite;
typedef Suite SRunner;
enum { CK_NORMAL };

#define START_TEST(id)                                                              \
    static void id##_body(int _i);                                                  \
    static const cross_test_t id##_test = {#id, id##_body}, *const id = &id##_test; \
    static void id##_body(int _i)                                                   \
    {                                                                               \
        (void)_i;
#define END_TEST }

static TCase the_tests;

static inline Suite *suite_create(const char *name)
{
    printf("%s:", name);
    return &the_tests;
}

static inline TCase *tcase_create(const char *name)
{
    printf(" %s", name);
    return &the_tests;
}

static inline void tcase_set_timeout(TCase *c, double seconds)
{
    (void)c;
    (void)seconds;
}

static inline void tcase_add_loop_test(TCase *c, const cross_test_t *t, int from, int to)
{
    const char *skip = getenv("CROSS_SKIP");
    if (skip && strstr(skip, t->name)) {
        printf(" (without %s)", t->name);
        return;
    }
    for (int i = from; i < to; i++, c->tests++)
        t->run(i);
}

static inline void tcase_add_test(TCase *c, const cross_test_t *t)
{
    tcase_add_loop_test(c, t, 0, 1);
}

static inline void suite_add_tcase(Suite *s, TCase *c)
{
    (void)s;
    printf(", %d tests passed\n", c->tests);
}

static inline SRunner *srunner_create(Suite *s)
{
    return s;
}

static inline void srunner_run_all(SRunner *r, int how)
{
    (void)how;
    if (r->tests == 0)
        exit(EXIT_FAILURE);
}

static inline int srunner_ntests_failed(const SRunner *r)
{
    (void)r;
    return 0;
}

static inline void srunner_free(SRunner *r)
{
    (void)r;
}

#define ck_assert_msg(ok, ...)                                         \
    do {                                                               \
        if (!(ok)) {                                                   \
            fprintf(stderr, "\n%s:%d: %s: ", __FILE__, __LINE__, #ok); \
            fprintf(stderr, "" __VA_ARGS__);                           \
            fprintf(stderr, "\n");                                     \
            exit(EXIT_FAILURE);                                        \
        }                                                              \
    } while (0)
#define ck_abort_msg(...) ck_assert_msg(0, __VA_ARGS__)
#define ck_assert(ok)     ck_assert_msg(ok, "false")
#define CROSS_COMPARE(type, format, a, op, b)                                                 \
    do {                                                                                      \
        type cross_a = (a), cross_b = (b);                                                    \
        ck_assert_msg(cross_a op cross_b, "%s is " format ", %s is " format, #a, cross_a, #b, \
                      cross_b);                                                               \
    } while (0)
#define ck_assert_int_eq(a, b)    CROSS_COMPARE(long long, "%lld", a, ==, b)
#define ck_assert_int_ne(a, b)    CROSS_COMPARE(long long, "%lld", a, !=, b)
#define ck_assert_int_gt(a, b)    CROSS_COMPARE(long long, "%lld", a, >, b)
#define ck_assert_int_ge(a, b)    CROSS_COMPARE(long long, "%lld", a, >=, b)
#define ck_assert_int_lt(a, b)    CROSS_COMPARE(long long, "%lld", a, <, b)
#define ck_assert_int_le(a, b)    CROSS_COMPARE(long long, "%lld", a, <=, b)
#define ck_assert_uint_eq(a, b)   CROSS_COMPARE(unsigned long long, "%llu", a, ==, b)
#define ck_assert_uint_gt(a, b)   CROSS_COMPARE(unsigned long long, "%llu", a, >, b)
#define ck_assert_uint_le(a, b)   CROSS_COMPARE(unsigned long long, "%llu", a, <=, b)
#define ck_assert_double_eq(a, b) CROSS_COMPARE(double, "%.17g", a, ==, b)
#define ck_assert_double_lt(a, b) CROSS_COMPARE(double, "%.17g", a, <, b)
#define ck_assert_double_le(a, b) CROSS_COMPARE(double, "%.17g", a, <=, b)
#define ck_assert_double_eq_tol(a, b, tol)                                                     \
    ck_assert_msg((a) - (b) <= (tol) && (b) - (a) <= (tol), "%.17g is not %.17g", (double)(a), \
                  (double)(b))
#define ck_assert_ptr_nonnull(p)  ck_assert_msg((p) != NULL, "%s is NULL", #p)
#define ck_assert_mem_eq(a, b, n) ck_assert_msg(memcmp(a, b, n) == 0, "%s is not %s", #a, #b)

#endif
