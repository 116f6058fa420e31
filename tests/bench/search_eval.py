#!/usr/bin/env python3
"""search_eval.py CLASSES HITS: a search of domains against themselves, judged by their classes (SCOP's
class.fold.superfamily.family). HITS has BLAST's twelve columns. A hit of one superfamily is right, one
of another fold is wrong, others count as neither, as do a domain's hits to itself. One line: per cent of right pairs
found before errors pass .001, .01, .1 and 1 a query, ranked by E-value (the mean over superfamilies, each counting
alike, in brackets at .01); wrong hits a query with E-values up to .001, .01, .1 and 1."""
import sys
from collections import defaultdict

cls = dict(line.split("\t") for line in open(sys.argv[1]).read().splitlines())
fold = {k: ".".join(v.split(".")[:2]) for k, v in cls.items()}
sf = {k: ".".join(v.split(".")[:3]) for k, v in cls.items()}
size = defaultdict(int)
for k in sf:
    size[sf[k]] += 1
total = sum(n * (n - 1) for n in size.values())
best = {}
for line in open(sys.argv[2]):
    c = line.split("\t")
    if line.startswith("#") or c[0] == c[1] or c[0] not in cls or c[1] not in cls:
        continue
    e = float(c[10])
    if best.get((c[0], c[1]), 1e300) > e:
        best[c[0], c[1]] = e
hits = sorted((e, q, t) for (q, t), e in best.items())
n = len(cls)
levels = [0.001, 0.01, 0.1, 1]
cover, found, errors, mean = {}, 0, 0, None
by_sf = defaultdict(int)
at_e = {x: 0 for x in levels}
for e, q, t in hits:
    if sf[q] == sf[t]:
        found += 1
        by_sf[sf[q]] += 1
    elif fold[q] != fold[t]:
        errors += 1
        for x in levels:
            at_e[x] += e <= x
            if errors > x * n and x not in cover:
                cover[x] = found
                if x == 0.01:
                    mean = sum(v / (size[s] * (size[s] - 1)) for s, v in by_sf.items())
families = sum(1 for s in size.values() if s > 1)
if mean is None:
    mean = sum(v / (size[s] * (size[s] - 1)) for s, v in by_sf.items())
print(" ".join("%.2f" % (100 * cover.get(x, found) / total) for x in levels), "[%.2f]" % (100 * mean / families), "|",
      " ".join("%.4f" % (at_e[x] / n) for x in levels))
