#!/bin/sh
# The smallest whole job under valgrind: phiX from Illumina's strain, called against NC_001422.
# Every invalid access, undefined value that decides something, and definite leak fails.
set -eu
gw=${GENOWARP:?}
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data/phix
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# the widest vectors that valgrind knows
export GENOWARP_SIMD=${GENOWARP_SIMD:-avx2}
vg() {
    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
        --show-leak-kinds=definite "$gw" "$@"
}
"$here/shred.sh" "$data/phix_illumina.fa" 100 250 30 "$tmp/x"
cp "$data/phix.fa" "$tmp/"
vg index "$tmp/phix.fa"
vg align "$tmp/phix.fa" "$tmp/x_R1.fq" "$tmp/x_R2.fq" --sort --markdup -@ 1 -o "$tmp/x.bam"
vg call -f "$tmp/phix.fa" "$tmp/x.bam" --ploidy 1 -@ 1 -o "$tmp/x.vcf"
n=$(grep -vc '^#' "$tmp/x.vcf")
[ "$n" -eq 5 ] || {
    echo "$n variants where phiX has 5"
    exit 1
}
echo "1 passed, 0 failed"
