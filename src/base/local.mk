noinst_LIBRARIES += libgw_base.a
ROOM_LIBS += libgw_base.a
libgw_base_a_SOURCES = \
	src/base/status.c src/base/status.h \
	src/base/mem.c src/base/mem.h \
	src/base/text.c src/base/text.h \
	src/base/hash.c src/base/hash.h src/base/inline.h \
	src/base/json.c src/base/json.h \
	src/base/log.c src/base/log.h \
	src/base/thread.c src/base/thread.h \
	src/base/ahead.c src/base/ahead.h \
	src/base/outfile.c src/base/outfile.h \
	src/base/spill.c src/base/spill.h \
	src/base/report.c src/base/report.h \
	src/base/report_html.c src/base/report_html.h \
	src/base/opts.c src/base/opts.h
