#!/bin/sh
# Fold recognition, models and speed beside hhsearch, mmseqs2, TMscore and mkdssp.
# usage: tests/bench/fold.sh DATADIR NETDIR [N]   from the build folder (make bench-fold)
#   DATADIR  lib40A.*.zst, queries_all3.txt, structures/
#   NETDIR   sspred_{prof,seq}_{0,1,2}.f16 of refs/fold/train_sspred.py (held-out predictors)
#   N        queries taken for hhsearch and models (default 60)
# Needs Debian's hhsuite, mmseqs2, tm-align, dssp, zstd, python3. Prints CPU seconds, not wall time.
set -eu
data=$1 net=$2 n=${3:-60}
here=$(cd "$(dirname "$0")" && pwd)
refs=$here/../../refs/fold
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for f in tsv prof.u8; do zstd -dqc "$data/lib40A.$f.zst" >"$tmp/lib40A.$f"; done
tail -n +2 "$tmp/lib40A.tsv" | awk -F'\t' '{print ">" $1 "\n" $9}' >"$tmp/all.fa"
shuf -n "$n" --random-source="$data/queries_all3.txt" "$data/queries_all3.txt" >"$tmp/some.txt"

echo "== mmseqs2 -s 7.5 (defines the pairs that remote leaves out)"
mmseqs easy-search "$tmp/all.fa" "$tmp/all.fa" "$tmp/mm.m8" "$tmp/mmtmp" -s 7.5 -e 10 --threads 1 \
    --max-seqs 1000 --format-output query,target,evalue >/dev/null
awk '$3 < 1e-3 && $1 != $2 {print $1 "\t" $2}' "$tmp/mm.m8" >"$tmp/easy.tsv"

echo "== genowarp fold, all queries, predictors held out"
for input in prof seq; do
    ./tests/bench/fold_cv "$refs/starter.gwt" "$data/queries_all3.txt" "$net" "$tmp/easy.tsv" input=$input \
        out="$tmp/cv_$input.tsv"
    python3 "$here/fold_curve.py" "$tmp/cv_$input.tsv" d1a9nb_
done
echo "== genowarp fold and hhsearch, the same $n queries and profiles"
./tests/bench/fold_cv "$refs/starter.gwt" "$tmp/some.txt" "$net" "$tmp/easy.tsv"
python3 "$here/fold_hhm.py" "$tmp" "$tmp/lib" $(cut -f1 "$tmp/some.txt")
python3 "$here/fold_hhsearch.py" "$tmp/lib" "$tmp/lib40A.tsv" "$tmp/some.txt" "$tmp/easy.tsv"

echo "== models (TMscore over the true length) and confidence"
mkdir "$tmp/tm"
./tests/bench/fold_model tm "$refs/starter.gwt" "$tmp/some.txt" "$tmp/tm" >"$tmp/lddt.tsv"
python3 "$here/fold_tm.py" "$tmp/tm" "$tmp/lddt.tsv"
echo "== side chains on true backbones"
./tests/bench/fold_model chi "$data"/structures/1*.cif.gz "$data"/structures/domains/*.gz
echo "== secondary structure against mkdssp"
python3 "$here/fold_dssp.py" ./tests/bench/fold_dssp "$data"/structures/*.gz | tail -1
