noinst_LIBRARIES += libgw_cli.a
ROOM_LIBS += libgw_cli.a
libgw_cli_a_CPPFLAGS = $(AM_CPPFLAGS) -DGW_PKGDATADIR='"$(pkgdatadir)"'
libgw_cli_a_SOURCES = \
	src/cli/command.h src/cli/commands.c \
	src/cli/cli.c \
	src/cli/completion.c \
	src/cli/cmd_index.c src/cli/cmd_align.c src/cli/align_search.c src/cli/align_search.h \
	src/cli/cmd_call.c \
	src/cli/cmd_cluster.c \
	src/cli/cluster_amplicons.c src/cli/cluster_amplicons.h \
	src/cli/cluster_umi.c src/cli/cluster_umi.h \
	src/cli/cluster_samples.c src/cli/cluster_samples.h \
	src/cli/cmd_pca.c \
	src/cli/cmd_pca.c src/cli/cmd_pca.h src/cli/cmd_pca_out.c \
	src/cli/cmd_pca_em.c src/cli/cmd_pca_matrix.c src/cli/cmd_pca_project.c \
	src/cli/cmd_fold.c \
	src/cli/cmd_devices.c \
	src/cli/cmd_check.c
