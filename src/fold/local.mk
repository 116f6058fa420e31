noinst_LIBRARIES += libgw_fold.a
ROOM_LIBS += libgw_fold.a
libgw_fold_a_SOURCES = \
	src/fold/residue.c src/fold/residue.h \
	src/fold/profile.c src/fold/profile.h \
	src/fold/tlib.c src/fold/tlib.h src/fold/tlib_format.h \
	src/fold/tlib_write.c src/fold/tlib_read.c \
	src/fold/sspred.c src/fold/sspred.h src/fold/sspred_weights.c src/fold/sspred_weights.h \
	src/fold/score.c src/fold/score.h \
	src/fold/foldalign.c src/fold/foldalign.h \
	src/fold/search.c src/fold/search.h src/fold/enrich.c src/fold/enrich.h \
	src/fold/foldout.c src/fold/foldout.h \
	src/fold/dssp.c src/fold/dssp.h src/fold/env_table.c src/fold/env_table.h \
	src/fold/template.c src/fold/template.h src/fold/build.c src/fold/build.h \
	src/fold/ranges.c src/fold/ranges.h src/fold/take.c src/fold/take.h \
	src/fold/attach.c src/fold/attach.h \
	src/fold/rotamer_table.c src/fold/rotamer_table.h src/fold/rotamer_prior.c \
	src/fold/sidechain.c src/fold/packing.c src/fold/loop.c src/fold/relax.c \
	src/fold/model.c src/fold/model.h src/fold/multi.c src/fold/modelset.c src/fold/modelset.h src/fold/complex.c src/fold/complex.h \
	src/fold/fragments.c src/fold/fragments.h src/fold/decoy.c src/fold/decoy.h src/fold/decoyenergy.c \
	src/fold/abinitio.c src/fold/abinitio.h src/fold/abinitio_table.c src/fold/abinitio_table.h \
	src/fold/superpose.c src/fold/superpose.h \
	src/fold/foldtrace.c src/fold/foldtrace.h src/fold/foldpage.c src/fold/foldpage.h
libgw_fold_a_CPPFLAGS = $(AM_CPPFLAGS) -DGW_FOLD_REFS='"$(abs_top_srcdir)/refs/fold"' \
	-DGW_FOLD_DATA='"$(pkgdatadir)"'
# the weights are put in by the assembler, which leaves no dependency
src/fold/libgw_fold_a-sspred_weights.$(OBJEXT): $(srcdir)/refs/fold/sspred_prof.f16 \
	$(srcdir)/refs/fold/sspred_seq.f16
