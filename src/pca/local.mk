noinst_LIBRARIES += libgw_pca.a
ROOM_LIBS += libgw_pca.a
libgw_pca_a_SOURCES = \
	src/pca/genostore.c src/pca/genostore.h \
	src/pca/sitefilter.c src/pca/sitefilter.h \
	src/pca/genodata.c src/pca/genodata.h \
	src/pca/samplefilter.c src/pca/samplefilter.h \
	src/pca/krylov.c src/pca/krylov.h \
	src/pca/gramop.c src/pca/gramop.h \
	src/pca/pca.c src/pca/pca.h \
	src/pca/pcawrite.c src/pca/pcawrite.h \
	src/pca/loadings.c src/pca/loadings.h \
	src/pca/project.c src/pca/project.h \
	src/pca/ancestry.c src/pca/ancestry.h \
	src/pca/pcareport.c src/pca/pcareport.h
