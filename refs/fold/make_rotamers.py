#!/usr/bin/env python3
"""Writes src/fold/rotamer_table.c from the Top8000 central rotamers: make_rotamers.py DIR > FILE

DIR holds ALA-less RES.csv files (Top8000, CC BY 4.0). Rotamers of at least 0.5 % are kept.
"""
import csv
import sys

AA = ["ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE",
      "PRO", "SER", "THR", "TRP", "TYR", "VAL"]
print("/* made by refs/fold/make_rotamers.py: central values of Top8000 rotamers (Hintze et al. 2016,\n"
      " * doi:10.1002/prot.25039; CC BY 4.0): amino acid, frequency in per mille, chi1..4 */")
print('#include <config.h>\n\n#include "fold/rotamer_table.h"\n\nconst gw_rotamer_t gw_rotamer_table[] = {')
n = 0
for k, a in enumerate(AA):
    if a in ("ALA", "GLY"):
        continue
    rows = [r for r in csv.DictReader(open("%s/%s.csv" % (sys.argv[1], a))) if float(r["frequency%"]) >= 0.5]
    rows.sort(key=lambda r: -float(r["frequency%"]))
    for r in rows:
        chi = [int(round(float(r.get("chi%d_mean" % c) or 0))) for c in (1, 2, 3, 4)]
        print("    {%d, %d, {%d, %d, %d, %d}}," % (k, round(10 * float(r["frequency%"])), *chi))
        n += 1
print("};\nconst int gw_rotamer_count = %d;" % n)
