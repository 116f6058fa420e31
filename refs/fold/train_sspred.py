#!/usr/bin/env python3
"""Trains the networks that predict secondary structure (3 states) and accessibility (3 states).

usage: train_sspred.py DATADIR OUTDIR [--input prof|seq] [--part 0|1|2|all] [--epochs N]
                       [--test FILE.csv.gz...]
       train_sspred.py DATADIR OUTDIR --evaluate [--test FILE.csv.gz...]

DATADIR holds lib40A.tsv.zst, lib40A.prof.u8.zst and lib40A.acc_depth_phi_psi.i16.zst. Needs numpy
and the zstd program. Split: SCOPe folds in alphabetical order, dealt in turn to parts 0, 1, 2;
`--part K` trains on the other two parts and reports on part K, `--part all` trains on everything and
reports nothing. One seed, so a rerun on the same numpy gives the same weights.

Input of a residue: square roots of the 20 profile frequencies (0 without a profile), the residue
itself (20), the information content of the column, and 1 inside the chain. A convolution 11 wide, then four residual ones 9 wide (64
channels, ReLU), then a linear layer to 6 logits: coil strand helix; buried intermediate exposed
(relative accessibility below 9 %, below 36 %, above). While training, further outputs (8-state
structure, torsion angles, depth) share the layers; they are dropped afterwards. `--input seq` sees
sequences drawn from the chain's profile as well as the chain itself: relatives share the structure.
The weights kept are a running mean over the last part of the training.
--evaluate trains nothing: Q3 of OUTDIR's held-out weights, parts 0 to 2 together, and of the shipped ones
on --test's sets.
--test reports Q3 on other sets, never trained on: CSV with sequence and DSSP's 3 states, letters apart.
Output: OUTDIR/sspred_INPUT_PART.f16, or sspred_INPUT.f16 with --part all (weights then biases of each
layer, float16, little endian).
"""
import argparse
import gzip
import os
import subprocess
import sys
import time

import numpy as np

AA = "ARNDCQEGHILKMFPSTWYV"
MAXACC = np.array([106, 248, 157, 163, 135, 198, 194, 84, 184, 169, 164, 205, 188, 197, 136, 130,
                   142, 227, 222, 142], np.float32)
SS8 = "CHBEGITS"
WIDTH = (11, 9, 9, 9, 9)
CHANNELS = 64
INPUTS = 42
PAD = 5
N_MAIN, N_AUX = 6, 8 + 4 + 1


def zst(path):
    return subprocess.run(["zstdcat", path], check=True, stdout=subprocess.PIPE).stdout


def onehot(seq):
    one = np.zeros((len(seq), 20), np.float32)
    known = seq >= 0
    one[np.flatnonzero(known), seq[known]] = 1
    return one


def features(p, seq, kind):
    info = (p * np.log2(np.maximum(p, 1e-6) / 0.05)).sum(1, keepdims=True) / 4.3
    q = np.sqrt(p) if kind == "prof" else 0 * p
    return np.concatenate([q, onehot(seq), info, np.ones((len(p), 1), np.float32)], 1).astype(np.float32)


def load(d):
    rows = [r.split("\t") for r in zst(d + "/lib40A.tsv.zst").decode().splitlines()[1:]]
    prof = np.frombuffer(zst(d + "/lib40A.prof.u8.zst"), np.uint8).reshape(-1, 20)
    adpp = np.frombuffer(zst(d + "/lib40A.acc_depth_phi_psi.i16.zst"), np.int16).reshape(-1, 4)
    chains, off = [], 0
    for r in rows:
        n = int(r[4])
        seq = np.array([AA.find(c) for c in r[8]])
        ss8 = np.array([max(SS8.find(c), 0) for c in r[9]])
        ss = np.array([2 if c in "HGI" else 1 if c in "EB" else 0 for c in r[9]])
        a = adpp[off:off + n].astype(np.float32)
        rel = a[:, 0] / MAXACC[np.maximum(seq, 0)]
        sa = np.where(rel < 0.09, 0, np.where(rel < 0.36, 1, 2))
        ang = np.deg2rad(a[:, 2:] / 10)
        real = np.concatenate([np.sin(ang), np.cos(ang), np.minimum(a[:, 1:2] / 50, 2)], 1)
        p = prof[off:off + n].astype(np.float32)
        s = p.sum(1)
        p = np.where(s[:, None] >= 120, p / np.maximum(s, 1)[:, None], onehot(seq))
        chains.append({"fold": ".".join(r[1].split(".")[:2]), "seq": seq, "prof": p,
                       "y": np.stack([ss, sa, ss8], 1), "real": real.astype(np.float32)})
        off += n
    return chains


