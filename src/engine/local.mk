noinst_LIBRARIES += libgw_engine.a
ROOM_LIBS += libgw_engine.a
libgw_engine_a_SOURCES = \
	src/engine/engine.c src/engine/engine.h
