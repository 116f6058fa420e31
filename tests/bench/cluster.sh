#!/bin/sh
# Sequence clustering beside its peers, in one run: CPU seconds, peak memory, clusters, and an audit
# of every member by parasail (tests/bench/cluster_audit.c). Peers that are not installed are left
# out. Needs /usr/bin/time, parasail, and the shared data set. Figures are printed, none is asserted.
#   tests/bench/cluster.sh [GENOWARP]
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
gw=${1:-./genowarp}
data=${GW_SHARED_DATA:-$here/shared/data}/cluster
[ -f "$data/sprot201401_51k.fasta.zst" ] || { echo "no data at $data; set GW_SHARED_DATA" >&2; exit 77; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
zstdcat "$data/sprot201401_51k.fasta.zst" >"$tmp/p.fa"
zcat "$data/BioMarKs50k.fsa.gz" >"$tmp/d.fa"
cc -O2 "$here/tests/bench/cluster_audit.c" -o "$tmp/audit" -lparasail || exit 1
threads=$(nproc)
row() { # name, table, audit options; the command's figures are in $tmp/time
    printf '%s\t%s\t' "$1" "$(awk '{printf "%.1f CPU s  %.1f wall s  %d MB", $1 + $2, $3, $4 / 1024}' "$tmp/time")"
    shift
    "$tmp/audit" "$@"
}
timed() { /usr/bin/time -o "$tmp/time" -f '%U %S %e %M' "$@" >"$tmp/log" 2>&1; }
clstr() { # CD-HIT's .clstr as a table
    awk 'function flush(  i) {for (i = 1; i <= k; i++) print r "\t" m[i]; k = 0}
        /^>/ {flush(); next}
        {n = $3; sub(/^>/, "", n); sub(/\.\.\.$/, "", n); m[++k] = n; if ($NF == "*") r = n}
        END {flush()}' "$1"
}

echo "== 51,267 Swiss-Prot, identity .5, coverage .8 of both"
timed "$gw" cluster "$tmp/p.fa" --min-seq-id 0.5 -c 0.8 -o "$tmp/gw"
row genowarp -i .5 -c .8 -f "$tmp/p.fa" -t "$tmp/gw.tsv" -s 300
timed "$gw" cluster "$tmp/p.fa" --min-seq-id 0.5 -c 0.8 --linear -o "$tmp/gw"
row "genowarp --linear" -i .5 -c .8 -f "$tmp/p.fa" -t "$tmp/gw.tsv" -s 300
if command -v mmseqs >/dev/null; then
    timed mmseqs easy-cluster "$tmp/p.fa" "$tmp/mm" "$tmp/mmt" --min-seq-id 0.5 -c 0.8 --threads "$threads"
    row "mmseqs cluster" -i .5 -c .8 -f "$tmp/p.fa" -t "$tmp/mm_cluster.tsv" -s 300
    timed mmseqs easy-linclust "$tmp/p.fa" "$tmp/ml" "$tmp/mlt" --min-seq-id 0.5 -c 0.8 --threads "$threads"
    row "mmseqs linclust" -i .5 -c .8 -f "$tmp/p.fa" -t "$tmp/ml_cluster.tsv" -s 300
fi
if command -v diamond >/dev/null; then
    timed diamond cluster -d "$tmp/p.fa" -o "$tmp/di.tsv" --approx-id 50 --member-cover 80 --threads "$threads"
    row "diamond cluster" -i .5 -c .8 -f "$tmp/p.fa" -t "$tmp/di.tsv" -s 300
fi

echo "== 50,000 BioMarKs amplicons, identity .97"
timed "$gw" cluster "$tmp/d.fa" --min-seq-id 0.97 -c 0 --sizein --strand plus --mode greedy -o "$tmp/gd"
row genowarp -n -i .97 -c 0 -f "$tmp/d.fa" -t "$tmp/gd.tsv" -s 300
if command -v vsearch >/dev/null; then
    timed vsearch --cluster_size "$tmp/d.fa" --id 0.97 --sizein --strand plus --uc "$tmp/vs.uc" --threads "$threads"
    awk -F'\t' '$1 == "S" {print $9 "\t" $9} $1 == "H" {print $10 "\t" $9}' "$tmp/vs.uc" >"$tmp/vs.tsv"
    row vsearch -n -i .97 -c 0 -f "$tmp/d.fa" -t "$tmp/vs.tsv" -s 300
fi
if command -v cd-hit-est >/dev/null; then
    timed cd-hit-est -i "$tmp/d.fa" -o "$tmp/ch" -c 0.97 -n 10 -d 0 -r 0 -T "$threads" -M 0
    clstr "$tmp/ch.clstr" >"$tmp/ch.tsv"
    row cd-hit-est -n -i .97 -c 0 -f "$tmp/d.fa" -t "$tmp/ch.tsv" -s 300
fi
if command -v swarm >/dev/null; then
    tr acgt ACGT <"$tmp/d.fa" >"$tmp/sw.fa"
    timed swarm -z -d 1 -t "$threads" -u "$tmp/sw.uc" -o "$tmp/sw.out" "$tmp/sw.fa"
    printf 'swarm d=1\t%s\t%s clusters (another concept)\n' \
        "$(awk '{printf "%.1f CPU s  %.1f wall s  %d MB", $1 + $2, $3, $4 / 1024}' "$tmp/time")" "$(wc -l <"$tmp/sw.out")"
fi
