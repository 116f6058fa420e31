pca_tests = tests/pca/test_pca tests/pca/test_matrix tests/kernels/test_gram
check_PROGRAMS += $(pca_tests)
TESTS += $(pca_tests) tests/pca/pca.sh
EXTRA_DIST += tests/pca/pca.sh tests/data/pca
tests_pca_test_pca_LDADD = libgw_pca.a libgw_engine.a $(KERNEL_LIBS) libgw_geno.a libgw_io.a \
	libgw_base.a $(TEST_LIBS)
tests_kernels_test_gram_LDADD = $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
tests_pca_test_matrix_LDADD = $(tests_pca_test_pca_LDADD)
