#!/usr/bin/env python3
"""TM-scores of the models that fold_model wrote, and how confidence follows lDDT: fold_tm.py DIR LDDT.tsv"""
import glob
import os
import re
import subprocess
import sys


def main():
    tm = {"sf": [], "fold": []}
    for true in sorted(glob.glob(sys.argv[1] + "/*.true.pdb")):
        for level in tm:
            model = true.replace(".true.", ".%s." % level)
            if not os.path.exists(model):
                continue
            out = subprocess.run(["TMscore", model, true], stdout=subprocess.PIPE).stdout.decode()
            m = re.search(r"TM-score *= *([0-9.]+)", out)
            tm[level].append(float(m.group(1)) if m else 0.0)
    for level, v in tm.items():
        if v:
            print("model C-alpha TM, %s: %.3f over %d" % (level, sum(v) / len(v), len(v)))
    rows = [l.split("\t") for l in open(sys.argv[2])]
    x, y = [float(r[3]) for r in rows], [float(r[4]) for r in rows]
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    sxy = sum((a - mx) * (b - my) for a, b in zip(x, y))
    sxx, syy = sum((a - mx) ** 2 for a in x), sum((b - my) ** 2 for b in y)
    print("confidence against lDDT-Calpha: r = %.3f over %d residues" % (sxy / (sxx * syy) ** 0.5, n))


main()
