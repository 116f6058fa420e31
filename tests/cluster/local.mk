cluster_tests = tests/cluster/test_cluster tests/cluster/test_amplicon tests/cluster/test_prefilter
check_PROGRAMS += $(cluster_tests)
TESTS += $(cluster_tests) tests/cluster/cluster.sh tests/cluster/samples.sh \
	tests/cluster/amplicons.sh tests/cluster/outputs.sh tests/cluster/umi.sh tests/cluster/memory.sh
EXTRA_DIST += tests/cluster/lib.sh tests/cluster/cluster.sh tests/cluster/samples.sh \
	tests/cluster/samples_expected.py tests/cluster/amplicons.sh tests/cluster/outputs.sh \
	tests/cluster/umi.sh tests/cluster/memory.sh \
	tests/data/cluster
tests_cluster_test_cluster_LDADD = libgw_cluster.a libgw_engine.a libgw_gpu.a libgw_cuda.a libgw_io.a $(KERNEL_LIBS) libgw_base.a $(TEST_LIBS)
tests_cluster_test_amplicon_LDADD = $(tests_cluster_test_cluster_LDADD)
tests_cluster_test_prefilter_LDADD = $(tests_cluster_test_cluster_LDADD)
