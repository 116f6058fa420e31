#!/bin/sh
# The main job on real data: a person's reads in, variants out, held against the published truth.
# usage: pipelines/demo.sh [OUTPUT_FOLDER]     (GENOWARP and VCFCMP name the programs)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
demo=$here/refs/demo
gw=${GENOWARP:-genowarp}
cmp=${VCFCMP:-}
out=${1:-demo-out}
mkdir -p "$out"
say() { printf '\n$ %s\n' "$*"; }

gzip -dc "$demo/chr20.fa.gz" >"$out/chr20.fa"
say "genowarp index chr20.fa"
"$gw" index "$out/chr20.fa"
say "genowarp align chr20.fa NA12878_R1.fastq.gz NA12878_R2.fastq.gz --sort --markdup | genowarp call -f chr20.fa - -o NA12878.vcf.gz"
"$gw" align "$out/chr20.fa" "$demo/NA12878_R1.fastq.gz" "$demo/NA12878_R2.fastq.gz" --sort --markdup \
    -R '@RG\tID:demo\tSM:NA12878\tLB:demo\tPL:ILLUMINA' |
    "$gw" call -f "$out/chr20.fa" - -o "$out/NA12878.vcf.gz"
printf '\nThe first five variants in %s:\n' "$out/NA12878.vcf.gz"
gzip -dc "$out/NA12878.vcf.gz" | grep -v '^#' | head -5 | cut -f 1,2,4-7,9-
[ -n "$cmp" ] || exit 0
for bed in strict confident; do
    printf '\nAgainst the published truth of this person (Genome in a Bottle HG001), %s.bed:\n' $bed
    "$cmp" -b "$demo/$bed.bed" -q 20 "$out/chr20.fa" "$demo/HG001.truth.vcf.gz" "$out/NA12878.vcf.gz"
done
