noinst_LIBRARIES += libgw_align.a
ROOM_LIBS += libgw_align.a
libgw_align_a_SOURCES = \
	src/align/sort.c src/align/sort.h \
	src/align/markdup.c src/align/markdup.h \
	src/align/dupmetrics.c src/align/dupmetrics.h \
	src/align/sink.c src/align/sink.h
