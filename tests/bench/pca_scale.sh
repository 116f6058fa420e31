#!/bin/sh
# How genowarp pca grows with samples and variants: CPU seconds, memory, passes and the bound on
# 1 - MEV, as Markdown rows, from simulated PLINK sets (tests/bench/simgeno), k = 10.
# usage: pca_scale.sh WORKDIR [SAMPLESxVARIANTS...]; each set is made, measured and removed.
# GENOWARP, SIMGENO: the programs (default: ./genowarp, ./tests/bench/simgeno). The default sizes need
# 600 MB of disk in WORKDIR; 100000x100000 needs 2.5 GB and some minutes.
set -eu
work=${1:?a folder to work in}
shift
gw=${GENOWARP:-$(pwd)/genowarp} sim=${SIMGENO:-$(pwd)/tests/bench/simgeno}
[ $# -gt 0 ] || set -- 1000x10000 3000x10000 10000x10000 30000x10000 100000x10000 \
    2000x10000 2000x30000 2000x100000 2000x300000 2000x1000000
mkdir -p "$work"
cd "$work"
echo "| samples x variants | genotypes | CPU s | ns a genotype and pass | MB | passes | bound on 1 - MEV |"
echo "|---|---|---|---|---|---|---|"
for size in "$@"; do
    n=${size%x*} m=${size#*x}
    "$sim" scale "$n" "$m" 11 0.01 0.01 1
    /usr/bin/time -o scale.time -f "%U %S %M" "$gw" pca --maf 0 --max-mem 256M --method krylov -o scale.tsv scale.bed 2>scale.log
    passes=$(sed -n 's/.*passes over the data \([0-9]*\);.*/\1/p' scale.log)
    bound=$(sed -n 's/.*1 - MEV below //p' scale.log)
    echo "$n $m $(cat scale.time) $passes $bound" | awk '{cpu = $3 + $4
        printf "| %d x %d | %.1e | %.2f | %.2f | %.0f | %d | %s |\n", $1, $2, $1 * $2, cpu, cpu / ($1 * $2 * $6) * 1e9, $5 / 1000, $6, $7}'
    rm -f scale.bed scale.bim scale.fam scale.tsv
done
rm -f scale.time scale.log