def drawn(c, rng):
    """A relative's sequence: a random share of the residues drawn from the profile."""
    seq = c["seq"].copy()
    if rng.random() < 0.25:
        return seq
    take = rng.random(len(seq)) < rng.uniform(0, 0.9)
    u = rng.random((len(seq), 1))
    pick = (np.cumsum(c["prof"], 1) < u * c["prof"].sum(1, keepdims=True)).sum(1)
    take &= (c["prof"].sum(1) > 0) & (seq >= 0)
    seq[take] = np.minimum(pick[take], 19)
    return seq


def resampled(p, rng):
    """The profile as fewer sequences would have shown it."""
    if rng.random() < 0.5:
        return p
    g = rng.standard_gamma(np.exp(rng.uniform(1.5, 5)) * p, dtype=np.float32)
    s = g.sum(1, keepdims=True)
    return np.where(s > 0, g / np.maximum(s, 1e-9), p)


def pack(chains, kind, rng=None):
    """Chains end to end, PAD empty residues between them; mask 0 there."""
    total = sum(len(c["seq"]) + PAD for c in chains) + PAD
    x = np.zeros((total, INPUTS), np.float32)
    y = np.zeros((total, 3), np.int64)
    real = np.zeros((total, 5), np.float32)
    m = np.zeros(total, np.float32)
    at = PAD
    for c in chains:
        n = len(c["seq"])
        seq, p = c["seq"], c["prof"]
        if kind == "prof" and rng is not None:
            p = resampled(p, rng)
        if kind == "seq":
            seq = drawn(c, rng) if rng is not None else seq
            p = onehot(seq)
        x[at:at + n], y[at:at + n] = features(p, seq, kind), c["y"]
        real[at:at + n], m[at:at + n] = c["real"], 1
        at += n + PAD
    return x, y, real, m


def windows(x, w):
    h = w // 2
    p = np.zeros((len(x) + 2 * h, x.shape[1]), np.float32)
    p[h:h + len(x)] = x
    v = np.lib.stride_tricks.as_strided(p, (len(x), w * x.shape[1]), (p.strides[0], p.strides[1]))
    return np.ascontiguousarray(v)


def init(rng):
    p, c = [], INPUTS
    for k, w in enumerate(WIDTH):
        scale = np.sqrt(2.0 / (w * c)) * (1 if k == 0 else 0.5)
        p += [rng.normal(0, scale, (w * c, CHANNELS)).astype(np.float32),
              np.zeros(CHANNELS, np.float32)]
        c = CHANNELS
    return p + [rng.normal(0, 0.05, (c, N_MAIN + N_AUX)).astype(np.float32),
                np.zeros(N_MAIN + N_AUX, np.float32)]


def forward(p, x, m, drop=None):
    cols, acts, h = [], [], x
    for k, w in enumerate(WIDTH):
        cols.append(windows(h, w))
        z = np.maximum(cols[-1] @ p[2 * k] + p[2 * k + 1], 0)
        z *= m[:, None]
        if drop is not None:
            z *= drop[k]
        acts.append(z)
        h = z + h if k else z
    return cols, acts, h, h @ p[-2] + p[-1]


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def step(p, x, y, real, m, rng):
    drop = [(rng.random((len(x), CHANNELS), np.float32) > 0.2).astype(np.float32) / np.float32(0.8)
            for _ in WIDTH]
    cols, acts, h, z = forward(p, x, m, drop)
    n = m.sum()
    dz = np.zeros_like(z)
    loss = 0
    at = 0
    for t, size, wt in ((0, 3, 1.0), (1, 3, 0.5), (2, 8, 0.3)):
        q = softmax(z[:, at:at + size])
        if t == 0:
            loss -= float((np.log(q[np.arange(len(y)), y[:, t]] + 1e-9) * m).sum() / n)
        q[np.arange(len(y)), y[:, t]] -= 1
        dz[:, at:at + size] = q * (wt * m / n)[:, None]
        at += size
    dz[:, at:] = (z[:, at:] - real) * (0.3 * m / n)[:, None]
    g = [None] * len(p)
    g[-2], g[-1] = h.T @ dz, dz.sum(0)
    d = dz @ p[-2].T
    for k in range(len(WIDTH) - 1, -1, -1):
        e = d * drop[k] * (acts[k] > 0)
        g[2 * k], g[2 * k + 1] = cols[k].T @ e, e.sum(0)
        if k:
            w = p[2 * k].reshape(WIDTH[k], CHANNELS, CHANNELS)[::-1].transpose(0, 2, 1)
            d = d + windows(e, WIDTH[k]) @ w.reshape(-1, CHANNELS)
            d *= m[:, None]
    return loss, g


def accuracy(p, chains, kind):
    ok, n = np.zeros(2), 0
    for b in range(0, len(chains), 50):
        x, y, _, m = pack(chains[b:b + 50], kind)
        z = forward(p, x, m)[3]
        ok += [((z[:, 3 * t:3 * t + 3].argmax(1) == y[:, t]) * m).sum() for t in (0, 1)]
        n += m.sum()
    return ok / n * 100


