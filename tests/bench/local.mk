# Benchmark programs and scripts: built by the bench targets, never installed.
bench_programs = tests/bench/mapeval tests/bench/sinkcat tests/bench/simgeno tests/bench/simlik \
	tests/bench/bench_seqread tests/bench/bench_kernels tests/bench/fold_cv tests/bench/fold_dssp \
	tests/bench/fold_model tests/bench/fold_abinitio tests/bench/gpu_bench tests/bench/karlin_table
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
EXTRA_DIST += tests/bench/README.md tests/bench/align.md tests/bench/call.md tests/bench/cluster.md \
	tests/bench/fold.md tests/bench/fold_models.md tests/bench/gpu.md tests/bench/groups.md \
	tests/bench/io.md tests/bench/kernels.md tests/bench/markdup.md tests/bench/pca.md \
	tests/bench/torture.md \
	tests/bench/align.sh tests/bench/calibration.sh tests/bench/call.sh tests/bench/gvcf.sh tests/bench/gvcf.pl tests/bench/cluster.sh tests/bench/cluster_growth.sh \
	tests/bench/align.sh tests/bench/calibration.sh tests/bench/call.sh tests/bench/cluster.sh tests/bench/cluster_growth.sh tests/bench/cluster_memory.sh \
	tests/bench/torture.md tests/bench/search.md tests/bench/search.sh tests/bench/search_bench.py tests/bench/search_peers.c \
	tests/bench/align.sh tests/bench/calibration.sh tests/bench/call.sh tests/bench/cluster.sh tests/bench/cluster_growth.sh \
	tests/bench/fold.sh tests/bench/gpu.sh tests/bench/groups.sh tests/bench/markdup.sh \
	tests/bench/pca.sh tests/bench/pca_project.sh tests/bench/pca_scale.sh tests/bench/torture_peers.sh \
	tests/bench/simvar.pl tests/bench/cluster_audit.c tests/bench/fold_dssp.py \
	tests/bench/fold_curve.py tests/bench/fold_hhm.py tests/bench/fold_hhsearch.py \
	tests/bench/fold_mmseqs.py tests/bench/fold_score.py tests/bench/fold_table.py \
	tests/bench/fold_tm.py tests/bench/gpu_sass.py

# Families whose truth is known: for cluster_growth.sh and tests/cluster
check_PROGRAMS += tests/bench/simfam
tests_bench_simfam_SOURCES = tests/bench/simfam.c

fold_bench_libs = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) $(ALL_LIBS)
tests_bench_vcfcmp_SOURCES = tests/bench/vcfcmp.c
tests_bench_vcfcmp_LDADD = libgw_base.a $(ALL_LIBS)
tests_bench_mapeval_SOURCES = tests/bench/mapeval.c
tests_bench_mapeval_LDADD = $(ALL_LIBS)
tests_bench_sinkcat_SOURCES = tests/bench/sinkcat.c
tests_bench_sinkcat_LDADD = libgw_align.a libgw_io.a libgw_base.a $(ALL_LIBS)
tests_bench_simgeno_SOURCES = tests/bench/simgeno.c
tests_bench_simgeno_LDADD = libgw_base.a $(ALL_LIBS)
tests_bench_simlik_SOURCES = tests/bench/simlik.c
tests_bench_simlik_LDADD = libgw_geno.a libgw_io.a libgw_base.a $(ALL_LIBS)
tests_bench_bench_seqread_SOURCES = tests/bench/bench_seqread.c
tests_bench_bench_seqread_LDADD = libgw_io.a libgw_base.a $(ALL_LIBS)
tests_bench_bench_kernels_SOURCES = tests/bench/bench_kernels.c
tests_bench_bench_kernels_LDADD = $(KERNEL_LIBS) $(PARASAIL_LIBS) $(SSW_LIBS) $(ALL_LIBS)
tests_bench_fold_cv_SOURCES = tests/bench/fold_cv.c
tests_bench_fold_cv_LDADD = $(fold_bench_libs)
tests_bench_fold_dssp_SOURCES = tests/bench/fold_dssp.c
tests_bench_fold_dssp_LDADD = $(fold_bench_libs)
tests_bench_fold_model_SOURCES = tests/bench/fold_model.c
tests_bench_fold_model_LDADD = $(fold_bench_libs)
tests_bench_fold_abinitio_SOURCES = tests/bench/fold_abinitio.c
tests_bench_fold_abinitio_LDADD = $(fold_bench_libs)

tests_bench_karlin_table_SOURCES = tests/bench/karlin_table.c
tests_bench_karlin_table_LDADD = libgw_align.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) $(ALL_LIBS)

tests_bench_gpu_bench_SOURCES = tests/bench/gpu_bench.c
tests_bench_gpu_bench_LDADD = $(KERNEL_LIBS) $(TEST_LIBS)

# Figures beside the peers, as Markdown on stdout; each script says which programs it needs and
# skips when they or the shared data are missing. Tables of past runs: tests/bench/README.md.
bench_data = $${GW_SHARED_DATA:-$(abs_top_srcdir)/../shared/data}
run_bench = GENOWARP=$(abs_builddir)/genowarp VCFCMP=$(abs_builddir)/tests/bench/vcfcmp \
	srcdir=$(abs_top_srcdir) GW_SHARED_DATA=$(bench_data) $(SHELL)
bench: bench-kernels genowarp tests/bench/vcfcmp tests/bench/mapeval tests/bench/sinkcat
	$(run_bench) $(srcdir)/tests/bench/align.sh || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/markdup.sh || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/call.sh || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/gvcf.sh || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/calibration.sh || test $$? = 77
bench-kernels: tests/bench/bench_kernels
	tests/bench/bench_kernels
bench-pca: genowarp tests/bench/simgeno
	$(run_bench) $(srcdir)/tests/bench/pca.sh || test $$? = 77
bench-cluster: genowarp
	$(run_bench) $(srcdir)/tests/bench/cluster.sh || test $$? = 77
bench-groups: genowarp
	$(run_bench) $(srcdir)/tests/bench/groups.sh
bench-fold: tests/bench/fold_cv tests/bench/fold_model tests/bench/fold_dssp genowarp
	$(srcdir)/tests/bench/fold.sh $(bench_data)/fold \
		$${NETDIR:-tests/bench/fold_nets} $${N:-60}
bench-search: genowarp
	$(run_bench) $(srcdir)/tests/bench/search.sh || test $$? = 77
bench-torture: genowarp
	$(run_bench) $(srcdir)/tests/bench/torture_peers.sh
.PHONY: bench bench-kernels bench-pca bench-cluster bench-groups bench-fold bench-search bench-torture
# On a machine with a card: its pipes, every kernel, whole commands. About five minutes.
gpu-bench: tests/bench/gpu_bench tests/bench/simgeno genowarp
	tests/bench/gpu_bench || test $$? = 77
	$(run_bench) $(srcdir)/tests/bench/gpu.sh || test $$? = 77
# Instructions a cell of the kernels, from what nvcc made
gpu-sass: libgw_cuda.a
	$(srcdir)/tests/bench/gpu_sass.py $(cuda_objects)
.PHONY: gpu-bench gpu-sass
