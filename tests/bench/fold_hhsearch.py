#!/usr/bin/env python3
"""Runs hhsearch on the database of fold_hhm.py and scores its ranking as fold_cv does.

usage: fold_hhsearch.py PREFIX LIB40A.tsv QUERIES EASY.tsv
"""
import os
import resource
import subprocess
import sys

import fold_score


def main():
    prefix, tsv, queries, easy_path = sys.argv[1:5]
    rows = [l.rstrip("\n").split("\t") for l in open(tsv)][1:]
    lab = fold_score.labels(tsv)
    easy = set(tuple(l.split()) for l in open(easy_path))
    for kind, entry in (("cs219", lambda r: b"\1" * int(r[4])),
                        ("a3m", lambda r: (">%s\n%s\n" % (r[0], r[8])).encode())):
        off, idx = 0, []
        with open("%s_%s.ffdata" % (prefix, kind), "wb") as d:
            for r in sorted(rows):
                b = entry(r) + b"\0"
                idx.append("%s\t%d\t%d\n" % (r[0], off, len(b)))
                d.write(b)
                off += len(b)
        open("%s_%s.ffindex" % (prefix, kind), "w").writelines(idx)
    qs = [l.split()[0] for l in open(queries)]
    found = {}
    for q in qs:
        out = prefix + ".hhr"
        subprocess.run(["hhsearch", "-i", "%s.%s.hhm" % (prefix, q), "-d", prefix, "-o", out, "-cpu", "1",
                        "-norealign", "-E", "1000000000", "-p", "0", "-Z", "3000", "-b", "1", "-v", "0"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        best, on = {}, False
        for line in open(out):
            if line.startswith(" No Hit"):
                on = True
            elif on and not line.strip():
                break
            elif on:
                name, e = line[4:34].split()[0], float(line[35:].split()[1])
                best[name] = min(e, best.get(name, 1e300))
        os.unlink(out)
        found[q] = best
    fold_score.report(found, lab, easy)
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("%d queries, %.3f CPU s a query" % (len(qs), (u.ru_utime + u.ru_stime) / len(qs)))


main()
