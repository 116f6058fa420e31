#!/bin/sh
# Projection in random parts: one part of the samples is the reference, the other is projected onto it;
# the size of the populations' centroids, projected over reference (root mean square over the
# populations), for PC1-8, as Markdown rows: one a split, then their mean.
# usage: pca_project.sh WORKDIR GENOTYPES LABELS.tsv [OPTIONS OF pca FOR THE REFERENCE...]
# GENOTYPES: a BCF or VCF; LABELS.tsv: a header, then sample and population. SHARE: the reference's (0.5);
# SPLITS: how many (3); RELATED=1 keeps relatives (else one of each pair above kinship 0.0442 leaves
# first); PROJECTION: oadp or ls. Needs bcftools. GENOWARP: the program (default: ./genowarp).
set -eu
work=$1 in=$(realpath "$2") labels=$(realpath "$3")
shift 3
gw=${GENOWARP:-$(pwd)/genowarp}
mkdir -p "$work"
cd "$work"
"$gw" pca -k 2 --max-kinship "$([ -n "${RELATED:-}" ] && echo 1 || echo 0.0442)" -o all.tsv "$in" 2>all.log
tail -n +2 all.tsv | cut -f2 >all.txt
n=$(wc -l <all.txt)
echo "| $n samples, reference ${SHARE:-0.5}, $* | PC1 | PC2 | PC3 | PC4 | PC5 | PC6 | PC7 | PC8 |"
echo "|---|---|---|---|---|---|---|---|---|"
for seed in $(seq "${SPLITS:-3}"); do
    awk -v s="$seed" 'BEGIN {srand(s)} {print rand() "\t" $0}' all.txt | sort -k1,1g | cut -f2 >mixed.txt
    first=$(echo "$n ${SHARE:-0.5}" | awk '{print int($1 * $2)}')
    head -n "$first" mixed.txt >ref.txt
    tail -n +$((first + 1)) mixed.txt >new.txt
    for part in ref new; do bcftools view -Ob -S $part.txt -o $part.bcf "$in"; done
    "$gw" pca -k 8 --maf 0.01 --method exact "$@" --out ref ref.bcf 2>ref.log
    "$gw" pca --project ref --projection "${PROJECTION:-oadp}" -o new.tsv new.bcf 2>new.log
    awk -v seed="$seed" 'BEGIN {FS = "\t"} FNR == 1 {f++; next} f == 1 {pop[$1] = $2; next} $2 in pop {
            p = pop[$2]; n[f, p]++; have[p]; for (c = 1; c <= 8; c++) s[f, p, c] += $(c + 2)}
        END {printf "| split %d |", seed; for (c = 1; c <= 8; c++) {a = b = 0
            for (p in have) if (n[2, p] && n[3, p]) {a += (s[2, p, c] / n[2, p]) ^ 2; b += (s[3, p, c] / n[3, p]) ^ 2}
            printf " %.2f |", sqrt(b / a)} print ""}' "$labels" ref.eigenvec new.tsv
done | tee rows.txt
awk -F'|' '{for (c = 3; c <= 10; c++) s[c] += $c} END {printf "| mean |"; for (c = 3; c <= 10; c++) printf " %.2f |", s[c] / NR; print ""}' rows.txt
