fold_tests = tests/fold/test_profile tests/fold/test_tlib tests/fold/test_template \
	tests/fold/test_surplus tests/fold/test_superpose tests/fold/test_take tests/fold/test_packing \
	tests/fold/test_abinitio tests/fold/test_assembly
fold_scripts = tests/fold/fold.sh
check_PROGRAMS += $(fold_tests)
TESTS += $(fold_tests) $(fold_scripts)
fold_ldadd = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) $(TEST_LIBS)
tests_fold_test_profile_LDADD = $(fold_ldadd)
tests_fold_test_tlib_LDADD = $(fold_ldadd)
tests_fold_test_template_LDADD = $(fold_ldadd)
tests_fold_test_surplus_LDADD = $(fold_ldadd)
tests_fold_test_superpose_LDADD = $(fold_ldadd)
tests_fold_test_take_LDADD = $(fold_ldadd)
tests_fold_test_packing_LDADD = $(fold_ldadd)
tests_fold_test_abinitio_LDADD = $(fold_ldadd)
tests_fold_test_assembly_LDADD = $(fold_ldadd)
EXTRA_DIST += $(fold_scripts) tests/data/fold
