call_tests = tests/call/test_genotype tests/call/test_leftalign tests/call/test_callread \
	tests/call/test_assemble tests/call/test_refconf tests/call/test_jointsite
check_PROGRAMS += $(call_tests)
TESTS += $(call_tests)
CALL_TEST_LIBS = libgw_call.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) $(TEST_LIBS)
tests_call_test_genotype_LDADD = $(CALL_TEST_LIBS)
tests_call_test_leftalign_LDADD = $(CALL_TEST_LIBS)
tests_call_test_callread_LDADD = $(CALL_TEST_LIBS)
tests_call_test_assemble_LDADD = $(CALL_TEST_LIBS)
tests_call_test_refconf_LDADD = $(CALL_TEST_LIBS)
tests_call_test_jointsite_LDADD = $(CALL_TEST_LIBS)
check_PROGRAMS += tests/bench/vcfcmp
TESTS += tests/call/call.sh tests/call/gvcf.sh tests/call/vcfcmp.sh
EXTRA_DIST += tests/call/call.sh tests/call/gvcf.sh tests/data/trio tests/call/vcfcmp.sh tests/call/na12878.expected tests/data/na12878
