check_PROGRAMS += tests/kernels/test_thread_score
TESTS += tests/kernels/test_thread_score
tests_kernels_test_thread_score_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
kernels_tests = tests/kernels/test_extend tests/kernels/test_global tests/kernels/test_oracle tests/kernels/test_gapless \
	tests/kernels/test_pairhmm
check_PROGRAMS += $(kernels_tests)
TESTS += $(kernels_tests)
EXTRA_DIST += tests/kernels/guarded.h tests/kernels/pairs.h tests/kernels/reads.h \
	tests/kernels/genos.h tests/kernels/threads.h tests/kernels/seedings.h
tests_kernels_test_extend_LDADD = $(KERNEL_LIBS) $(TEST_LIBS)
tests_kernels_test_gapless_LDADD = $(KERNEL_LIBS) $(TEST_LIBS)
tests_kernels_test_pairhmm_LDADD = $(KERNEL_LIBS) $(TEST_LIBS)
check_PROGRAMS += tests/kernels/test_ident
TESTS += tests/kernels/test_ident
tests_kernels_test_ident_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
tests_kernels_test_global_LDADD = $(KERNEL_LIBS) $(TEST_LIBS)
tests_kernels_test_oracle_LDADD = $(KERNEL_LIBS) $(PARASAIL_LIBS) $(SSW_LIBS) $(TEST_LIBS)
check_PROGRAMS += tests/kernels/test_seeding
TESTS += tests/kernels/test_seeding
tests_kernels_test_seeding_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
check_PROGRAMS += tests/kernels/test_conv
TESTS += tests/kernels/test_conv
tests_kernels_test_conv_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
check_PROGRAMS += tests/kernels/test_editbound
TESTS += tests/kernels/test_editbound
tests_kernels_test_editbound_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
# the same harness on an emulated ARM machine; skipped without a cross compiler
TESTS += tests/kernels/aarch64.sh
EXTRA_DIST += tests/kernels/aarch64.sh tests/kernels/cross/check.h
