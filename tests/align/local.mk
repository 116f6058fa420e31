align_tests = tests/align/test_sort tests/align/test_markdup tests/align/test_sink tests/align/test_karlin \
	tests/align/test_dbsearch
check_PROGRAMS += $(align_tests)
TESTS += $(align_tests)
tests_align_test_sort_LDADD = libgw_align.a libgw_base.a $(TEST_LIBS)
tests_align_test_markdup_SOURCES = tests/align/test_markdup.c tests/align/fake_records.c tests/align/fake_records.h
tests_align_test_markdup_LDADD = libgw_align.a libgw_base.a $(TEST_LIBS)
tests_align_test_sink_SOURCES = tests/align/test_sink.c tests/align/fake_records.c tests/align/fake_records.h
tests_align_test_sink_LDADD = libgw_align.a libgw_base.a $(TEST_LIBS)
align_search_libs = libgw_align.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) $(PARASAIL_LIBS) $(TEST_LIBS)
tests_align_test_karlin_LDADD = $(align_search_libs)
tests_align_test_dbsearch_LDADD = $(align_search_libs)

check_PROGRAMS += tests/align/samvalid
tests_align_samvalid_SOURCES = tests/align/samvalid.c
tests_align_samvalid_LDADD = $(ALL_LIBS)
TESTS += tests/align/align.sh
EXTRA_DIST += tests/align/align.sh
