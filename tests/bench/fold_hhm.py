#!/usr/bin/env python3
"""Writes the labelled library's profiles as an HH-suite database, so that hhsearch searches what we
search.

usage: fold_hhm.py DATADIR PREFIX [NAME...]
DATADIR holds the unpacked lib40A.tsv and lib40A.prof.u8. Writes PREFIX_hhm.ffdata and .ffindex with
all domains, and PREFIX.NAME.hhm for each query named. Frequencies as given, no pseudocounts; no gaps
seen; Neff from the column entropies.
"""
import math
import sys

AA = "ARNDCQEGHILKMFPSTWYV"
HH = "ACDEFGHIKLMNPQRSTVWY"
BG = {"A": .0825, "R": .0553, "N": .0406, "D": .0545, "C": .0137, "Q": .0393, "E": .0675, "G": .0707,
      "H": .0227, "I": .0596, "L": .0966, "K": .0584, "M": .0242, "F": .0386, "P": .0470, "S": .0656,
      "T": .0534, "W": .0108, "Y": .0292, "V": .0698}


def code(f):
    return "*" if f <= 0 else str(int(round(-1000 * math.log2(f))))


def main():
    data, out, want = sys.argv[1], sys.argv[2], set(sys.argv[3:])
    prof = open(data + "/lib40A.prof.u8", "rb").read()
    off, entries = 0, []
    with open(out + "_hhm.ffdata", "wb") as data_out:
        for line in open(data + "/lib40A.tsv"):
            r = line.rstrip("\n").split("\t")
            if r[0] == "sid":
                continue
            n = int(r[4])
            parts = []
            cols, neffs = [], []
            for i in range(n):
                p = prof[(off + i) * 20:(off + i) * 20 + 20]
                s = sum(p)
                f = {a: p[k] / s for k, a in enumerate(AA)} if s >= 120 else \
                    {a: float(a == r[8][i]) for a in AA}
                if sum(f.values()) == 0:
                    f = BG
                cols.append(f)
                neffs.append(math.exp(-sum(x * math.log(x) for x in f.values() if x > 0)))
            off += n
            parts.append("HHsearch 1.5\nNAME  %s %s\nFAM\nLENG  %d match states, %d columns\n" %
                    (r[0], r[1], n, n))
            parts.append("FILT  100 out of 100\nNEFF  %.1f\nSEQ\n>%s\n%s\n#\n" %
                    (sum(neffs) / n, r[0], r[8].replace("X", "A")))
            parts.append("NULL   " + "\t".join(code(BG[a]) for a in HH) + "\n")
            parts.append("HMM    " + "\t".join(HH) + "\n")
            parts.append("       M->M\tM->I\tM->D\tI->M\tI->I\tD->M\tD->D\tNeff\tNeff_I\tNeff_D\n")
            parts.append("       0\t*\t*\t0\t*\t0\t*\t*\t*\t*\n")
            for i, f in enumerate(cols):
                ne = neffs[max(0, i - 10):i + 11]
                parts.append("%s %d\t%s\t%d\n" % (r[8][i].replace("X", "A"), i + 1,
                                             "\t".join(code(f[a]) for a in HH), i + 1))
                parts.append("       0\t*\t*\t*\t*\t*\t*\t%d\t0\t0\n\n" %
                        int(1000 * sum(ne) / len(ne)))
            parts.append("//\n")
            text = "".join(parts)
            if r[0] in want:
                open("%s.%s.hhm" % (out, r[0]), "w").write(text)
            entries.append((r[0], data_out.tell(), len(text) + 1))
            data_out.write(text.encode() + b"\0")
    with open(out + "_hhm.ffindex", "w") as o:
        for e in sorted(entries):
            o.write("%s\t%d\t%d\n" % e)


main()
