noinst_LIBRARIES += libgw_cluster.a
ROOM_LIBS += libgw_cluster.a
libgw_cluster_a_SOURCES = \
	src/cluster/seqset.c src/cluster/seqset.h \
	src/cluster/scoring.c src/cluster/scoring.h \
	src/cluster/wordindex.c src/cluster/wordindex.h \
	src/cluster/pairs.c src/cluster/pairs.h \
	src/cluster/graph.c src/cluster/graph.h \
	src/cluster/assign.c src/cluster/assign.h \
	src/cluster/cluster.c src/cluster/cluster.h \
	src/cluster/write.c src/cluster/write.h \
	src/cluster/samples.c src/cluster/samples.h \
	src/cluster/kmeans.c src/cluster/kmeans.h \
	src/cluster/gmm.c src/cluster/gmm.h \
	src/cluster/hclust.c src/cluster/hclust.h \
	src/cluster/dbscan.c src/cluster/dbscan.h \
	src/cluster/agreement.c src/cluster/agreement.h \
	src/cluster/samplegroups.c src/cluster/samplegroups.h
