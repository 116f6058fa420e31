#!/bin/sh
# How far call's QUAL and GQ can be believed, counted on made-up people at low depth (where there is
# something to be unsure of):
#   calibration.sh [MEGABASES]      of each of two people (default 6)
# Prints Markdown: wrong and right in bins of 5 phred, pooled over people and depths, as counted and
# as the qualities promise. Needs art_illumina, samtools, perl and the shared data; run from the
# build folder.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
data=${GW_SHARED_DATA:-$here/../shared/data}
gw=${GENOWARP:-./genowarp}
cmp=${VCFCMP:-tests/bench/vcfcmp}
mb=${1:-6}
for tool in samtools art_illumina perl; do
    command -v $tool >/dev/null || { echo "$tool is not here"; exit 77; }
done
[ -d "$data/ref" ] || { echo "no shared data at $data"; exit 77; }
[ -x "$cmp" ] || { echo "make tests/bench/vcfcmp first"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
gzip -dc "$data/ref/grch38.chr20_and_21_10M.fa.gz" >"$tmp/ref.fa"
samtools faidx "$tmp/ref.fa"
"$gw" index "$tmp/ref.fa" 2>/dev/null
end=$((2000000 + mb * 1000000))
for contig in chr20 chr21; do
    perl "$here/tests/bench/simvar.pl" "$tmp/ref.fa" $contig 2000001 $end 1${contig#chr} "$tmp/p"
    printf '%s\t2000250\t%d\n' $contig $((end - 300)) >"$tmp/p.bed"
    for depth in 5 8 12 16; do
        art_illumina -ss HSXn -i "$tmp/p.fa" -p -l 150 -f $((depth / 2)) -m 350 -s 60 -na \
            -rs 2$depth -o "$tmp/r." >/dev/null 2>&1
        "$gw" align "$tmp/ref.fa" "$tmp/r.1.fq" "$tmp/r.2.fq" --sort --markdup \
            -R '@RG\tID:p\tSM:p' 2>/dev/null |
            "$gw" call --emit-qual 0 -f "$tmp/ref.fa" - -o "$tmp/p.calls.vcf" 2>/dev/null
        "$cmp" -c -b "$tmp/p.bed" "$tmp/ref.fa" "$tmp/p.vcf" "$tmp/p.calls.vcf" 2>/dev/null
    done
done | awk -F'\t' '
    function phred(x) { return sprintf("%.1f", -10 * log(x) / log(10)) }
    $1 == "SNP" || $1 == "INDEL" { k = $2 SUBSEP $1 SUBSEP $3; w[k] += $4; r[k] += $5; e[k] += $6 }
    END {
        print "| field | type | bin | wrong | right | phred counted | promised |\n|---|---|---|---|---|---|---|"
        split("QUAL GQ", field, " "); split("SNP INDEL", type, " ")
        for (f = 1; f <= 2; f++) for (t = 1; t <= 2; t++) for (b = 0; b <= 40; b += 5) {
            k = field[f] SUBSEP type[t] SUBSEP b
            if (!(k in w)) continue
            n = w[k] + r[k]
            printf "| %s | %s | %d%s | %d | %d | %s | %s |\n", field[f], type[t], b,
                b < 40 ? "-" (b + 5) : "+", w[k], r[k],
                w[k] ? phred(w[k] / n) : "> " phred(1 / n), phred(e[k] / n)
        }
    }'
