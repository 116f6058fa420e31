noinst_LIBRARIES += libgw_cluster.a
ROOM_LIBS += libgw_cluster.a
libgw_cluster_a_SOURCES = \
	src/cluster/seqset.c src/cluster/seqset.h \
	src/cluster/scoring.c src/cluster/scoring.h \
	src/cluster/wordindex.c src/cluster/wordindex.h \
	src/cluster/odds.c src/cluster/odds.h \
	src/cluster/pairs.c src/cluster/pairs.h \
	src/cluster/graph.c src/cluster/graph.h \
	src/cluster/verify.c src/cluster/verify.h \
	src/cluster/gramindex.c src/cluster/gramindex.h \
	src/cluster/greedy.c src/cluster/greedy.h \
	src/cluster/certify.c src/cluster/certify.h \
	src/cluster/assign.c src/cluster/assign.h \
	src/cluster/cluster.c src/cluster/cluster.h \
	src/cluster/write.c src/cluster/write.h
