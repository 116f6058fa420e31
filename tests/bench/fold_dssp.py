#!/usr/bin/env python3
"""Compares our secondary structure with mkdssp's: fold_dssp.py FOLD_DSSP FILE...

mkdssp (Debian: dssp) writes the classic format; its P (polyproline) counts as coil. It wants a header: PDB
files without one (SCOP domains) get one that says nothing. Prints per file
and in all the share of residues with equal 8-state codes, of those that mkdssp lists.
"""
import gzip
import os
import subprocess
import sys
import tempfile

HEAD = (b"HEADER    PROTEIN                                 01-JAN-00   1XXX\n"
        b"CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1\n")


def main():
    total = same = 0
    for path in sys.argv[2:]:
        ours = subprocess.run([sys.argv[1], path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        mine = {}
        for line in ours.stdout.decode().splitlines():
            c, r, s = line.split("\t")
            mine.setdefault((c, r.strip()), s)
        with tempfile.TemporaryDirectory() as d:
            data = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
            cif = data[:2000].lstrip().startswith((b"data_", b"#")) or b"data_" in data[:200]
            if not cif and not data.startswith(b"HEADER"):
                lines = data.splitlines(True)
                data = HEAD + b"".join(l for l in lines if l.startswith((b"ATOM", b"HETATM", b"TER", b"END")))
            plain = os.path.join(d, "x.cif" if cif else "x.pdb")
            open(plain, "wb").write(data)
            out = os.path.join(d, "o.dssp")
            r = subprocess.run(["mkdssp", "--output-format", "dssp", plain, out],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if r.returncode or not os.path.exists(out):
                print("%s: mkdssp refuses it" % os.path.basename(path))
                continue
            n = k = 0
            wrong = []
            on = False
            for line in open(out):
                if line.startswith("  #  RES"):
                    on = True
                    continue
                if not on or line[13] == "!":
                    continue
                key = (line[11].strip() or "_", line[5:11].strip())
                s = line[16].replace(" ", "C").replace("P", "C")
                if key not in mine:
                    wrong.append((key, s, "-"))
                    n += 1
                    continue
                n += 1
                k += mine[key] == s
                if mine[key] != s:
                    wrong.append((key, s, mine[key]))
            print("%s: %d of %d equal%s" % (os.path.basename(path), k, n,
                                            "; mkdssp/ours " + str(wrong[:4]) if wrong else ""))
            total += n
            same += k
    print("all: %d of %d residues equal, %.2f %%" % (same, total, 100.0 * same / max(total, 1)))


main()
