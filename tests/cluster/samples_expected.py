#!/usr/bin/env python3
"""Makes tests/data/cluster/points.tsv and what scikit-learn finds in it (points.expected.tsv).

Run by hand with scikit-learn 1.x: python3 samples_expected.py OUTDIR
"""
import sys

import numpy as np
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_samples
from sklearn.mixture import GaussianMixture

K = 4
rng = np.random.default_rng(11)
centre = np.array([[0, 0, 0], [2.6, 0.5, 0], [0, 2.9, 1], [2.4, 2.6, -2]])
spread = np.array([[0.5, 0.7, 0.4], [0.8, 0.3, 0.6], [0.4, 0.9, 0.5], [0.6, 0.5, 0.9]])
known = rng.permutation(np.repeat(np.arange(K), [90, 60, 50, 40]))
x = np.round(centre[known] + rng.normal(size=(len(known), 3)) * spread[known], 4)

kmeans = KMeans(K, n_init=200, tol=0, max_iter=1000, random_state=0).fit(x)
found = {"kmeans": kmeans.labels_}
for link in "average", "single", "complete", "ward":
    found[link] = AgglomerativeClustering(K, linkage=link).fit_predict(x)
found["dbscan"] = DBSCAN(eps=0.5, min_samples=5).fit_predict(x)
for form in "full", "diag":
    mix = GaussianMixture(K, covariance_type=form, tol=1e-9, max_iter=2000, n_init=50, reg_covar=1e-6,
                          random_state=0)
    found["gmm_" + form] = mix.fit_predict(x)
    print("gmm", form, "BIC %.4f" % mix.bic(x), file=sys.stderr)
print("kmeans inertia %.6f" % kmeans.inertia_, file=sys.stderr)
width = silhouette_samples(x, kmeans.labels_)

out = sys.argv[1]
with open(out + "/points.tsv", "w") as f:
    f.write("sample\tx\ty\tz\n")
    for i, p in enumerate(x):
        f.write("s%03d\t%.4f\t%.4f\t%.4f\n" % (i + 1, *p))
with open(out + "/points.expected.tsv", "w") as f:
    f.write("sample\tknown\t" + "\t".join(found) + "\tsilhouette\n")
    for i in range(len(x)):
        labels = "\t".join(str(found[m][i]) for m in found)
        f.write("s%03d\tg%d\t%s\t%.4f\n" % (i + 1, known[i], labels, width[i]))
