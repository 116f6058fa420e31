#!/usr/bin/env python3
"""Runs hhsearch on the database of fold_hhm.py and scores its ranking as fold_cv does.

usage: fold_hhsearch.py PREFIX LIB40A.tsv QUERIES EASY.tsv
"""
import os
import resource
import subprocess
import sys


def main():
    prefix, tsv, queries, easy_path = sys.argv[1:5]
    rows = [l.rstrip("\n").split("\t") for l in open(tsv)][1:]
    lab = {r[0]: r[1] for r in rows}
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
    levels = ("family", "superfamily", "remote", "fold")
    top1, top5, roc, n = ({k: 0.0 for k in levels} for _ in range(4))
    qs = [l.split()[0] for l in open(queries)]
    limits = (1e-3, 1e-2, 0.1, 1, 10)
    false = {e: 0 for e in limits}
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
        rank = [t for t, _ in sorted(best.items(), key=lambda x: x[1]) if t != q]
        for e in limits:
            false[e] += sum(v <= e and lab[t].split(".")[:2] != lab[q].split(".")[:2] for t, v in best.items())

        def rel(level, t):
            a, b = lab[q].split("."), lab[t].split(".")
            fam, sf, fo = a == b, a[:3] == b[:3], a[:2] == b[:2]
            if level == "family":
                return fam
            if level == "superfamily":
                return None if fam else sf
            if level == "remote":
                return None if fam or (sf and (q, t) in easy) else sf
            return None if sf else fo
        for level in levels:
            total = sum(rel(level, t) is True for t in lab if t != q)
            if not total:
                continue
            n[level] += 1
            left = [t for t in rank if rel(level, t) is not None]
            top1[level] += bool(left and rel(level, left[0]))
            top5[level] += any(rel(level, t) for t in left[:5])
            before = 0
            for t in rank:
                if lab[t].split(".")[:2] != lab[q].split(".")[:2]:
                    break
                before += rel(level, t) is True
            roc[level] += before / total
    for k in levels:
        print("%-11s n %3d top1 %.3f top5 %.3f roc1 %.3f" %
              (k, n[k], top1[k] / n[k], top5[k] / n[k], roc[k] / n[k]))
    for e in limits:
        print("other-fold hits at E <= %g: %.4f a query" % (e, false[e] / len(qs)))
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("hhsearch: %d queries, %.2f CPU s a query" % (len(qs), (u.ru_utime + u.ru_stime) / len(qs)))


main()
