#!/usr/bin/env python3
"""Writes src/fold/env_table.c: amino acid frequencies by structural environment.

usage: make_env.py DIR > src/fold/env_table.c     (DIR: unpacked lib40A.tsv and .acc_depth_phi_psi.i16)
Environment: 3-state secondary structure x relative accessibility (5 bins) x phi/psi region (3).
"""
import struct
import sys

AA = "ARNDCQEGHILKMFPSTWYV"
MAXACC = [106, 248, 157, 163, 135, 198, 194, 84, 184, 169, 164, 205, 188, 197, 136, 130, 142, 227, 222, 142]
d = sys.argv[1]
adpp = open(d + "/lib40A.acc_depth_phi_psi.i16", "rb").read()
count = [[0.0] * 20 for _ in range(45)]
total = [0.0] * 20
off = 0
for line in open(d + "/lib40A.tsv"):
    r = line.rstrip("\n").split("\t")
    if r[0] == "sid":
        continue
    for i, c in enumerate(r[8]):
        acc, _, phi, psi = struct.unpack_from("<4h", adpp, (off + i) * 8)
        a = AA.find(c)
        if a < 0:
            continue
        ss = 2 if r[9][i] in "HGI" else 1 if r[9][i] in "EB" else 0
        rel = 100.0 * acc / MAXACC[a]
        b = 0 if rel < 5 else 1 if rel < 16 else 2 if rel < 36 else 3 if rel < 60 else 4
        t = 2 if phi > 0 else 0 if -1200 < psi < 500 else 1
        count[(ss * 5 + b) * 3 + t][a] += 1
        total[a] += 1
    off += int(r[4])
n = sum(total)
print("/* made by refs/fold/make_env.py: round(31 sqrt(f)) of 20 amino acids by environment\n"
      " * (structure * 5 + accessibility) * 3 + torsion */")
print('#include <config.h>\n\n#include "fold/env_table.h"\n')
print("const uint8_t gw_env_table[45][20] = {")
for c in count:
    s = sum(c)
    f = [(c[a] + 50 * total[a] / n) / (s + 50) for a in range(20)]
    print("    {" + ", ".join(str(int(round(31 * x ** 0.5))) for x in f) + "},")
print("};")
