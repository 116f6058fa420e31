noinst_LIBRARIES += libgw_call.a
ROOM_LIBS += libgw_call.a
libgw_call_a_SOURCES = \
	src/call/call.c src/call/call.h \
	src/call/tile.c src/call/tile.h \
	src/call/callread.c src/call/callread.h \
	src/call/leftalign.c src/call/leftalign.h \
	src/call/pileup.c src/call/pileup.h \
	src/call/active.c src/call/active.h \
	src/call/haplotype.c src/call/haplotype.h \
	src/call/assemble.c src/call/assemble.h \
	src/call/likelihood.c src/call/likelihood.h \
	src/call/genotype.c src/call/genotype.h \
	src/call/annotate.c src/call/annotate.h \
	src/call/callsite.c src/call/callsite.h \
	src/call/callvcf.c src/call/callvcf.h \
	src/call/refconf.c src/call/refconf.h \
	src/call/gvcf.c src/call/gvcf.h
