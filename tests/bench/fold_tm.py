#!/usr/bin/env python3
"""TM-scores of the models that fold_model wrote, how confidence follows lDDT, and what became of gaps:
fold_tm.py DIR OUTPUT.tsv"""
import glob
import os
import re
import subprocess
import sys


def tm_score(model, true):
    out = subprocess.run(["TMscore", model, true], stdout=subprocess.PIPE).stdout.decode()
    m = re.search(r"TM-score *= *([0-9.]+)", out)
    return float(m.group(1)) if m else 0.0


def main():
    for level in "any", "sf", "fold":
        tm = {"one": [], "multi": []}
        for true in sorted(glob.glob(sys.argv[1] + "/*.true.pdb")):
            for kind in tm:
                model = true.replace(".true.", ".%s.%s." % (level, kind))
                if os.path.exists(model):
                    tm[kind].append(tm_score(model, true))
        n = len(tm["one"])
        if n:
            better = sum(b > a + 0.005 for a, b in zip(tm["one"], tm["multi"]))
            worse = sum(b < a - 0.005 for a, b in zip(tm["one"], tm["multi"]))
            print("model C-alpha TM, %-4s over %d: one template %.3f, several %.3f (%d better, %d worse)"
                  % (level, n, sum(tm["one"]) / n, sum(tm["multi"]) / n, better, worse))
    rows = [l.rstrip("\n").split("\t") for l in open(sys.argv[2])]
    x = [float(r[4]) for r in rows if r[0] == "lddt"]
    y = [float(r[5]) for r in rows if r[0] == "lddt"]
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    sxy = sum((a - mx) * (b - my) for a, b in zip(x, y))
    sxx, syy = sum((a - mx) ** 2 for a in x), sum((b - my) ** 2 for b in y)
    print("confidence against lDDT-Calpha: r = %.3f over %d residues" % (sxy / (sxx * syy) ** 0.5, n))
    gaps = [r for r in rows if r[0] == "gap"]
    short = [r for r in gaps if int(r[4]) <= 12]
    opened = [r for r in short if r[5] == "open"]
    closed = [r for r in gaps if r[5] == "closed"]
    print("gaps and breaks of at most 12 residues: %d left open of %d; loops closed %d, CA nearer than 3.0 A in %d, "
          "atoms nearer than 2.2 A in %d" % (len(opened), len(opened) + len(closed), len(closed),
                                            sum(float(r[6]) < 3.0 for r in closed),
                                            sum(float(r[7]) < 2.2 for r in closed)))


main()
