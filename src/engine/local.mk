noinst_LIBRARIES += libgw_engine.a
ROOM_LIBS += libgw_engine.a
libgw_engine_a_SOURCES = \
	src/engine/engine.c src/engine/engine_gram.c src/engine/engine_gram.h src/engine/engine.h \
	src/engine/selfcheck.c src/engine/selfcheck.h
