check_PROGRAMS += tests/engine/test_engine
TESTS += tests/engine/test_engine
tests_engine_test_engine_LDADD = libgw_engine.a $(KERNEL_LIBS) $(TEST_LIBS)
