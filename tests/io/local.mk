io_tests = tests/io/test_seqread tests/io/test_ref tests/io/test_aln tests/io/test_vcfwrite tests/io/test_vcfcheck tests/io/test_scorematrix
check_PROGRAMS += $(io_tests)
TESTS += $(io_tests)
io_scratch = tests/io/scratch.c tests/io/scratch.h
io_test_libs = libgw_io.a libgw_base.a $(TEST_LIBS)
tests_io_test_seqread_SOURCES = tests/io/test_seqread.c $(io_scratch)
tests_io_test_seqread_LDADD = $(io_test_libs)
tests_io_test_ref_SOURCES = tests/io/test_ref.c $(io_scratch)
tests_io_test_ref_LDADD = $(io_test_libs)
tests_io_test_aln_SOURCES = tests/io/test_aln.c $(io_scratch)
tests_io_test_aln_LDADD = $(io_test_libs)
tests_io_test_vcfwrite_SOURCES = tests/io/test_vcfwrite.c $(io_scratch)
tests_io_test_vcfwrite_LDADD = $(io_test_libs)
tests_io_test_vcfcheck_SOURCES = tests/io/test_vcfcheck.c $(io_scratch)
tests_io_test_vcfcheck_LDADD = $(io_test_libs)
tests_io_test_scorematrix_LDADD = $(io_test_libs)
TESTS += tests/io/conform.sh
EXTRA_DIST += tests/io/conform.sh

# Mutated inputs, by hand: make tests/io/fuzz in a sanitizer build; src/README.md says how
EXTRA_PROGRAMS += tests/io/fuzz
tests_io_fuzz_SOURCES = tests/io/fuzz.c
tests_io_fuzz_LDADD = libgw_align.a libgw_fold.a libgw_engine.a libgw_geno.a libgw_io.a libgw_base.a \
	$(KERNEL_LIBS) $(ALL_LIBS)
CLEANFILES += tests/io/fuzz
