# Look-up products of genotypes
libgw_kernels_a_SOURCES += src/kernels/gram.c src/kernels/gram.h src/kernels/gram_template.inc \
	src/kernels/gram_ref.c src/kernels/gram_portable.c
if X86
libgw_kernels_avx2_a_SOURCES += src/kernels/gram_avx2.c
libgw_kernels_avx512_a_SOURCES += src/kernels/gram_avx512.c
endif
