# libgw_gpu.a: the host side, in C. libgw_cuda.a: the kernels and the device, compiled by nvcc, or a
# stub that has no device. libgw_cuda_emu.a: the same .cu files on the CPU, for tests only; a program
# that names it before $(KERNEL_LIBS) gets it in place of the other.
noinst_LIBRARIES += libgw_gpu.a libgw_cuda.a
KERNEL_LIBS += libgw_gpu.a libgw_cuda.a
libgw_gpu_a_SOURCES = \
	cuda/gpu.h cuda/launch.h \
	cuda/gpuletters.c cuda/gpuletters.h \
	cuda/gpuextend.c cuda/gpuextend.h cuda/gpuglobal.c cuda/gpuglobal.h \
	cuda/gpuident.c cuda/gpuident.h \
	cuda/gpupairhmm.c cuda/gpupairhmm.h \
	cuda/gpugram.c cuda/gpugram.h \
	cuda/gpublas.c cuda/gpublas.h cuda/gpukin.c cuda/gpukin.h \
	cuda/gputhread.c cuda/gputhread.h cuda/gpuseeding.c cuda/gpuseeding.h
cuda_sources = cuda/gpu.cu cuda/extend_local.cu cuda/pairhmm.cu cuda/gram.cu cuda/kin.cu \
	cuda/thread.cu cuda/extend_global.cu cuda/extend_ident.cu cuda/seeding.cu \
	cuda/rates.cu
EXTRA_DIST += $(cuda_sources) cuda/rt.h cuda/emu/cuemu.cc cuda/emu/cuemu.h cuda/emu/counts.h cuda/gpu_none.c

if CUDA
libgw_cuda_a_SOURCES =
cuda_objects = $(cuda_sources:.cu=.nv.o)
libgw_cuda_a_LIBADD = $(cuda_objects)
else
libgw_cuda_a_SOURCES = cuda/gpu_none.c
endif

nvcc_v = $(nvcc_v_@AM_V@)
nvcc_v_ = $(nvcc_v_@AM_DEFAULT_V@)
nvcc_v_0 = @echo "  NVCC    " $@;
# Sums keep the order and roundings that the kernels' headers state: no fusing of a product and a
# sum that is not written out. The pair HMM's floats flush to zero, as on the CPU.
cuda/pairhmm.nv.o: nvcc_floats = -ftz=true
cuda/pairhmm.emu.o: emu_floats = -DCUEMU_FLUSH=1
%.nv.o: %.cu
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(nvcc_v)$(NVCC) -I$(srcdir)/src -I$(srcdir) -std=c++17 -fmad=false $(nvcc_floats) $(NVCC_ALL) $(NVCCFLAGS) \
		-MD -MF $(@:.o=.d) -c -o $@ $<

emu_v = $(emu_v_@AM_V@)
emu_v_ = $(emu_v_@AM_DEFAULT_V@)
emu_v_0 = @echo "  EMU     " $@;
emu_objects = $(cuda_sources:.cu=.emu.o)
%.emu.o: %.cu
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(emu_v)$(CXX) $(DEFS) $(emu_floats) -I. -I$(srcdir)/src -I$(srcdir) $(AM_CXXFLAGS) $(CXXFLAGS) -MD -MF $(@:.o=.d) \
		-x c++ -c -o $@ $<
check_LIBRARIES += libgw_cuda_emu.a
libgw_cuda_emu_a_SOURCES = cuda/emu/cuemu.cc cuda/emu/cuemu.h cuda/emu/counts.h
libgw_cuda_emu_a_LIBADD = $(emu_objects)

-include $(cuda_sources:.cu=.nv.d) $(cuda_sources:.cu=.emu.d)
CLEANFILES += $(cuda_sources:.cu=.nv.o) $(cuda_sources:.cu=.nv.d) $(cuda_sources:.cu=.emu.o) \
	$(cuda_sources:.cu=.emu.d)
