#!/bin/sh
# align beside bwa mem and minimap2 -ax sr, one thread each, in one run: CPU seconds and accuracy on
# simulated reads, agreement on real ones. Prints Markdown tables.
#   tests/bench/align.sh [PAIRS]     (from the build folder; default 100000 pairs per length)
# Needs bwa, minimap2, samtools, mason (Debian: bwa minimap2 samtools seqan-apps) and shared data.
set -eu
gw=${GENOWARP:-$(pwd)/genowarp}
eval=$(pwd)/tests/bench/mapeval
here=$(cd "${srcdir:-.}" && pwd)
data=${GW_SHARED_DATA:-$here/shared/data}
pairs=${1:-100000}
PATH=$PATH:/usr/lib/seqan/bin
for tool in bwa minimap2 samtools mason_simulator mason_variator; do
    command -v $tool >/dev/null || { echo "skipped: $tool is missing" >&2; exit 77; }
done
[ -d "$data" ] || { echo "skipped: no shared data in $data" >&2; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
cpu() { # name, command...: stdout to NAME.sam, CPU seconds to NAME.t
    name=$1
    shift
    command time -f '%U %S' -o "$name.t" "$@" >"$name.sam" 2>"$name.err" || { tail -3 "$name.err" >&2; exit 1; }
}
seconds() { awk '{printf "%.2f", $1 + $2}' "$1.t"; }
row() { # what, name, evaluation
    printf '| %s | %s | %s | %s |\n' "$1" "$2" "$(seconds "$2")" "$3"
}
sim() { # label, R1 [R2]
    what=$1
    shift
    cpu genowarp "$gw" align -@ 1 --output-fmt sam g.fa "$@"
    cpu bwa bwa mem -t 1 g.fa "$@"
    cpu minimap2 minimap2 -t 1 -ax sr g.fa "$@"
    for m in genowarp bwa minimap2; do
        row "$what" $m "$("$eval" truth.bam $m.sam | awk 'NR == 1 {
            gsub("[%()]", "", $0); printf "%s | %s | %s | %s (%s%%)", $4, $8, $10, $14, $15}')"
    done
}
gzip -dc "$data/ref/grch38.chr20_and_21_10M.fa.gz" >g.fa
"$gw" index g.fa 2>/dev/null
bwa index g.fa 2>/dev/null
samtools faidx g.fa
mason_variator -ir g.fa -ov var.vcf --seed 3 --snp-rate 0.001 --small-indel-rate 0.0001 \
    --max-small-indel-size 20 >/dev/null 2>&1
echo "| reads | mapper | CPU s | mapped % | right % | MAPQ>=20 % | wrong among them |"
echo "|---|---|---|---|---|---|---|"
for len in 100 150 250; do
    mason_simulator -ir g.fa -iv var.vcf -n "$pairs" --seed 7 --illumina-read-length $len \
        --fragment-mean-size $((len * 2 + 50)) --fragment-size-std-dev 50 -o m1.fq -or m2.fq \
        -oa truth.bam >/dev/null 2>&1
    sim "2x$len" m1.fq m2.fq
    [ $len != 150 ] || sim "1x$len" m1.fq
done
human=$data/human
gzip -dc "$data/ref/hg19_chr20_9.995-11.095M.masked.fa.gz" >h.fa
"$gw" index h.fa 2>/dev/null
bwa index h.fa 2>/dev/null
r1=$human/NA12878_chr20_10.0-10.1M_R1.fastq.gz r2=$human/NA12878_chr20_10.0-10.1M_R2.fastq.gz
cpu genowarp "$gw" align -@ 1 --output-fmt sam h.fa "$r1" "$r2"
cpu bwa bwa mem -t 1 h.fa "$r1" "$r2"
cpu minimap2 minimap2 -t 1 -ax sr h.fa "$r1" "$r2"
echo
echo "| NA12878, 51,678 reads | CPU s | mapped | properly paired | bwa's MAPQ>=30 within 5 bp |"
echo "|---|---|---|---|---|"
places() { samtools view -F 0x900 "$1.sam" | awk '{print $1 "/" int($2 / 64) % 4 "\t" $3 "\t" $4 "\t" $5 "\t" $2}' | LC_ALL=C sort; }
places bwa >bwa.p
for m in genowarp bwa minimap2; do
    places $m >p
    awk -v m=$m -v s="$(seconds $m)" '
        NR == FNR {if ($4 >= 30 && int($5 / 4) % 2 == 0) {c[$1] = $2; p[$1] = $3; n++}; next}
        int($5 / 4) % 2 == 0 {mapped++; proper += int($5 / 2) % 2
            d = $3 - p[$1]; if ($1 in c && c[$1] == $2 && d <= 5 && d >= -5) agree++}
        END {printf "| %s | %s | %d | %d | %.3f%% |\n", m, s, mapped, proper, 100 * agree / n}' bwa.p p
done
