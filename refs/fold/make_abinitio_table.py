#!/usr/bin/env python3
"""Writes src/fold/abinitio_table.c: the statistical potential of ab-initio models.

usage: make_abinitio_table.py DATADIR > abinitio_table.c
DATADIR holds lib40A.tsv.zst and lib40A.bb.i16.zst. Needs numpy and the zstd program.
Split: SCOPe folds in alphabetical order, dealt in turn to parts 0, 1, 2 as train_sspred.py does; part 0
is left out, and the domains that tests/bench/fold_models.md reports on come from it.
All energies are minus logarithms of observed over expected, in twentieths of kT, cut at +-6 kT:
pair    amino acids a, b with their CB at a distance, against all amino acids at that distance
        (5 residues apart at least)
crowd   amino acid a with n CB within 10 A, against all amino acids with so many
sheet   two strand residues, two helix residues, one of each (6 apart at least): distance of their CA,
        cosine of the chain's directions, and how far the line between lies along their carbonyls;
        expected is the same number of pairs a volume as at 10 to 12 A, in any direction
Besides: least[x][y], how near atoms N CA C O CB of residues 3 apart come (half of the domains have a nearer pair);
size, radius of gyration = size[0] n^size[1], fitted twice, the second time to the domains below the first line.
"""
import subprocess
import sys

import numpy as np

AA = "ARNDCQEGHILKMFPSTWYV"
CB_EDGES = np.array([0, 4.5, 5.5, 6.5, 7.5, 8.5, 10, 12])
CA_EDGES = np.arange(3.0, 12.5)
CROWD_STEP, CROWD_BINS, COS_BINS, SIDE_BINS = 3, 12, 5, 3


def zst(path):
    return subprocess.run(["zstdcat", path], check=True, stdout=subprocess.PIPE).stdout


def coded(e):
    return np.clip(np.rint(20 * e), -120, 120).astype(int)


def rows(name, dims, values):
    print("const int8_t %s%s = {" % (name, dims))
    for row in values.reshape(-1, values.shape[-1]):
        print("    {" + ", ".join(map(str, row)) + "},")
    print("};\n")


