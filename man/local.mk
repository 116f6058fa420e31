dist_man_MANS += man/genowarp.1
dist_man_MANS += man/genowarp-pca.1
