#!/usr/bin/env python3
"""Writes src/fold/rotamer_prior.c: how probable each bin of chi 1 is at a backbone's torsions.

usage: make_rotamer_prior.py ROTAMERS.DIR ANGLES.txt [SKIP...] > rotamer_prior.c
ROTAMERS.DIR  Top8000 central values, RES.csv (CC BY 4.0): how often each bin occurs at all
ANGLES.txt    `fold_model angles FILES`: file, amino acid code, phi, psi, chi 1 of real residues
SKIP          names of files left out, to try the table on them
Needs numpy. On a grid of 20 degrees the residues of a class of similar amino acids are counted with
weights that fall with the distance of their torsions (von Mises, kappa 20), with 5 pseudocounts
of the class; then those of the amino acid itself with 8 pseudocounts of that.
"""
import csv
import sys

import numpy as np

AA = "ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET PHE PRO SER THR TRP TYR VAL".split()
CLASSES = ["ARG LYS GLN GLU MET", "PHE TYR TRP HIS", "ASN ASP", "SER", "THR", "VAL", "ILE", "LEU", "CYS"]
GRID = 18


def bin3(x):
    x = x % 360
    return np.where(x < 120, 0, np.where(x < 240, 1, 2))


def main():
    prior = {}
    for name in " ".join(CLASSES + ["PRO"]).split():
        p = np.zeros(3)
        for r in csv.DictReader(open("%s/%s.csv" % (sys.argv[1], name))):
            p[int(bin3(float(r["chi1_mean"])))] += float(r["frequency%"])
        prior[AA.index(name)] = p / p.sum()
    rows = [l.split() for l in open(sys.argv[2])]
    d = np.array([[float(x) for x in r[1:]] for r in rows if r[0] not in sys.argv[3:]])
    aa, phi, psi, chi = d[:, 0].astype(int), np.deg2rad(d[:, 1]), np.deg2rad(d[:, 2]), bin3(d[:, 3])
    print("/* made by refs/fold/make_rotamer_prior.py from %d residues: per cent of gauche+ and trans, at phi\n"
          " * and psi of -170, -150 ... 170 degrees */\n/* clang-format off */\n#include <config.h>\n\n#include <math.h>\n\n"
          "#include \"fold/rotamer_table.h\"\n\nenum { GRID = %d };\n" % (len(d), GRID))
    print("static const uint8_t share[20][GRID][GRID][2] = {")
    for c in CLASSES + ["PRO"]:
        members = [AA.index(x) for x in c.split()]
        mean = np.mean([prior[a] for a in members], 0)
        of_class = np.isin(aa, members)
        for a in members:
            print("    [%d] = {" % a)
            for i in range(GRID):
                line = []
                for j in range(GRID):
                    w = np.exp(20 * (np.cos(phi[of_class] - np.deg2rad(20 * i - 170)) +
                                     np.cos(psi[of_class] - np.deg2rad(20 * j - 170)) - 2))
                    p = prior[a]
                    if c != "PRO":
                        seen = np.bincount(chi[of_class], w, 3)
                        p = (seen + 5 * mean) / (seen.sum() + 5) / mean * prior[a]
                        p /= p.sum()
                        own = aa[of_class] == a
                        seen = np.bincount(chi[of_class][own], w[own], 3)
                        p = (seen + 8 * p) / (seen.sum() + 8)
                    line.append("{%d, %d}" % (round(100 * p[0]), round(100 * p[1])))
                text = "        {" + ", ".join(line) + "},"
                print(text)
            print("    },")
    print("};\n")
    print("""void gw_rotamer_prior(uint8_t aa, double phi, double psi, double out[3])
{
    double x = (phi + 170) / 20, y = (psi + 170) / 20, fx = x - floor(x), fy = y - floor(y);
    out[0] = out[1] = 0;
    for (int k = 0; k < 4; k++) { /* between the four points around */
        int i = ((int)floor(x) + (k >> 1) + GRID) % GRID, j = ((int)floor(y) + (k & 1) + GRID) % GRID;
        double w = (k >> 1 ? fx : 1 - fx) * (k & 1 ? fy : 1 - fy);
        for (int b = 0; b < 2; b++)
            out[b] += w * share[aa][i][j][b] / 100;
    }
    out[2] = 1 - out[0] - out[1];
    for (int b = 0; b < 3; b++)
        out[b] = out[b] > 0.001 ? out[b] : 0.001;
}""")


main()