def main():
    d = sys.argv[1]
    info = [r.split("\t") for r in zst(d + "/lib40A.tsv.zst").decode().splitlines()[1:]]
    bb = np.frombuffer(zst(d + "/lib40A.bb.i16.zst"), np.int16).reshape(-1, 5, 3).astype(np.float32) / 100
    fold = [".".join(r[1].split(".")[:2]) for r in info]
    order = {f: k for k, f in enumerate(sorted(set(fold)))}
    n_cb, n_ca = len(CB_EDGES) - 1, len(CA_EDGES) - 1
    pair = np.zeros((20, 20, n_cb))
    crowd = np.zeros((20, CROWD_BINS))
    sheet = np.zeros((3, n_ca, COS_BINS, SIDE_BINS))
    near = [[[] for _ in range(5)] for _ in range(5)]
    size, off, used = [], 0, 0
    for r, f in zip(info, fold):
        n = int(r[4])
        x = bb[off:off + n]
        off += n
        if order[f] % 3 == 0 or n < 40:
            continue
        used += 1
        aa = np.array([AA.find(c) for c in r[8]])
        ss = np.array([2 if c in "HGI" else 1 if c in "EB" else 0 for c in r[9]])
        ca, cb = x[:, 1], x[:, 4]
        apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        dist = np.linalg.norm(cb[:, None] - cb[None], axis=2)
        count = ((dist < 10) & (apart > 0)).sum(1)
        known = aa >= 0
        np.add.at(crowd, (aa[known], np.minimum(count[known] // CROWD_STEP, CROWD_BINS - 1)), 1)
        i, j = np.nonzero((apart >= 5) & (dist < 12) & known[:, None] & known[None])
        np.add.at(pair, (aa[i], aa[j], np.searchsorted(CB_EDGES, dist[i, j], "right") - 1), 1)
        if n <= 300:
            size.append((n, np.sqrt(((ca - ca.mean(0)) ** 2).sum(1).mean())))
        if n < 200:
            for a in range(5):
                for b in range(5):
                    has = [(aa != AA.find("G")) | (k < 4) for k in (a, b)]
                    q = np.linalg.norm(x[:, a, None] - x[None, :, b], axis=2)[(apart >= 3) & has[0][:, None] & has[1][None]]
                    near[a][b].append(np.sort(q)[:40] if len(q) > 40 else q)
        along = np.zeros((n, 3))
        along[1:-1] = ca[2:] - ca[:-2]
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
        co = x[:, 3] - x[:, 2]
        co /= np.maximum(np.linalg.norm(co, axis=1, keepdims=True), 1e-6)
        inner = (np.arange(n) > 0) & (np.arange(n) < n - 1) & (ss > 0)
        v = ca[:, None] - ca[None]
        dca = np.linalg.norm(v, axis=2)
        i, j = np.nonzero((apart >= 6) & (dca < 12) & (dca >= 3) & inner[:, None] & inner[None])
        u = v[i, j] / dca[i, j][:, None]
        cos = (along[i] * along[j]).sum(1)
        side = (np.abs((u * co[i]).sum(1)) + np.abs((u * co[j]).sum(1))) / 2
        kind = np.where(ss[i] != ss[j], 2, np.where(ss[i] == 1, 0, 1))
        np.add.at(sheet, (kind, (dca[i, j] - 3).astype(int), np.minimum(((cos + 1) / 2 * COS_BINS).astype(int), COS_BINS - 1),
                          np.minimum((side * SIDE_BINS).astype(int), SIDE_BINS - 1)), 1)
    # pairs of the reference directions: uniform on spheres
    rng = np.random.default_rng(1)
    w = rng.normal(size=(3, 400000, 3))
    w /= np.linalg.norm(w, axis=2, keepdims=True)
    s = (np.abs(w[0, :, 2]) + np.abs(w[1, :, 2])) / 2
    c = w[2, :, 2]
    free = np.zeros((COS_BINS, SIDE_BINS))
    np.add.at(free, (np.minimum(((c + 1) / 2 * COS_BINS).astype(int), COS_BINS - 1),
                     np.minimum((s * SIDE_BINS).astype(int), SIDE_BINS - 1)), 1 / s.size)
    volume = CA_EDGES[1:] ** 3 - CA_EDGES[:-1] ** 3
    far = CA_EDGES[:-1] >= 10
    density = sheet[:, far].sum((1, 2, 3)) / volume[far].sum()
    expected = density[:, None, None, None] * volume[None, :, None, None] * free[None, None]
    e_sheet = -np.log((sheet + 1) / (expected + 1))
    total = pair.sum((0, 1))
    share = pair.sum(2) / pair.sum()
    e_pair = -np.log((pair + 20 * share[:, :, None] * total / total.sum() * 20 + 1e-9)
                     / (share[:, :, None] * total * (1 + 400 / total.sum()) + 1e-9))
    of_aa = crowd.sum(1, keepdims=True) / crowd.sum()
    of_n = crowd.sum(0, keepdims=True)
    e_crowd = -np.log((crowd + 10 * of_aa) / (of_aa * (of_n + 10)))
    size = np.array(size)
    x, y = np.log(size.T)
    for _ in range(2):  # towards the compact ones
        slope, at = np.polyfit(x, y, 1)
        keep = y <= slope * x + at
        x, y = x[keep], y[keep]
    print("/* made by refs/fold/make_abinitio_table.py from %d domains */\n/* clang-format off */\n#include <config.h>\n\n"
          "#include \"fold/abinitio_table.h\"\n" % used)
    tri = np.array([e_pair[a, b] for a in range(20) for b in range(a + 1)])
    rows("gw_abinitio_pair", "[GW_ABINITIO_PAIRS][GW_ABINITIO_CB]", coded(tri))
    rows("gw_abinitio_crowd", "[20][GW_ABINITIO_CROWD]", coded(e_crowd))
    rows("gw_abinitio_sheet", "[3 * GW_ABINITIO_CA][GW_ABINITIO_COS * GW_ABINITIO_SIDE]",
         coded(e_sheet).reshape(3 * n_ca, -1))
    least = np.zeros((5, 5))
    for a in range(5):
        for b in range(5):
            q = np.concatenate(near[a][b] + near[b][a])
            least[a, b] = np.sort(q)[len(near[a][b])]
    print("const float gw_abinitio_least[5][5] = {")
    for row in least:
        print("    {" + ", ".join("%.2fF" % v for v in row) + "},")
    print("};\n")
    print("const float gw_abinitio_size[2] = {%.4fF, %.4fF};" % (np.exp(at), slope))


main()
