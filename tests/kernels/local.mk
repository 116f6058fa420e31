check_PROGRAMS += tests/kernels/test_thread_score
TESTS += tests/kernels/test_thread_score
tests_kernels_test_thread_score_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
kernels_tests = tests/kernels/test_extend
check_PROGRAMS += $(kernels_tests)
TESTS += $(kernels_tests)
EXTRA_DIST += tests/kernels/guarded.h tests/kernels/pairs.h
tests_kernels_test_extend_LDADD = $(KERNEL_LIBS) $(TEST_LIBS)
