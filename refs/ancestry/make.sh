#!/bin/sh
# Makes refs/ancestry/1kg.* from the 1000 Genomes phase 1 set that ships with flashpca
# (gabraham/flashpca, HapMap3: 1,092 samples, 14,079 sites, GRCh37) and the project's own labels.
# usage: make.sh 1kg_phase1_1092x14079.bcf 1kg_phase1.labels.tsv; genowarp on PATH or in GENOWARP
set -eu
panel=$1 labels=$2 gw=${GENOWARP:-genowarp}
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$gw" pca -k 8 --maf 0.01 --max-kinship 0.0442 --method exact --out "$tmp/1kg" "$panel"
awk 'BEGIN {FS = OFS = "\t"} !/^#/ {for (i = 6; i <= NF; i++) $i = sprintf("%.5g", $i)} {print}' \
    "$tmp/1kg.loadings" | gzip -9n >"$here/1kg.loadings.gz"
awk 'BEGIN {FS = OFS = "\t"} !/^#/ {for (i = 3; i <= NF; i++) $i = sprintf("%.5g", $i)} {print}' \
    "$tmp/1kg.eigenvec" | gzip -9n >"$here/1kg.eigenvec.gz"
awk 'BEGIN {FS = OFS = "\t"} {print $1, $3, $2}' "$labels" >"$here/1kg.labels.tsv"
