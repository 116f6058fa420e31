noinst_LIBRARIES += libgw_align.a
ROOM_LIBS += libgw_align.a
libgw_align_a_SOURCES = \
	src/align/sort.c src/align/sort.h \
	src/align/markdup.c src/align/markdup.h \
	src/align/dupmetrics.c src/align/dupmetrics.h \
	src/align/sink.c src/align/sink.h \
	src/align/index.h src/align/index_build.c src/align/index_file.c \
	src/align/map.h src/align/mapper.c \
	src/align/candidates.c src/align/verify.c src/align/gap.c src/align/dp.c src/align/refine.c \
	src/align/insert.c src/align/insert.h \
	src/align/rescue.c src/align/pair.c src/align/mapq.c \
	src/align/samtags.c src/align/samtags.h \
	src/align/samrec.c src/align/samrec.h \
	src/align/samhead.c src/align/samhead.h \
	src/align/align.c src/align/align.h
libgw_align_a_SOURCES += \
	src/align/dbscoring.c src/align/dbscoring.h \
	src/align/karlin.c src/align/karlin_fit.c src/align/karlin_table.c src/align/karlin.h \
	src/align/dbset.c src/align/dbset.h src/align/dbbest.c src/align/dbbest.h \
	src/align/dbscan.c src/align/dbscan.h src/align/dbalign.c src/align/dbalign.h \
	src/align/dbsearch.c src/align/dbsearch.h src/align/dbwrite.c src/align/dbwrite.h
