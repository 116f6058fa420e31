# One library per instruction set, so that only its files get the compiler's flags for it. A kernel
# NAME is: its interface NAME.h and choice NAME.c, the reference NAME_ref.c, and per variant
# NAME_portable.c, NAME_avx2.c, NAME_avx512.c (often one template NAME_simd.h included by each).
noinst_LIBRARIES += libgw_kernels.a
KERNEL_LIBS += libgw_kernels.a
libgw_kernels_a_SOURCES = \
	src/kernels/cpu.c src/kernels/cpu.h \
	src/kernels/phred.h \
	src/kernels/seed.c src/kernels/seed.h src/kernels/seeding_ref.c src/kernels/seeding.h \
	src/kernels/extend.c src/kernels/extend.h src/kernels/extend_variants.h \
	src/kernels/extend_ref.c src/kernels/extend_global_ref.c src/kernels/extend_cigar.h \
	src/kernels/extend_table.c src/kernels/extend_table.h \
	src/kernels/extend_batch.c src/kernels/extend_batch.h src/kernels/extend_group.h \
	src/kernels/extend_global_batch.c src/kernels/extend_global_batch.h \
	src/kernels/extend_global_group.h src/kernels/extend_global_simd.h \
	src/kernels/extend_widths.h src/kernels/extend_simd.h src/kernels/extend_lanes.h src/kernels/extend_portable.c src/kernels/vec.h src/kernels/vec_undef.h \
	src/kernels/gapless.c src/kernels/gapless.h src/kernels/gapless_ref.c \
	src/kernels/pairhmm.c src/kernels/pairhmm.h src/kernels/pairhmm_variants.h \
	src/kernels/pairhmm_rows.c src/kernels/pairhmm_ref.c src/kernels/pairhmm_ref.h \
	src/kernels/pairhmm_batch.c src/kernels/pairhmm_batch.h src/kernels/pairhmm_group.h \
	src/kernels/pairhmm_simd.h src/kernels/pairhmm_portable.c \
	src/kernels/thread_score.c src/kernels/thread_score.h src/kernels/thread_pack.h \
	src/kernels/thread_ref.c src/kernels/thread_simd.h
libgw_kernels_a_CFLAGS = $(AM_CFLAGS)

if X86
noinst_LIBRARIES += libgw_kernels_avx2.a libgw_kernels_avx512.a
KERNEL_LIBS += libgw_kernels_avx2.a libgw_kernels_avx512.a
# The lists must match what src/kernels/cpu.c asks of the machine.
AVX2_CFLAGS = -mavx2 -mfma -mbmi -mbmi2 -mpopcnt
AVX512_CFLAGS = $(AVX2_CFLAGS) -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vbmi \
	-mavx512vnni -mavx512bitalg -mavx512vpopcntdq
libgw_kernels_avx2_a_CFLAGS = $(AM_CFLAGS) $(AVX2_CFLAGS)
libgw_kernels_avx2_a_SOURCES = \
	src/kernels/extend_avx2.c \
	src/kernels/gapless_avx2.c \
	src/kernels/pairhmm_avx2.c \
	src/kernels/thread_avx2.c
libgw_kernels_avx512_a_CFLAGS = $(AM_CFLAGS) $(AVX512_CFLAGS)
libgw_kernels_avx512_a_SOURCES = \
	src/kernels/extend_avx512.c \
	src/kernels/gapless_avx512.c \
	src/kernels/pairhmm_avx512.c \
	src/kernels/thread_avx512.c
endif
# The kernels use base, and base comes before them in the list of rooms.
KERNEL_LIBS += libgw_base.a
include $(srcdir)/src/kernels/gram.mk
include $(srcdir)/src/kernels/ident.mk
include $(srcdir)/src/kernels/conv.mk
