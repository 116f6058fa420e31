#!/usr/bin/env python3
"""Trains the networks that predict secondary structure (3 states) and accessibility (3 states).

usage: train_sspred.py DATADIR OUTDIR [--input prof|seq] [--set A|B|all] [--epochs N]

DATADIR holds lib40A.tsv.zst, lib40A.prof.u8.zst and lib40A.acc_depth_phi_psi.i16.zst. Needs numpy
and the zstd program. Split: SCOPe folds in alphabetical order, odd ones are set A, even ones set B;
`--set A` trains on A and reports on B, `--set all` trains on both but for every 20th fold, which
it reports on. One seed, so a rerun on the same numpy gives the same weights.

Input of a residue: 20 profile frequencies (or the one-hot sequence), the information content of
the column, and 1 inside the chain. Three convolutions (11, 9, 9 wide; 64 channels; ReLU) and a
linear layer to 6 logits: coil strand helix; buried intermediate exposed (relative accessibility
below 9 %, below 36 %, above). Output: OUTDIR/sspred_INPUT_SET.npz, and with --set all also
OUTDIR/sspred_INPUT.f16 (the layers' weights then biases, float16, little endian) for the program.
"""
import argparse
import subprocess
import sys
import time

import numpy as np

AA = "ARNDCQEGHILKMFPSTWYV"
MAXACC = np.array([106, 248, 157, 163, 135, 198, 194, 84, 184, 169, 164, 205, 188, 197, 136, 130,
                   142, 227, 222, 142], np.float32)
WIDTH = (11, 9, 9)
CHANNELS = 64
PAD = 5


def zst(path):
    return subprocess.run(["zstdcat", path], check=True, stdout=subprocess.PIPE).stdout


def load(d, kind):
    rows = [r.split("\t") for r in zst(d + "/lib40A.tsv.zst").decode().splitlines()[1:]]
    prof = np.frombuffer(zst(d + "/lib40A.prof.u8.zst"), np.uint8).reshape(-1, 20)
    acc = np.frombuffer(zst(d + "/lib40A.acc_depth_phi_psi.i16.zst"), np.int16).reshape(-1, 4)[:, 0]
    chains, off = [], 0
    for r in rows:
        n = int(r[4])
        seq = np.array([AA.find(c) for c in r[8]])
        ss = np.array([2 if c in "HGI" else 1 if c in "EB" else 0 for c in r[9]])
        rel = acc[off:off + n] / MAXACC[np.maximum(seq, 0)]
        sa = np.where(rel < 0.09, 0, np.where(rel < 0.36, 1, 2))
        p = prof[off:off + n].astype(np.float32)
        s = p.sum(1)
        one = np.zeros((n, 20), np.float32)
        one[np.arange(n)[seq >= 0], seq[seq >= 0]] = 1
        p = np.where(s[:, None] >= 120, p / np.maximum(s, 1)[:, None], one) if kind == "prof" else one
        info = (p * np.log2(np.maximum(p, 1e-6) / 0.05)).sum(1, keepdims=True) / 4.3
        x = np.concatenate([p, info, np.ones((n, 1), np.float32)], 1).astype(np.float32)
        chains.append((".".join(r[1].split(".")[:2]), x, ss, sa, r[0]))
        off += n
    return chains


def pack(chains):
    """Chains end to end, PAD empty residues between them; mask 0 there."""
    total = sum(len(c[1]) + PAD for c in chains) + PAD
    x = np.zeros((total, 22), np.float32)
    y = np.zeros((total, 2), np.int64)
    m = np.zeros(total, np.float32)
    at, where = PAD, []
    for c in chains:
        n = len(c[1])
        x[at:at + n], y[at:at + n, 0], y[at:at + n, 1], m[at:at + n] = c[1], c[2], c[3], 1
        where.append((c[4], at, n))
        at += n + PAD
    return x, y, m, where


def windows(x, w):
    h = w // 2
    p = np.zeros((len(x) + 2 * h, x.shape[1]), np.float32)
    p[h:h + len(x)] = x
    v = np.lib.stride_tricks.sliding_window_view(p, w, axis=0)  # n, c, w
    return np.ascontiguousarray(v.transpose(0, 2, 1)).reshape(len(x), -1)


def unwindows(d, w, c):
    h = w // 2
    d = d.reshape(len(d), w, c)
    out = np.zeros((len(d) + 2 * h, c), np.float32)
    for k in range(w):
        out[k:k + len(d)] += d[:, k]
    return out[h:h + len(d)]


