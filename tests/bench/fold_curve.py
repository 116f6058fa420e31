#!/usr/bin/env python3
"""Calibrates E-values and probabilities from fold_cv's out= file, cross-validated over parts of the folds.

usage: fold_curve.py OUT.tsv [TEMPLATES]     TEMPLATES: size of the library (default 2736)

Other-fold hits a query above z are counted at 10, 3, 1 and .3 a query: the points of the curve in
src/fold/search.c (ln E, straight between them), beyond which ln E falls in a straight line through
the point of .3 and that of .03. Probabilities: logistic curves of z over the best 50 hits. For each
part of the folds the curves are fitted on the other parts and tried on it.
"""
import math
import sys

LEVELS = (10, 3, 1, 0.3)
TAIL = 0.03


def quantiles(queries, parts):
    z, n = [], 0
    for q, (part, hits) in queries.items():
        if part in parts:
            n += 1
            z += [h[0] for h in hits if h[1] == "other"]
    z.sort(reverse=True)
    return [z[min(int(e * n), len(z) - 1)] for e in LEVELS + (TAIL,)]


def log_e(curve, z):
    x, y = curve, [math.log(e) for e in LEVELS + (TAIL,)]
    k = 0
    while k < 3 and z >= x[k + 1]:
        k += 1
    return y[k] + (y[k + 1] - y[k]) * (z - x[k]) / (x[k + 1] - x[k])


def logistic(queries, parts, right):
    data = [(h[0], h[1] in right) for part, hits in queries.values() if part in parts for h in hits[:50]]
    a, b = 0.3, -3.0
    for _ in range(60):  # Newton
        g0 = g1 = h00 = h01 = h11 = 0.0
        for z, y in data:
            p = 1 / (1 + math.exp(-max(-40, min(40, a * z + b))))
            d, w = y - p, p * (1 - p) + 1e-9
            g0, g1, h00, h01, h11 = g0 + d * z, g1 + d, h00 + w * z * z, h01 + w * z, h11 + w
        det = h00 * h11 - h01 * h01
        da, db = (g0 * h11 - g1 * h01) / det, (g1 * h00 - g0 * h01) / det
        step = min(1, 0.5 / max(abs(da) * 10, abs(db), 1e-9))
        a, b = a + step * da, b + step * db
        if abs(da) + abs(db) < 1e-7:
            break
    return a, b


def main():
    queries = {}
    for line in open(sys.argv[1]):
        q, _, part, z, _, rel = line.rstrip("\n").split("\t")
        if z != "-inf":
            queries.setdefault(q, (int(part), []))[1].append((float(z), rel))
    parts = sorted({p for p, _ in queries.values()})
    limits = (1e-3, 1e-2, 0.1, 1, 10)
    false, n = [0] * len(limits), 0
    brier = {"family": [0.0, 0.0, 0], "superfamily": [0.0, 0.0, 0], "fold": [0.0, 0.0, 0]}
    right = {"family": ("family",), "superfamily": ("family", "superfamily"), "fold": ("family", "superfamily", "fold")}
    for held in parts:
        rest = [p for p in parts if p != held]
        curve = quantiles(queries, rest)
        fits = {k: logistic(queries, rest, right[k]) for k in brier}
        for part, hits in queries.values():
            if part != held:
                continue
            n += 1
            for z, rel in hits:
                if rel == "other":
                    e = math.exp(log_e(curve, z))
                    false = [f + (e <= x) for f, x in zip(false, limits)]
            for k, (a, b) in fits.items():
                for z, rel in hits[:50]:
                    p = 1 / (1 + math.exp(-max(-40, min(40, a * z + b))))
                    brier[k][0] += p
                    brier[k][1] += rel in right[k]
                    brier[k][2] += 1
    for x, f in zip(limits, false):
        print("cross-validated: other-fold hits at E <= %g: %.4f a query" % (x, f / n))
    for k, (p, y, m) in brier.items():
        print("cross-validated: mean probability of the %s %.4f, share right %.4f" % (k, p / m, y / m))
    print("curve fitted on all: z %s at E 10 3 1 .3 .03" %
          " ".join("%.2f" % z for z in quantiles(queries, parts)))
    for k in brier:
        print("probability of the %s: slope %.4f, offset %.4f" % ((k,) + logistic(queries, parts, right[k])))


main()
