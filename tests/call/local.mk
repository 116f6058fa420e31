call_tests = tests/call/test_genotype tests/call/test_leftalign
check_PROGRAMS += $(call_tests)
TESTS += $(call_tests)
CALL_TEST_LIBS = libgw_call.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) $(TEST_LIBS)
tests_call_test_genotype_LDADD = $(CALL_TEST_LIBS)
tests_call_test_leftalign_LDADD = $(CALL_TEST_LIBS)
