"""Scores rankings of other programs as fold_cv scores ours: used by fold_hhsearch.py and fold_mmseqs.py."""

LEVELS = ("family", "superfamily", "remote", "fold")
LIMITS = (1e-3, 1e-2, 0.1, 1, 10)


def labels(tsv):
    return {r[0]: r[1] for r in (l.split("\t") for l in open(tsv)) if r[0] != "sid"}


def report(found, lab, easy):
    """found: query -> {template: best E}; lab: name -> a.1.2.3; easy: pairs that `remote` leaves out."""
    top1, top5, roc, n = ({k: 0.0 for k in LEVELS} for _ in range(4))
    false = {e: 0 for e in LIMITS}

    def relation(level, q, t):
        """None: a closer relative, not counted at this level."""
        a, b = lab[q].split("."), lab[t].split(".")
        family, superfamily, fold = a == b, a[:3] == b[:3], a[:2] == b[:2]
        if level == "family":
            return family
        if level == "superfamily":
            return None if family else superfamily
        if level == "remote":
            return None if family or (superfamily and (q, t) in easy) else superfamily
        return None if superfamily else fold

    for q, best in found.items():
        rank = [t for t, _ in sorted(best.items(), key=lambda x: x[1]) if t != q]
        for e in LIMITS:
            false[e] += sum(v <= e and lab[t].split(".")[:2] != lab[q].split(".")[:2] for t, v in best.items())
        for level in LEVELS:
            total = sum(relation(level, q, t) is True for t in lab if t != q)
            if not total:
                continue
            n[level] += 1
            left = [t for t in rank if relation(level, q, t) is not None]
            top1[level] += bool(left and relation(level, q, left[0]))
            top5[level] += any(relation(level, q, t) for t in left[:5])
            before = 0
            for t in rank:
                if lab[t].split(".")[:2] != lab[q].split(".")[:2]:
                    break
                before += relation(level, q, t) is True
            roc[level] += before / total
    for k in LEVELS:
        m = max(n[k], 1)
        print("%-11s n %3d top1 %.3f top5 %.3f roc1 %.3f" % (k, n[k], top1[k] / m, top5[k] / m, roc[k] / m))
    for e in LIMITS:
        print("other-fold hits at E <= %g: %.4f a query" % (e, false[e] / len(found)))
