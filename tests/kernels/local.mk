check_PROGRAMS += tests/kernels/test_thread_score
TESTS += tests/kernels/test_thread_score
tests_kernels_test_thread_score_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
