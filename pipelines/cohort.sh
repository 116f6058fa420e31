#!/bin/sh
# A cohort, one sample at a time: reads -> alignments -> gVCF for each, then one VCF of all. What is
# there already is kept, so that a later run with more samples makes theirs only.
# usage: pipelines/cohort.sh REF.fa SAMPLES.tsv OUTPUT_FOLDER      (GENOWARP names the program)
# SAMPLES.tsv has a line for each sample, parted by tabs: name, reads, mates (the last may be left out).
set -eu
[ $# -eq 3 ] || { echo "usage: $0 REF.fa SAMPLES.tsv OUTPUT_FOLDER" >&2; exit 64; }
gw=${GENOWARP:-genowarp}
ref=$1 table=$2 out=$3
mkdir -p "$out"
[ -s "$ref.gwi" ] || "$gw" index "$ref"
tab=$(printf '\t')
set --
while IFS=$tab read -r name reads mates; do
    case $name in '' | '#'*) continue ;; esac
    bam=$out/$name.bam gvcf=$out/$name.g.vcf.gz
    set -- "$@" "$gvcf"
    [ -s "$gvcf" ] && continue
    # outputs appear under their names only when they are complete
    [ -s "$bam" ] || "$gw" align "$ref" "$reads" ${mates:+"$mates"} -R "@RG\tID:$name\tSM:$name\tLB:$name" \
        --sort --markdup --write-index -o "$bam"
    "$gw" call -f "$ref" "$bam" --gvcf -o "$gvcf" --write-index
done <"$table"
[ $# -gt 0 ] || { echo "$table: names no samples" >&2; exit 65; }
"$gw" call -f "$ref" --joint "$@" -o "$out/cohort.vcf.gz" --write-index
