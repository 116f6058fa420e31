ancestrydir = $(pkgdatadir)/ancestry
dist_ancestry_DATA = refs/ancestry/1kg.loadings.gz refs/ancestry/1kg.eigenvec.gz \
	refs/ancestry/1kg.labels.tsv
EXTRA_DIST += refs/ancestry/make.sh refs/ancestry/README.md
