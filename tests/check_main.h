/* tests/check_main.h -- main for a Check program: GW_CHECK_MAIN(suite-making function) */
#ifndef GW_TESTS_CHECK_MAIN_H
#define GW_TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

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
