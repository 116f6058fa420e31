#!/bin/sh
# Fold recognition, models and speed beside hhsearch, mmseqs2, TMscore and mkdssp: one table on stdout.
# usage: tests/bench/fold.sh DATADIR NETDIR [N]   from the build folder (make bench-fold)
#   DATADIR  lib40A.*.zst, queries_all3.txt, structures/, ss/
#   NETDIR   sspred_{prof,seq}_{0,1,2}.f16, predictors trained without a third of the folds each; made
#            here by refs/fold/train_sspred.py when missing (15 CPU minutes, once)
#   N        queries drawn from queries_all3.txt (default 60); models are made of the first 24 of them
# Needs Debian's hhsuite, mmseqs2, tm-align, dssp, zstd, python3 with numpy. Prints CPU seconds, not wall time;
# takes about 6 CPU minutes at 60 queries, one core, no GPU.
set -eu
data=$1 net=$2 n=${3:-60}
here=$(cd "$(dirname "$0")" && pwd)
refs=$here/../../refs/fold
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
say() { echo "fold.sh: $*" >&2; }
cpu() { awk '/^(user|sys)/ {s += $2} END {printf "%.2f\n", s}' "$1"; }

for tool in mmseqs hhsearch TMscore mkdssp zstd python3; do
    command -v $tool >/dev/null || { say "$tool is missing: apt install mmseqs2 hhsuite tm-align dssp zstd python3"; exit 69; }
done
mkdir -p "$net"
for input in prof seq; do
    for part in 0 1 2; do
        [ -s "$net/sspred_${input}_$part.f16" ] && continue
        say "trains the predictor from $input without part $part"
        python3 "$refs/train_sspred.py" "$data" "$net" --input $input --part $part >&2
    done
done
for f in tsv prof.u8; do zstd -dqc "$data/lib40A.$f.zst" >"$tmp/lib40A.$f"; done
tail -n +2 "$tmp/lib40A.tsv" | awk -F'\t' '{print ">" $1 "\n" $9}' >"$tmp/all.fa"
shuf -n "$n" --random-source="$data/queries_all3.txt" "$data/queries_all3.txt" >"$tmp/some.txt"
head -n 24 "$tmp/some.txt" >"$tmp/model.txt"

say "mmseqs2 -s 7.5 (also defines the pairs that remote leaves out)"
{ time -p mmseqs easy-search "$tmp/all.fa" "$tmp/all.fa" "$tmp/mm.m8" "$tmp/mmtmp" -s 7.5 -e 10 --threads 1 \
    --max-seqs 1000 --format-output query,target,evalue >/dev/null 2>&1; } 2>"$tmp/mm.time"
awk '$3 < 1e-3 && $1 != $2 {print $1 "\t" $2}' "$tmp/mm.m8" >"$tmp/easy.tsv"
python3 "$here/fold_mmseqs.py" "$tmp/mm.m8" "$tmp/lib40A.tsv" "$tmp/some.txt" "$tmp/easy.tsv" "$(cpu "$tmp/mm.time")" \
    >"$tmp/mmseqs.txt"
for input in prof seq; do
    say "genowarp fold, $n queries, $input"
    ./tests/bench/fold_cv "$refs/starter.gwt" "$tmp/some.txt" "$net" "$tmp/easy.tsv" input=$input >"$tmp/$input.txt"
done
say "hhsearch, the same queries and profiles"
python3 "$here/fold_hhm.py" "$tmp" "$tmp/lib" $(cut -f1 "$tmp/some.txt")
python3 "$here/fold_hhsearch.py" "$tmp/lib" "$tmp/lib40A.tsv" "$tmp/some.txt" "$tmp/easy.tsv" >"$tmp/hhsearch.txt"

say "models of $(wc -l <"$tmp/model.txt") queries, TMscore over the true length"
mkdir "$tmp/tm"
./tests/bench/fold_model tm "$refs/starter.gwt" "$tmp/model.txt" "$tmp/tm" >"$tmp/lddt.tsv"
python3 "$here/fold_tm.py" "$tmp/tm" "$tmp/lddt.tsv" >"$tmp/models.txt"
say "side chains on true backbones; secondary structure against mkdssp; predictors; a library"
./tests/bench/fold_model chi "$data"/structures/1*.cif.gz "$data"/structures/domains/*.gz >"$tmp/chi.txt"
python3 "$here/fold_dssp.py" ./tests/bench/fold_dssp "$data"/structures/*.gz "$data"/structures/misc/*.gz \
    "$data"/structures/domains/*.gz >"$tmp/dssp.txt"
python3 "$refs/train_sspred.py" "$data" "$net" --evaluate --test "$data"/ss/*_HHblits.csv.gz >"$tmp/q3.txt"
mkdir "$tmp/cif"
for k in 1 2 3 4 5; do
    for f in "$data"/structures/*.cif.gz; do cp "$f" "$tmp/cif/$k$(basename "$f")"; done
done
{ time -p ./genowarp fold --build-library "$tmp/x.gwt" -@ 1 "$tmp/cif" 2>"$tmp/build.err"; } 2>"$tmp/build.time"
echo "$(find "$tmp/cif" -type f | wc -l) $(cpu "$tmp/build.time")" >"$tmp/build.txt"
python3 "$here/fold_table.py" "$tmp"
