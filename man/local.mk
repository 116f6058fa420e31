dist_man_MANS += man/genowarp.1
