noinst_LIBRARIES += libgw_engine.a
ROOM_LIBS += libgw_engine.a
libgw_engine_a_SOURCES = \
	src/engine/engine.c src/engine/engine.h src/engine/engine_impl.h \
	src/engine/devices.c src/engine/devices.h \
	src/engine/engine_extend.c src/engine/engine_pairhmm.c src/engine/engine_thread.c \
	src/engine/engine_gram.c src/engine/engine_ident.c src/engine/engine_seed.c src/engine/engine_kin.c \
	src/engine/selfcheck.c src/engine/selfcheck.h src/engine/selfcheck_device.c \
	src/engine/selfcheck_draw.c src/engine/selfcheck_draw.h
