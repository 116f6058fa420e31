#!/bin/sh
# Reference blocks beside those of bcftools and freebayes, from the same alignments, and joint calls
# beside calls from all reads at once:
#   gvcf.sh [MEGABASES]      of the simulated person (default 1)
# All get the alignments of `genowarp align`. Prints Markdown. Needs samtools, bcftools, freebayes, art_illumina, perl and the shared data;
# run from the build folder.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
data=${GW_SHARED_DATA:-$here/../shared/data}
gw=${GENOWARP:-./genowarp}
mb=${1:-1}
for tool in samtools bcftools freebayes art_illumina perl bash; do
    command -v $tool >/dev/null || { echo "$tool is not here"; exit 77; }
done
[ -d "$data/human" ] || { echo "no shared data at $data"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
secs() { # CPU seconds of a shell command; its output goes where the command says
    bash -c 'TIMEFORMAT="%U %S"; time sh -c "$0" 2>/dev/null' "$1" 2>&1 | tail -1 |
        awk '{printf "%.2f", $1 + $2}'
}
map() { # reference, sample, R1, R2, out
    "$gw" align "$1" "$3" "$4" -R "@RG\tID:$2\tSM:$2" --sort --markdup --write-index -o "$5" 2>/dev/null
}
row() { # data, caller, seconds, bed, truth, gVCF
    perl "$here/tests/bench/gvcf.pl" "$4" "$5" "$tmp/none.txt" "$6" | while read -r n all sure missed none; do
        echo "| $1 | $2 | $n | $(gzip -c "$6" | wc -c | awk '{printf "%.2f", $1 / 1e6}') |" \
            "$(awk "BEGIN {printf \"%.3f\", 100 * $sure / $all}") | $missed | $none | $3 |"
    done
}
rows() { # data, reference, BAM, region, bed, truth
    f=$2
    bands=0,5,10,15,20,30,40
    samtools depth -aa -Q 5 -r "$4" "$3" | awk '$3 == 0 {print $1, $2}' >"$tmp/none.txt"
    p=$(secs "$gw call --no-PG -@1 -f $f $3 -r $4 >$tmp/plain.vcf")
    t=$(secs "$gw call --no-PG -@1 -f $f $3 -r $4 --gvcf >$tmp/gw.vcf")
    row "$1" "genowarp --gvcf" "$t (plain $p)" "$5" "$6" "$tmp/gw.vcf"
    for b in 20 1,3,5,7,10,13,16,20,25,30,40,60 $(seq -s, 1 60),70,80,90,99; do
        t=$(secs "$gw call --no-PG -@1 -f $f $3 -r $4 --gvcf --gvcf-bands $b >$tmp/gw.vcf")
        row "$1" "genowarp, $(echo "$b" | tr ',' '\n' | wc -l) bounds" "$t" "$5" "$6" "$tmp/gw.vcf"
    done
    p=$(secs "bcftools mpileup -f $f $3 -r $4 | bcftools call -mv -o $tmp/bcf.vcf -")
    t=$(secs "bcftools mpileup -a DP -g $bands -f $f $3 -r $4 | bcftools call -m -g $bands -o $tmp/bcf.vcf -")
    row "$1" "bcftools call -g (no GQ: 3 x MinDP)" "$t (plain $p)" "$5" "$6" "$tmp/bcf.vcf"
    p=$(secs "freebayes -f $f $3 -r $4 >$tmp/fb.vcf")
    t=$(secs "freebayes --gvcf -f $f $3 -r $4 >$tmp/fb.vcf")
    row "$1" "freebayes --gvcf" "$t (plain $p)" "$5" "$6" "$tmp/fb.vcf"
}
echo "| data | caller | records | MB gzipped | confident reference with GQ >= 20, % | variants inside such blocks | bases without reads inside | CPU s |"
echo "|---|---|---|---|---|---|---|---|"
gzip -dc "$data/ref/hg19_chr20_9.995-11.095M.masked.fa.gz" >"$tmp/hg19.fa"
samtools faidx "$tmp/hg19.fa"
map "$tmp/hg19.fa" HG001 "$data/human/NA12878_chr20_10.0-10.1M_R1.fastq.gz" \
    "$data/human/NA12878_chr20_10.0-10.1M_R2.fastq.gz" "$tmp/na.bam"
gzip -dc "$data"/human/HG001*.truth.vcf.gz >"$tmp/truth.vcf"
rows "NA12878, 52x" "$tmp/hg19.fa" "$tmp/na.bam" chr20:9999000-10101000 \
    "$data/human/approx_confident.hg19.chr20_10.0-10.1M.bed" "$tmp/truth.vcf"
gzip -dc "$data/ref/grch38.chr20_and_21_10M.fa.gz" >"$tmp/hg38.fa"
samtools faidx "$tmp/hg38.fa"
end=$((2000000 + mb * 1000000))
perl "$here/tests/bench/simvar.pl" "$tmp/hg38.fa" chr20 2000001 $end 7 "$tmp/sim"
printf 'chr20\t2000250\t%d\n' $((end - 300)) >"$tmp/sim.bed"
for depth in 30 8; do
    art_illumina -ss HSXn -i "$tmp/sim.fa" -p -l 150 -f $(awk "BEGIN {print $depth / 2}") -m 350 \
        -s 60 -na -rs 11$depth -o "$tmp/s." >/dev/null 2>&1
    map "$tmp/hg38.fa" SIM "$tmp/s.1.fq" "$tmp/s.2.fq" "$tmp/s$depth.bam"
    rows "simulated $mb Mb, ${depth}x" "$tmp/hg38.fa" "$tmp/s$depth.bam" "chr20:1999000-$end" \
        "$tmp/sim.bed" "$tmp/sim.vcf"
done
