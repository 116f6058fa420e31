#!/usr/bin/env python3
"""What tests/bench/search.sh needs besides the programs it compares.

search_bench.py pick FASTA STEP [OFFSET]     every STEP-th sequence
search_bench.py shuffle FASTA STEP [SEED]    the same with their letters in random order
search_bench.py count N HITS                 hits a query with E-values up to .01, .1, 1 and 10, of N queries
search_bench.py judge CLASSES QUERIES HITS   a search of domains (QUERIES, FASTA) among all, by their classes

HITS has BLAST's twelve columns. CLASSES: name, tab, SCOP's class.fold.superfamily.family. A hit of one superfamily
is right, one of another fold wrong; others count as neither, as do hits of a domain to itself. judge prints per cent
of right pairs found before wrong ones, ranked by E-value, pass .001, .01, .1 and 1 a query; then wrong ones a query with
E-values up to .001, .01, .1 and 1."""
import random
import sys
from collections import Counter


def sequences(path):
    name, parts = None, []
    for line in open(path):
        if line.startswith(">"):
            if name:
                yield name, "".join(parts)
            name, parts = line[1:].split()[0], []
        else:
            parts.append(line.strip())
    if name:
        yield name, "".join(parts)


def hits(path):
    """query, target, E-value; the best of each pair"""
    best = {}
    for line in open(path):
        c = line.rstrip("\n").split("\t")
        if len(c) >= 12 and not line.startswith("#"):
            e = float(c[10])
            if best.get((c[0], c[1]), 1e300) > e:
                best[c[0], c[1]] = e
    return best


def pick(path, step, offset=0):
    for i, (name, seq) in enumerate(sequences(path)):
        if i % int(step) == int(offset):
            print(">%s\n%s" % (name, seq))


def shuffle(path, step, seed=1):
    rng = random.Random(int(seed))
    for i, (name, seq) in enumerate(sequences(path)):
        if i % int(step) == 0:
            letters = list(seq)
            rng.shuffle(letters)
            print(">%s\n%s" % (name, "".join(letters)))


def count(n, path):
    e = list(hits(path).values())
    print(" ".join("%.3f" % (sum(x <= limit for x in e) / int(n)) for limit in (0.01, 0.1, 1, 10)))


def judge(classes, queries, path):
    cls = dict(line.split("\t") for line in open(classes).read().splitlines())
    fold = {k: ".".join(v.split(".")[:2]) for k, v in cls.items()}
    family = {k: ".".join(v.split(".")[:3]) for k, v in cls.items()}
    size = Counter(family.values())
    names = [name for name, _ in sequences(queries)]
    total = sum(size[family[q]] - 1 for q in names)
    levels = (0.001, 0.01, 0.1, 1)
    cover, wrong_at, found, wrong = {}, dict.fromkeys(levels, 0), 0, 0
    for e, q, t in sorted((e, q, t) for (q, t), e in hits(path).items() if q != t):
        if family[q] == family[t]:
            found += 1
        elif fold[q] != fold[t]:
            wrong += 1
            for x in levels:
                wrong_at[x] += e <= x
                if wrong > x * len(names):
                    cover.setdefault(x, found)
    print(" ".join("%.2f" % (100 * cover.get(x, found) / total) for x in levels), "|",
          " ".join("%.4f" % (wrong_at[x] / len(names)) for x in levels))


globals()[sys.argv[1]](*sys.argv[2:])
