# Benchmark programs: built by "make bench" and by the tests that use them, never installed.
EXTRA_PROGRAMS += tests/bench/vcfcmp
tests_bench_vcfcmp_SOURCES = tests/bench/vcfcmp.c
tests_bench_vcfcmp_LDADD = libgw_base.a $(ALL_LIBS)
EXTRA_DIST += tests/bench/README.md
CLEANFILES += tests/bench/vcfcmp
EXTRA_PROGRAMS += tests/bench/sinkcat
tests_bench_sinkcat_SOURCES = tests/bench/sinkcat.c
tests_bench_sinkcat_LDADD = libgw_align.a libgw_io.a libgw_base.a $(ALL_LIBS)
EXTRA_DIST += tests/bench/markdup.sh
CLEANFILES += tests/bench/sinkcat
EXTRA_PROGRAMS += tests/bench/fold_cv
tests_bench_fold_cv_SOURCES = tests/bench/fold_cv.c
tests_bench_fold_cv_LDADD = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) \
	$(ALL_LIBS)
CLEANFILES += tests/bench/fold_cv
EXTRA_DIST += tests/bench/fold_hhm.py
EXTRA_DIST += tests/bench/simvar.pl
EXTRA_PROGRAMS += tests/bench/mapeval
tests_bench_mapeval_SOURCES = tests/bench/mapeval.c
tests_bench_mapeval_LDADD = $(ALL_LIBS)
CLEANFILES += tests/bench/mapeval
EXTRA_PROGRAMS += tests/bench/simgeno
tests_bench_simgeno_SOURCES = tests/bench/simgeno.c
tests_bench_simgeno_LDADD = libgw_base.a $(ALL_LIBS)
EXTRA_DIST += tests/bench/pca.sh tests/bench/pca.md
CLEANFILES += tests/bench/simgeno
EXTRA_PROGRAMS += tests/bench/bench_seqread
tests_bench_bench_seqread_SOURCES = tests/bench/bench_seqread.c
tests_bench_bench_seqread_LDADD = libgw_io.a libgw_base.a $(ALL_LIBS)
CLEANFILES += tests/bench/bench_seqread
EXTRA_DIST += tests/bench/align.sh tests/bench/align.md
EXTRA_DIST += tests/bench/simvar.pl tests/bench/call.sh tests/bench/call.md
EXTRA_PROGRAMS += tests/bench/fold_dssp
tests_bench_fold_dssp_SOURCES = tests/bench/fold_dssp.c
tests_bench_fold_dssp_LDADD = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) \
	$(ALL_LIBS)
CLEANFILES += tests/bench/fold_dssp
EXTRA_DIST += tests/bench/fold_dssp.py

# Figures beside the peers, as Markdown on stdout; each script says which programs it needs and
# skips when they or the shared data are missing. Tables of past runs: tests/bench/README.md.
bench_programs = tests/bench/vcfcmp tests/bench/mapeval tests/bench/sinkcat tests/bench/bench_kernels \
	tests/bench/bench_seqread tests/bench/simgeno
run_bench = GENOWARP=$(abs_builddir)/genowarp VCFCMP=$(abs_builddir)/tests/bench/vcfcmp \
	srcdir=$(abs_top_srcdir) GW_SHARED_DATA=$${GW_SHARED_DATA:-$(abs_top_srcdir)/../shared/data} $(SHELL)
bench: genowarp $(bench_programs)
	tests/bench/bench_kernels
	$(run_bench) $(srcdir)/tests/bench/align.sh || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/markdup.sh || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/call.sh || test $$? = 77
bench-pca: genowarp $(bench_programs)
	$(run_bench) $(srcdir)/tests/bench/pca.sh || test $$? = 77
.PHONY: bench bench-pca
EXTRA_DIST += tests/bench/io.md
EXTRA_PROGRAMS += tests/bench/bench_kernels
tests_bench_bench_kernels_SOURCES = tests/bench/bench_kernels.c
tests_bench_bench_kernels_LDADD = $(KERNEL_LIBS) $(PARASAIL_LIBS) $(SSW_LIBS) $(ALL_LIBS)
CLEANFILES += tests/bench/bench_kernels
EXTRA_DIST += tests/bench/kernels.md
bench-kernels: tests/bench/bench_kernels
	tests/bench/bench_kernels
.PHONY: bench-kernels
EXTRA_DIST += tests/bench/cluster.sh tests/bench/cluster.md tests/bench/cluster_audit.c
EXTRA_PROGRAMS += tests/bench/fold_model
tests_bench_fold_model_SOURCES = tests/bench/fold_model.c
tests_bench_fold_model_LDADD = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) \
	$(ALL_LIBS)
CLEANFILES += tests/bench/fold_model
EXTRA_DIST += tests/bench/fold.sh tests/bench/fold_hhsearch.py tests/bench/fold_tm.py tests/bench/fold.md
bench-fold: tests/bench/fold_cv tests/bench/fold_model tests/bench/fold_dssp
	$(srcdir)/tests/bench/fold.sh $${GW_SHARED_DATA:-$(srcdir)/../shared/data}/fold $${NETDIR:?folder of held-out predictors} $${N:-60}
.PHONY: bench-fold
EXTRA_DIST += tests/bench/cluster.sh tests/bench/cluster.md tests/bench/cluster_audit.c
EXTRA_PROGRAMS += tests/bench/fold_model
tests_bench_fold_model_SOURCES = tests/bench/fold_model.c
tests_bench_fold_model_LDADD = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) \
	$(ALL_LIBS)
CLEANFILES += tests/bench/fold_model
EXTRA_DIST += tests/bench/fold.sh tests/bench/fold_hhsearch.py tests/bench/fold_tm.py tests/bench/fold.md
bench-fold: tests/bench/fold_cv tests/bench/fold_model tests/bench/fold_dssp
	$(srcdir)/tests/bench/fold.sh $${GW_SHARED_DATA:-$(srcdir)/../shared/data}/fold $${NETDIR:?folder of held-out predictors} $${N:-60}
.PHONY: bench-fold
