noinst_LIBRARIES += libgw_io.a
ROOM_LIBS += libgw_io.a
libgw_io_a_SOURCES = \
	src/io/stream.c src/io/stream.h \
	src/io/lines.c src/io/lines.h \
	src/io/slurp.c src/io/slurp.h \
	src/io/labels.c src/io/labels.h \
	src/io/scorematrix.c src/io/scorematrix.h src/io/scorematrix_impl.h src/io/scorematrix_data.c \
	src/io/structure.c src/io/structure.h src/io/structure_impl.h src/io/assembly.c \
	src/io/pdb.c src/io/mmcif.c \
	src/io/seqread.c src/io/seqread.h src/io/seqread_impl.h \
	src/io/seqread_text.c src/io/seqread_aln.c \
	src/io/ref.c src/io/ref.h \
	src/io/refcheck.c src/io/refcheck.h \
	src/io/region.c src/io/region.h \
	src/io/vcfcheck.c src/io/vcfcheck.h \
	src/io/vcfhead.c src/io/vcfhead.h \
	src/io/vcfwrite.c src/io/vcfwrite.h \
	src/io/cramref.c src/io/cramref.h \
	src/io/samcheck.c src/io/samcheck.h \
	src/io/bamtag.c src/io/bamtag.h \
	src/io/htsout.c src/io/htsout.h \
	src/io/alnread.c src/io/alnread.h \
	src/io/alnwrite.c src/io/alnwrite.h
noinst_LIBRARIES += libgw_geno.a
ROOM_LIBS += libgw_geno.a
libgw_geno_a_SOURCES = \
	src/io/genoinput.c src/io/genoinput.h \
	src/io/matread.c src/io/matread.h src/io/matread_impl.h \
	src/io/matread_table.c src/io/matread_market.c \
	src/io/genoread.c src/io/genoread.h src/io/genoread_impl.h \
	src/io/genoread_beagle.c src/io/genoread_bed.c src/io/genoread_vcf.c