def load_csv(path):
    chains = []
    for line in gzip.open(path, "rt").read().splitlines()[1:]:
        col = line.split(",")
        seq = np.array([AA.find(c) for c in col[0].split()])
        y = np.zeros((len(seq), 3), np.int64)
        y[:, 0] = [{"H": 2, "E": 1}.get(c, 0) for c in col[1].split()]
        one = onehot(seq)
        chains.append({"seq": seq, "prof": one, "y": y, "real": np.zeros((len(seq), 5), np.float32)})
    return chains


def read_weights(path):
    v = np.fromfile(path, "<f2").astype(np.float32)
    shape, c = [], INPUTS
    for w in WIDTH:
        shape += [(w * c, CHANNELS), (CHANNELS,)]
        c = CHANNELS
    p, at = [], 0
    for s in shape + [(CHANNELS, N_MAIN), (N_MAIN,)]:
        n = int(np.prod(s))
        p.append(v[at:at + n].reshape(s))
        at += n
    if at != len(v):
        sys.exit("%s: holds %d weights, not %d" % (path, len(v), at))
    return p


def evaluate(chains, part, out, tests):
    """Q3 of the weights in a folder: of the held-out ones together, of the final ones on other sets."""
    for kind in ("prof", "seq"):
        right = n = 0
        for k in ("0", "1", "2"):
            test = [c for c, q in zip(chains, part) if q == k]
            size = sum(len(c["seq"]) for c in test)
            right += accuracy(read_weights("%s/sspred_%s_%s.f16" % (out, kind, k)), test, kind)[0] * size
            n += size
        print("%s, held-out folds: Q3 %.2f %%" % (kind, right / n))
    here = os.path.dirname(os.path.abspath(__file__))
    for path in tests:
        print("seq, as shipped, %s: Q3 %.2f %%" %
              (os.path.basename(path).split("_")[0],
               accuracy(read_weights(here + "/sspred_seq.f16"), load_csv(path), "seq")[0]))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("data")
    a.add_argument("out")
    a.add_argument("--input", default="prof", choices=["prof", "seq"])
    a.add_argument("--part", default="all", choices=["0", "1", "2", "all"])
    a.add_argument("--epochs", type=int, default=12)
    a.add_argument("--test", nargs="*", default=[])
    a.add_argument("--evaluate", action="store_true")
    a = a.parse_args()
    rng = np.random.default_rng(7)
    chains = load(a.data)
    order = {f: i for i, f in enumerate(sorted({c["fold"] for c in chains}))}
    part = [str(order[c["fold"]] % 3) for c in chains]
    if a.evaluate:
        evaluate(chains, part, a.out, a.test)
        return 0
    train = [c for c, k in zip(chains, part) if k != a.part]
    test = [c for c, k in zip(chains, part) if k == a.part]
    p = init(rng)
    mom = [(np.zeros_like(q), np.zeros_like(q)) for q in p]
    ema = [q.copy() for q in p]
    size = 24
    steps = a.epochs * ((len(train) + size - 1) // size)
    it, t0 = 0, time.process_time()
    for epoch in range(a.epochs):
        perm = rng.permutation(len(train))
        tot, batches = 0, 0
        for b in range(0, len(train), size):
            x, y, real, m = pack([train[i] for i in perm[b:b + size]], a.input, rng)
            loss, g = step(p, x, y, real, m, rng)
            tot += loss
            batches += 1
            it += 1
            lr = 0.002 * min(1, it / 100) * 0.5 * (1 + np.cos(np.pi * it / steps)) + 1e-6
            keep = min(0.998, it / (it + 10))
            for q, d, (u, v), e in zip(p, g, mom, ema):
                u *= 0.9
                u += 0.1 * d
                v *= 0.999
                v += 0.001 * d * d
                q -= lr * ((u / (1 - 0.9 ** it)) / (np.sqrt(v / (1 - 0.999 ** it)) + 1e-8)
                           + 2e-3 * q)
                e *= keep
                e += (1 - keep) * q
        print("epoch %d loss %.4f cpu %.0f s%s" %
              (epoch + 1, tot / batches, time.process_time() - t0,
               " Q3 %.2f" % accuracy(ema, test[::4], a.input)[0] if test and epoch % 4 == 3 else ""), flush=True)
    if test:
        q3, a3 = accuracy(ema, test, a.input)
        print("%s, part %s: held-out folds Q3 %.2f %%, accessibility (3 states) %.2f %%, %d chains" %
              (a.input, a.part, q3, a3, len(test)))
    for path in a.test:
        print("%s: Q3 %.2f %%" % (path, accuracy(ema, load_csv(path), a.input)[0]))
    name = "sspred_%s.f16" % a.input if a.part == "all" else "sspred_%s_%s.f16" % (a.input, a.part)
    with open(a.out + "/" + name, "wb") as f:
        for q in ema[:-2] + [ema[-2][:, :N_MAIN], ema[-1][:N_MAIN]]:
            f.write(q.astype("<f2").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
