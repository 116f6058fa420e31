#!/usr/bin/env python3
"""Prints fold.sh's results as one table, peers beside: fold_table.py DIR"""
import re
import sys


def main():
    text = {k: open("%s/%s.txt" % (sys.argv[1], k)).read()
            for k in ("prof", "seq", "hhsearch", "mmseqs", "models", "chi", "dssp", "q3", "build")}
    level = {who: {m[0]: m[1:] for m in re.findall(r"^(\w+) +n +(\d+) top1 (\S+) top5 (\S+) roc1 (\S+)", text[who], re.M)}
             for who in ("prof", "seq", "hhsearch", "mmseqs")}
    false = {who: dict(re.findall(r"E <= (\S+): (\S+) a query", text[who])) for who in level}
    cost = {who: re.search(r"(\d+) queries.* (\S+) CPU s a query", text[who]).groups() for who in level}
    order = ("prof", "seq", "hhsearch", "mmseqs")

    def row(name, cell, goal):
        print("| %s | %s | %s |" % (name, " | ".join(cell(who) for who in order), goal))
    print("| %s queries, own entry hidden | genowarp, profiles | genowarp, FASTA | hhsearch, same profiles | mmseqs2 -s 7.5, FASTA "
          "| goal (profiles; FASTA) |\n|---|---|---|---|---|---|" % cost["prof"][0])
    for name, goal in (("family", ""), ("superfamily", ".965; .92"), ("remote", ".94; .82"), ("fold", ".30/.45")):
        row("%s top-1/top-5" % name, lambda who: "%s/%s" % level[who][name][1:3], goal)
    row("ROC1 superfamily/fold", lambda who: "%s/%s" % (level[who]["superfamily"][3], level[who]["fold"][3]), ".80/.07")
    for e in ("0.001", "1", "10"):
        row("hits of other folds a query at E <= %s" % e, lambda who: false[who][e], "within 3x of E")
    row("CPU s a query", lambda who: cost[who][1], "")
    print("\n| what | measured | goal |\n|---|---|---|")
    tm = {m[0]: m for m in re.findall(r"model C-alpha TM, (\w+) +over (\d+): one template (\S+), several (\S+)", text["models"])}
    for key, name, goal in (("any", "any template", ""), ("sf", "superfamily", ".725"), ("fold", "fold", ".26")):
        if key in tm:
            print("| model C-alpha TM (TMscore), %s, %s models | %s | %s |" % (name, tm[key][1], tm[key][3], goal))
    r, n = re.search(r"r = (\S+) over (\d+)", text["models"]).groups()
    print("| confidence against lDDT-Calpha, %s residues | r = %s | .65 |" % (n, r))
    goals = {"prof, held-out folds": "81.5", "seq, held-out folds": "72"}
    for name, q3 in re.findall(r"^(.*): Q3 (\S+) %", text["q3"], re.M):
        print("| Q3, %s | %s %% | %s |" % (name, q3, goals.get(name, "")))
    same, of, share = re.search(r"all: (\d+) of (\d+) residues equal, (\S+) %", text["dssp"]).groups()
    print("| 8-state structure equal to mkdssp's | %s of %s, %s %% | 99.5 %% |" % (same, of, share))
    ok, of, share = re.search(r": (\d+) of (\d+), (\S+) %", text["chi"]).groups()
    print("| chi1 within 40 degrees on true backbones | %s of %s, %s %% | 80 %% |" % (ok, of, share))
    gcups, simd = re.search(r"(\S+) GCUPS \((\w+)\)", text["prof"]).groups()
    print("| GCUPS a core, whole searches with profiles, %s | %s | 2 (avx512), 1 (avx2) |" % (simd, gcups))
    files, cpu = text["build"].split()
    print("| --build-library, mmCIF files a minute a core (%s files) | %.0f | 1,000 |" % (files, 60 * int(files) / float(cpu)))


main()
