#!/bin/sh
# Samples, amplicons, identifiers and updates: what groups.md shows. Usage: groups.sh [GENOWARP]
# Data: $GW_SHARED_DATA/cluster; peers: vsearch, and scikit-learn for the python named in $PYTHON.
set -eu
gw=$(realpath "${1:-${GENOWARP:-./genowarp}}")
data=${GW_SHARED_DATA:-}/cluster
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
timed() { # label, command...: CPU seconds and megabytes
    label=$1
    shift
    /usr/bin/time -f '%U %S %M' -o t "$@" >out 2>err || { cat err; exit 1; }
    awk -v l="$label" '{printf "| %s | %.1f | %d |", l, $1 + $2, $3 / 1024}' t
}

echo "| samples | CPU s | MB | sum of squares |"
echo "|---|---|---|---|"
awk 'BEGIN {srand(3); pi = 3.141592653589793
    for (k = 0; k < 26; k++) for (c = 0; c < 20; c++) m[k, c] = (rand() - .5) * 10 / (1 + c / 3)
    for (i = 0; i < 500000; i++) {k = int(rand() * 26); printf "s%d", i
        for (c = 0; c < 20; c++) printf "\t%.5g", m[k, c] + sqrt(-2 * log(1 - rand())) * cos(2 * pi * rand())
        print ""}}' >points.tsv
timed "genowarp, 500,000 x 20, k = 26, 10 starts" "$gw" cluster --samples points.tsv -k 26 -@ 2 --json j
sed -n 's/.*"inertia": \([0-9.]*\).*/ \1 |/p' j
if ${PYTHON:-python3} -c 'import sklearn' 2>/dev/null; then
    cat >km.py <<'PY'
import sys
import numpy as np
from sklearn.cluster import KMeans
x = np.loadtxt("points.tsv", usecols=range(1, 21), delimiter="\t")
print(KMeans(26, n_init=10, random_state=0, tol=0, algorithm="lloyd").fit(x).inertia_)
PY
    timed "scikit-learn, the same (with reading)" "${PYTHON:-python3}" km.py
    echo " $(cat out) |"
fi

echo
echo "| 100,000 identifiers at one position | CPU s | MB | families |"
echo "|---|---|---|---|"
awk 'BEGIN {srand(5); while (n < 100000) {u = ""; for (k = 0; k < 12; k++) u = u substr("ACGT", 1 + int(4 * rand()), 1)
    if (u in seen) continue; seen[u]; n++; m = 1 + int(-log(1 - rand())); for (i = 0; i < m; i++) print ">r" ++r "_" u "\nACGTACGT"}}' >umi.fa
timed "genowarp --umi reads" "$gw" cluster --umi reads umi.fa -@ 1
sed -n 's/.* \([0-9]*\) families.*/ \1 |/p' err

[ -r "$data/BioMarKs50k.fsa.gz" ] || { echo "no amplicons in $data: the rest is skipped"; exit 0; }
gzip -dc "$data/BioMarKs50k.fsa.gz" >a.fa
echo
echo "| BioMarKs, 50,000 amplicons | CPU s | MB | originals / chimeras |"
echo "|---|---|---|---|"
timed "genowarp --denoise" "$gw" cluster a.fa --sizein --denoise --sizeout -O fasta -@ 2
echo " $(grep -c '>' out) |"
cp out ours.fa
if command -v vsearch >/dev/null; then
    timed "vsearch --cluster_unoise" vsearch --cluster_unoise a.fa --sizein --sizeout --centroids v.fa --threads 2
    echo " $(grep -c '>' v.fa), $( (sed -n 's/^>\([^;]*\).*/\1/p' v.fa; sed -n 's/^>\([^;]*\).*/\1/p' ours.fa) | sort | uniq -d | wc -l) of them the same |"
    timed "genowarp --chimeras perfect, of vsearch's" "$gw" cluster v.fa --sizein --derep --chimeras perfect -o c -@ 2
    awk -F'\t' '$2 == "chimera" {sub(/;.*/, "", $1); print $1}' c.left_out.tsv | sort >ours
    echo " $(wc -l <ours) |"
    timed "vsearch --uchime3_denovo" vsearch --uchime3_denovo v.fa --sizein --chimeras ch.fa
    sed -n 's/^>\([^;]*\).*/\1/p' ch.fa | sort >theirs
    echo " $(wc -l <theirs), $(comm -12 ours theirs | wc -l) of them the same |"
fi

echo
echo "| Swiss-Prot, every 5th of 51,267, identity 0.5 | CPU s | MB | clusters |"
echo "|---|---|---|---|"
zstd -dc "$data/sprot201401_51k.fasta.zst" | awk '/^>/ {n++} n % 5 == 0' >p.fa
awk '/^>/ {n++} n % 10' p.fa >old.fa
"$gw" cluster old.fa --min-seq-id .5 >old.tsv 2>err
timed "from scratch" "$gw" cluster p.fa --min-seq-id .5 -@ 2
cut -f1,2 out >scratch.tsv
echo " $(cut -f1 out | sort -u | wc -l) |"
timed "--update, a tenth is new" "$gw" cluster p.fa --min-seq-id .5 --update old.tsv -@ 2
echo " $(cut -f1 out | sort -u | wc -l) |"
awk -F'\t' 'function pairs(n) {return n * (n - 1) / 2}
    NR == FNR {a[$2] = $1; next} {both[a[$2], $1]++; x[a[$2]]++; y[$1]++; n++}
    END {for (k in both) s += pairs(both[k]); for (k in x) p += pairs(x[k]); for (k in y) q += pairs(y[k])
        e = p * q / pairs(n); printf "adjusted Rand index of the two: %.4f\n", (s - e) / ((p + q) / 2 - e)}' scratch.tsv out
