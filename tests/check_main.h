/* tests/check_main.h -- main for a Check program: GW_CHECK_MAIN(suite-making function) */
#ifndef GW_TESTS_CHECK_MAIN_H
#define GW_TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

/* of n random batches, how many to try: few on an emulated machine (tests/kernels/aarch64.sh) */
#ifdef GW_TESTS_CROSS_CHECK_H
#    define GW_TEST_SEEDS(n) ((n) < 4 ? (n) : 4)
#else
#    define GW_TEST_SEEDS(n) (n)
#endif

#define GW_CHECK_MAIN(make)                                                                        \
    int main(void)                                                                                 \
    {                                                                                              \
        SRunner *sr = srunner_create(make());                                                      \
        srunner_run_all(sr, CK_NORMAL);                                                            \
        int n_failed = srunner_ntests_failed(sr);                                                       \
        srunner_free(sr);                                                                          \
        return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                  \
    }

#endif
