noinst_LIBRARIES += libgw_pca.a
ROOM_LIBS += libgw_pca.a
libgw_pca_a_SOURCES = \
	src/pca/genostore.c src/pca/genostore.h \
	src/pca/genodata.c src/pca/genodata.h \
	src/pca/krylov.c src/pca/krylov.h \
	src/pca/gramop.c src/pca/gramop.h \
	src/pca/pca.c src/pca/pca.h \
	src/pca/pcawrite.c src/pca/pcawrite.h
