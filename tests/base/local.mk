base_tests = tests/base/test_text tests/base/test_opts tests/base/test_thread \
	tests/base/test_ahead tests/base/test_outfile tests/base/test_values
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
tests_base_test_text_LDADD = libgw_base.a $(TEST_LIBS)
tests_base_test_opts_LDADD = libgw_base.a $(TEST_LIBS)
tests_base_test_thread_LDADD = libgw_base.a $(TEST_LIBS)
tests_base_test_ahead_LDADD = libgw_base.a $(TEST_LIBS)
tests_base_test_outfile_LDADD = libgw_base.a $(TEST_LIBS)
tests_base_test_values_LDADD = libgw_base.a $(TEST_LIBS)
