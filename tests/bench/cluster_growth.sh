#!/bin/sh
# Growth of sequence clustering: simulated families (tests/bench/simfam.c), CPU seconds, peak memory, and
# how much of the truth comes back, beside mmseqs in the same run. Figures are printed, none is asserted.
#   tests/bench/cluster_growth.sh [GENOWARP [SIZE...]]
# MAX_MEM=SIZE adds a row with --max-mem; LARGEST=N: mmseqs cluster only up to N sequences (default 200000).
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
gw=${1:-./genowarp}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- 50000 100000 200000 500000 1000000
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cc -O2 "$here/tests/bench/simfam.c" -o "$tmp/simfam" || exit 1
timed() { /usr/bin/time -o "$tmp/time" -f '%U %S %e %M' "$@" >"$tmp/log" 2>&1 || { tail -3 "$tmp/log"; return 1; }; }
# The table's first two columns, representative and member, against the families in the names: pairs in one
# cluster of one family / pairs of one family (found) and / pairs in one cluster (pure); adjusted Rand index
row() {
    printf '%s\t%s\t' "$1" "$(awk '{printf "%.1f CPU s  %.1f wall s  %d MB", $1 + $2, $3, $4 / 1024}' "$tmp/time")"
    awk -F'\t' 'function two(x) {return x * (x - 1) / 2}
        {f = $2; sub(/_.*/, "", f); n++; if (!c[$1]++) k++; if (!t[f]++) j++; both[$1 "\t" f]++}
        END {for (i in c) C += two(c[i]); for (i in t) T += two(t[i]); for (i in both) B += two(both[i])
             e = C * T / two(n); printf "%d clusters of %d families  found %.4f  pure %.6f  ARI %.4f\n", k, j, B / T, B / C, (B - e) / ((C + T) / 2 - e)}' "$2"
}
for n in "$@"; do
    echo "== $n sequences"
    "$tmp/simfam" "$n" 1 >"$tmp/s.fa" || exit 1
    how="--min-seq-id 0.5 -c 0.8"
    timed "$gw" cluster "$tmp/s.fa" $how -o "$tmp/gw" && row genowarp "$tmp/gw.tsv"
    if [ -n "${MAX_MEM:-}" ]; then
        timed "$gw" cluster "$tmp/s.fa" $how --max-mem "$MAX_MEM" -o "$tmp/gm" && row "genowarp --max-mem $MAX_MEM" "$tmp/gm.tsv" &&
            cmp "$tmp/gw.tsv" "$tmp/gm.tsv"
    fi
    timed "$gw" cluster "$tmp/s.fa" $how --linear -o "$tmp/gw" && row "genowarp --linear" "$tmp/gw.tsv"
    if command -v mmseqs >/dev/null; then
        timed mmseqs easy-linclust "$tmp/s.fa" "$tmp/mm" "$tmp/mmt" $how && row "mmseqs linclust" "$tmp/mm_cluster.tsv"
        [ "$n" -le "${LARGEST:-200000}" ] && timed mmseqs easy-cluster "$tmp/s.fa" "$tmp/mm" "$tmp/mmt" $how &&
            row "mmseqs cluster" "$tmp/mm_cluster.tsv"
        rm -rf "$tmp"/mm*
    fi
done
