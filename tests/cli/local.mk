cli_test_files = tests/cli/torture.sh tests/cli/faultinj.sh tests/base/includes.sh tests/cli/docs.sh tests/cli/golden.sh
TESTS += $(cli_test_files)
EXTRA_DIST += $(cli_test_files) tests/cli/torture.tsv tests/cli/faultinj.c tests/cli/golden tests/cli/shred.sh tests/cli/valgrind.sh \
	tests/data/phix tests/data/PROVENANCE.tsv
AM_TESTS_ENVIRONMENT = \
	CPPFLAGS_ALL='$(AM_CPPFLAGS) $(CPPFLAGS)' CC='$(CC)'; export CPPFLAGS_ALL CC;

# Rewrites the generated part of every man page from the option tables.
update-man: genowarp
	UPDATE=1 srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/cli/docs.sh
# Rewrites every golden expectation: read the diff.
update-golden: genowarp
	UPDATE=1 srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/cli/golden.sh
.PHONY: update-man update-golden
