# Every kernel of cuda/ against the plain references, executed by the emulator (cuda/emu)
emulated = libgw_gpu.a libgw_cuda_emu.a $(KERNEL_LIBS)
cuda_tests = tests/cuda/test_gpuextend tests/cuda/test_gpupairhmm tests/cuda/test_gpugram \
	tests/cuda/test_gputhread tests/cuda/test_gpuglobal tests/cuda/test_gpuident \
	tests/cuda/test_gpuseeding tests/cuda/test_gpuengine tests/cuda/test_gpukin \
	tests/cuda/test_gpudevices
check_PROGRAMS += $(cuda_tests) tests/cuda/defects
TESTS += $(cuda_tests) tests/cuda/defects.sh
dist_check_SCRIPTS += tests/cuda/defects.sh
tests_cuda_test_gpuextend_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gpupairhmm_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gpugram_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gpuengine_LDADD = libgw_engine.a $(emulated) $(TEST_LIBS)
tests_cuda_test_gpudevices_LDADD = libgw_engine.a $(emulated) $(TEST_LIBS)
tests_cuda_test_gpuglobal_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gpuseeding_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gpuident_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gputhread_LDADD = $(emulated) $(TEST_LIBS)
tests_cuda_test_gpukin_LDADD = $(emulated) $(TEST_LIBS)
# A shared library with cuBLAS's names, which the test opens
check_DATA = tests/cuda/fakeblas.so
CLEANFILES += tests/cuda/fakeblas.so
EXTRA_DIST += tests/cuda/fakeblas.c
tests/cuda/fakeblas.so: tests/cuda/fakeblas.c
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(AM_CFLAGS) $(CFLAGS) -fPIC -shared -o $@ $(srcdir)/tests/cuda/fakeblas.c
# A kernel with each kind of defect, to be caught
EXTRA_DIST += tests/cuda/emutest.h
tests_cuda_defects_SOURCES = tests/cuda/defects.cc
tests_cuda_defects_LDADD = libgw_cuda_emu.a

# The whole program with an emulated device, for outputs of commands
check_PROGRAMS += tests/cuda/genowarp-emu
tests_cuda_genowarp_emu_SOURCES = src/main.c
tests_cuda_genowarp_emu_LDADD = $(ROOM_LIBS) $(emulated) $(ALL_LIBS)
TESTS += tests/cuda/commands.sh
dist_check_SCRIPTS += tests/cuda/commands.sh

# The benchmark program's logic, at toy sizes
check_PROGRAMS += tests/cuda/gpu_bench-emu
tests_cuda_gpu_bench_emu_SOURCES = tests/bench/gpu_bench.c
tests_cuda_gpu_bench_emu_LDADD = $(emulated) $(TEST_LIBS)
TESTS += tests/cuda/gpubench.sh
dist_check_SCRIPTS += tests/cuda/gpubench.sh
