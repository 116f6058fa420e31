dist_man_MANS += man/genowarp.1 \
	man/genowarp-index.1 man/genowarp-align.1 man/genowarp-call.1 man/genowarp-cluster.1 \
	man/genowarp-pca.1 man/genowarp-fold.1 man/genowarp-devices.1 man/genowarp-check.1
