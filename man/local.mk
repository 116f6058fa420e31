dist_man_MANS += man/genowarp.1
dist_man_MANS += man/genowarp-index.1 man/genowarp-align.1
dist_man_MANS += man/genowarp-pca.1
dist_man_MANS += man/genowarp-check.1
dist_man_MANS += man/genowarp-fold.1
dist_man_MANS += man/genowarp-call.1
dist_man_MANS += man/genowarp-cluster.1
dist_man_MANS += man/genowarp-devices.1
