EXTRA_DIST += refs/demo
dist_pkgdata_DATA = refs/fold/starter.gwt
EXTRA_PROGRAMS += refs/fold/make_starter refs/fold/make_packing
refs_fold_make_starter_SOURCES = refs/fold/make_starter.c
refs_fold_make_starter_LDADD = libgw_fold.a libgw_engine.a libgw_io.a libgw_base.a $(KERNEL_LIBS) \
	$(ALL_LIBS)
refs_fold_make_packing_SOURCES = refs/fold/make_packing.c
refs_fold_make_packing_LDADD = $(refs_fold_make_starter_LDADD)
CLEANFILES += refs/fold/make_starter refs/fold/make_packing
EXTRA_DIST += refs/fold/README.md refs/fold/HBB_HUMAN.1.svg refs/fold/make_starter.sh refs/fold/make_env.py \
	refs/fold/make_rotamers.py refs/fold/make_rotamer_prior.py refs/fold/make_abinitio_table.py refs/fold/train_sspred.py \
	refs/fold/sspred_prof.f16 refs/fold/sspred_seq.f16
include $(srcdir)/refs/ancestry/local.mk
