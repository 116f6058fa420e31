# The identity-carrying comparison of two sequences (cluster).
libgw_kernels_a_SOURCES += src/kernels/ident.c src/kernels/ident.h src/kernels/ident_ref.c \
	src/kernels/ident_batch.c src/kernels/ident_batch.h \
	src/kernels/editbound.c src/kernels/editbound.h src/kernels/editbound_ref.c \
	src/kernels/strays.c src/kernels/strays.h src/kernels/strays_ref.c
if X86
libgw_kernels_avx2_a_SOURCES += src/kernels/ident_avx2.c src/kernels/ident_simd.h \
	src/kernels/strays_avx2.c src/kernels/strays_simd.h
libgw_kernels_avx512_a_SOURCES += src/kernels/ident_avx512.c src/kernels/ident_simd.h \
	src/kernels/strays_avx512.c src/kernels/strays_simd.h
endif
