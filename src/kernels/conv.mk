# Window sums of the networks that predict structure (fold).
libgw_kernels_a_SOURCES += src/kernels/conv.c src/kernels/conv.h src/kernels/conv_ref.c \
	src/kernels/conv_portable.c src/kernels/conv_simd.h
if X86
libgw_kernels_avx2_a_SOURCES += src/kernels/conv_avx2.c src/kernels/conv_simd.h
libgw_kernels_avx512_a_SOURCES += src/kernels/conv_avx512.c src/kernels/conv_simd.h
endif