def init(rng):
    p, c = [], 22
    for w in WIDTH:
        p += [rng.normal(0, np.sqrt(2.0 / (w * c)), (w * c, CHANNELS)).astype(np.float32),
              np.zeros(CHANNELS, np.float32)]
        c = CHANNELS
    return p + [rng.normal(0, 0.1, (c, 6)).astype(np.float32), np.zeros(6, np.float32)]


def forward(p, x, m, drop=None):
    cols, acts, h = [], [], x
    for k, w in enumerate(WIDTH):
        cols.append(windows(h, w))
        h = np.maximum(cols[-1] @ p[2 * k] + p[2 * k + 1], 0) * m[:, None]
        if drop is not None:
            h = h * drop[k]
        acts.append(h)
    return cols, acts, h @ p[-2] + p[-1]


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def step(p, x, y, m, rng):
    drop = [(rng.random((1, CHANNELS)) > 0.1).astype(np.float32) / 0.9 for _ in WIDTH]
    cols, acts, z = forward(p, x, m, drop)
    n = m.sum()
    dz = np.zeros_like(z)
    loss = 0
    for t, wt in ((0, 1.0), (1, 0.5)):
        q = softmax(z[:, 3 * t:3 * t + 3])
        loss -= wt * float((np.log(q[np.arange(len(y)), y[:, t]] + 1e-9) * m).sum() / n)
        q[np.arange(len(y)), y[:, t]] -= 1
        dz[:, 3 * t:3 * t + 3] = q * (wt * m / n)[:, None]
    g = [None] * len(p)
    g[-2], g[-1] = acts[-1].T @ dz, dz.sum(0)
    d = dz @ p[-2].T
    for k in range(len(WIDTH) - 1, -1, -1):
        d = d * drop[k] * (acts[k] > 0)
        g[2 * k], g[2 * k + 1] = cols[k].T @ d, d.sum(0)
        if k:
            d = unwindows(d @ p[2 * k].T, WIDTH[k], CHANNELS)
    return loss, g


def accuracy(p, chains):
    x, y, m, _ = pack(chains)
    z = forward(p, x, m)[2]
    ok = [((z[:, 3 * t:3 * t + 3].argmax(1) == y[:, t]) * m).sum() / m.sum() for t in (0, 1)]
    return ok[0] * 100, ok[1] * 100


def main():
    a = argparse.ArgumentParser()
    a.add_argument("data")
    a.add_argument("out")
    a.add_argument("--input", default="prof", choices=["prof", "seq"])
    a.add_argument("--set", default="all", choices=["A", "B", "all"])
    a.add_argument("--epochs", type=int, default=8)
    a = a.parse_args()
    rng = np.random.default_rng(7)
    chains = load(a.data, a.input)
    order = {f: i for i, f in enumerate(sorted({c[0] for c in chains}))}
    odd = [order[c[0]] % 2 == 0 for c in chains]
    if a.set == "all":
        train = [c for c in chains if order[c[0]] % 20 != 19]
        test = [c for c in chains if order[c[0]] % 20 == 19]
    else:
        train = [c for c, o in zip(chains, odd) if o == (a.set == "A")]
        test = [c for c, o in zip(chains, odd) if o != (a.set == "A")]
    p = init(rng)
    mom = [(np.zeros_like(q), np.zeros_like(q)) for q in p]
    size = 24
    steps = a.epochs * ((len(train) + size - 1) // size)
    it, t0 = 0, time.process_time()
    for epoch in range(a.epochs):
        perm = rng.permutation(len(train))
        tot = 0
        for b in range(0, len(train), size):
            x, y, m, _ = pack([train[i] for i in perm[b:b + size]])
            loss, g = step(p, x, y, m, rng)
            tot += loss
            it += 1
            lr = 0.002 * min(1, it / 100) * 0.5 * (1 + np.cos(np.pi * it / steps)) + 1e-6
            for q, d, (u, v) in zip(p, g, mom):
                u *= 0.9
                u += 0.1 * d
                v *= 0.999
                v += 0.001 * d * d
                q -= lr * ((u / (1 - 0.9 ** it)) / (np.sqrt(v / (1 - 0.999 ** it)) + 1e-8)
                           + 1e-3 * q)
        print("epoch %d loss %.4f cpu %.0f s" % (epoch + 1, tot / (it / (epoch + 1)),
                                                 time.process_time() - t0), flush=True)
    q3, a3 = accuracy(p, test)
    print("%s %s: held-out folds Q3 %.2f %%, accessibility (3 states) %.2f %%, %d chains" %
          (a.input, a.set, q3, a3, len(test)))
    np.savez(a.out + "/sspred_%s_%s.npz" % (a.input, a.set), *p)
    if a.set == "all":
        with open(a.out + "/sspred_%s.f16" % a.input, "wb") as f:
            for q in p:
                f.write(q.astype("<f2").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
