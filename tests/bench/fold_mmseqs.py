#!/usr/bin/env python3
"""Scores mmseqs2's ranking of the queries as fold_cv does.

usage: fold_mmseqs.py HITS.m8 LIB40A.tsv QUERIES EASY.tsv CPU_SECONDS
HITS.m8: query, template, E-value, of a search of all domains; CPU_SECONDS: what that search took.
"""
import sys

import fold_score


def main():
    m8, tsv, queries, easy_path, cpu = sys.argv[1:6]
    lab = fold_score.labels(tsv)
    found = {l.split()[0]: {} for l in open(queries)}
    for line in open(m8):
        q, t, e = line.split()
        if q in found:
            found[q][t] = min(float(e), found[q].get(t, 1e300))
    fold_score.report(found, lab, set(tuple(l.split()) for l in open(easy_path)))
    print("%d queries, %.3f CPU s a query" % (len(found), float(cpu) / len(lab)))


main()
