#!/usr/bin/env python3
"""Calibrates E-values and probabilities from fold_cv's out= file, cross-validated over parts of the folds.

usage: fold_curve.py OUT.tsv [MISLABELLED...]

Other-fold hits a query above z are counted at 10, 3, 1, .3, .1, .03 and .01 a query: the points of the curve
in src/fold/search.c (ln E, straight between them), beyond which ln E falls by SLOPE a unit, which is near
that of the last points (.061) and steep enough for own z (src/fold/search.c, with_own). Probabilities: logistic curves of ln z over the best 50 hits. For
each part of the folds the curves are fitted on the other parts and tried on it.
MISLABELLED: names of domains whose structure is not what their label says. The curve is fitted without their
other-fold hits; the hits at E are printed with and without them.
"""
import math
import sys

LEVELS = (10, 3, 1, 0.3, 0.1, 0.03, 0.01)
SLOPE = 0.07
wrong = set(sys.argv[2:])


def quantiles(queries, parts):
    z, n = [], 0
    for q, (part, hits) in queries.items():
        if part in parts:
            n += 1
            z += [h[0] for h in hits if h[1] == "other" and q not in wrong and h[2] not in wrong]
    z.sort(reverse=True)
    return [z[min(int(e * n), len(z) - 1)] for e in LEVELS]


def log_e(curve, z):
    last = len(LEVELS) - 1
    if z >= curve[last]:
        return math.log(LEVELS[last]) - SLOPE * (z - curve[last])
    k = 0
    while k < last - 1 and z >= curve[k + 1]:
        k += 1
    y = [math.log(e) for e in LEVELS]
    return y[k] + (y[k + 1] - y[k]) * (z - curve[k]) / (curve[k + 1] - curve[k])


def logistic(queries, parts, right):
    data = [(math.log(max(h[0], 1)), h[1] in right) for q, (part, hits) in queries.items() if part in parts and q not in wrong
            for h in hits[:50] if h[2] not in wrong]
    a, b = 2.0, -8.0
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
        q, t, part, z, _, rel = line.rstrip("\n").split("\t")
        if z != "-inf":
            queries.setdefault(q, (int(part), []))[1].append((float(z), rel, t))
    parts = sorted({p for p, _ in queries.values()})
    limits = (1e-3, 1e-2, 0.1, 1, 10)
    false, clean, n = [0] * len(limits), [0] * len(limits), 0
    brier = {"family": [0.0, 0.0, 0], "superfamily": [0.0, 0.0, 0], "fold": [0.0, 0.0, 0]}
    right = {"family": ("family",), "superfamily": ("family", "superfamily"), "fold": ("family", "superfamily", "fold")}
    for held in parts:
        rest = [p for p in parts if p != held]
        curve = quantiles(queries, rest)
        fits = {k: logistic(queries, rest, right[k]) for k in brier}
        for q, (part, hits) in queries.items():
            if part != held:
                continue
            n += 1
            for z, rel, t in hits:
                if rel == "other":
                    e = math.exp(log_e(curve, z))
                    false = [f + (e <= x) for f, x in zip(false, limits)]
                    if q not in wrong and t not in wrong:
                        clean = [f + (e <= x) for f, x in zip(clean, limits)]
            for k, (a, b) in fits.items():
                for z, rel, _ in hits[:50]:
                    p = 1 / (1 + math.exp(-max(-40, min(40, a * math.log(max(z, 1)) + b))))
                    brier[k][0] += p
                    brier[k][1] += rel in right[k]
                    brier[k][2] += 1
    for x, f, c in zip(limits, false, clean):
        print("cross-validated: other-fold hits at E <= %g: %.4f a query%s" %
              (x, f / n, ", %.4f without %s" % (c / n, " ".join(sorted(wrong))) if wrong else ""))
    for k, (p, y, m) in brier.items():
        print("cross-validated: mean probability of the %s %.4f, share right %.4f" % (k, p / m, y / m))
    print("curve fitted on all: z %s at E %s" %
          (" ".join("%.2f" % z for z in quantiles(queries, parts)), " ".join("%g" % e for e in LEVELS)))
    for k in brier:
        print("probability of the %s: slope %.4f, offset %.4f" % ((k,) + logistic(queries, parts, right[k])))


main()
