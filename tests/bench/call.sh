#!/bin/sh
# call beside bcftools and freebayes, all on the same alignments and compared by tests/bench/vcfcmp
# (haplotypes and genotypes):
#   call.sh [MEGABASES]      of the simulated person (default 3)
# Prints Markdown. Needs bwa, samtools, bcftools, freebayes, art_illumina (Debian:
# art-nextgen-simulation-tools), perl and the shared data; run from the build folder.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
data=${GW_SHARED_DATA:-$here/../shared/data}
gw=${GENOWARP:-./genowarp}
cmp=${VCFCMP:-tests/bench/vcfcmp}
mb=${1:-3}
for tool in bwa samtools bcftools freebayes art_illumina perl bash; do
    command -v $tool >/dev/null || { echo "$tool is not here"; exit 77; }
done
[ -d "$data/human" ] || { echo "no shared data at $data"; exit 77; }
[ -x "$cmp" ] || { echo "make tests/bench/vcfcmp first"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
secs() { # CPU seconds of a shell command; its output goes where the command says
    bash -c 'TIMEFORMAT="%U %S"; time sh -c "$0" 2>/dev/null' "$1" 2>&1 | tail -1 |
        awk '{printf "%.1f", $1 + $2}'
}
prepare() { # FASTA(.gz) name
    case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac >"$tmp/$2.fa"
    samtools faidx "$tmp/$2.fa"
    bwa index "$tmp/$2.fa" 2>/dev/null
}
map() { # name, sample, R1, R2, out
    bwa mem -t 2 -K 10000000 -R "@RG\tID:$2\tSM:$2" "$tmp/$1.fa" "$3" "$4" 2>/dev/null |
        samtools fixmate -m -u - - 2>/dev/null | samtools sort -u - 2>/dev/null |
        samtools markdup - "$tmp/$5.bam" 2>/dev/null
    samtools index "$tmp/$5.bam"
}
row() { # data, caller, seconds, reference, bed, truth, calls, quality
    "$cmp" -b "$5" -q "$8" "$4" "$6" "$7" 2>/dev/null | awk -F'\t' -v d="$1" -v c="$2" -v s="$3" \
        -v q="$8" '$2 == "genotype" {r[$1] = $3 "/" $6 "/" $4; f[$1] = $9}
        END {printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", d, c, q, r["SNP"], f["SNP"],
             r["INDEL"], f["INDEL"], s}'
}
peers() { # data, reference name, BAM, region, bed, truth
    f=$tmp/$2.fa r=${4:+-r $4}
    t=$(secs "$gw call --no-PG -@1 -f $f $3 $r >$tmp/gw.vcf")
    b=$(secs "bcftools mpileup -f $f $3 $r | bcftools call -mv -o $tmp/bcf.vcf -")
    e=$(secs "freebayes -f $f $3 $r >$tmp/fb.vcf")
    for q in 10 20; do
        row "$1" genowarp "$t" "$f" "$5" "$6" "$tmp/gw.vcf" $q
        row "$1" "bcftools $(bcftools --version | awk 'NR == 1 {print $2}')" "$b" "$f" "$5" "$6" \
            "$tmp/bcf.vcf" $q
        row "$1" "freebayes $(freebayes --version | awk '{print $2}')" "$e" "$f" "$5" "$6" \
            "$tmp/fb.vcf" $q
    done
}
echo "| data | caller | QUAL >= | SNP TP/FP/FN | F1 | INDEL TP/FP/FN | F1 | CPU s |"
echo "|---|---|---|---|---|---|---|---|"

# 1. real: 100 kb of NA12878 at 52x. The confident regions are approximate (HG002's), so false
#    positives are too; the strict ones are HG001's own
prepare "$data/ref/hg19_chr20_9.995-11.095M.masked.fa.gz" hg19
r1=$data/human/NA12878_chr20_10.0-10.1M_R1.fastq.gz r2=$data/human/NA12878_chr20_10.0-10.1M_R2.fastq.gz
map hg19 HG001 "$r1" "$r2" na
gzip -dc "$data"/human/HG001*.truth.vcf.gz >"$tmp/truth.vcf"
bed=$data/human/approx_confident.hg19.chr20_10.0-10.1M.bed
peers "NA12878, bwa mem" hg19 "$tmp/na.bam" "" "$bed" "$tmp/truth.vcf"
t=$(secs "$gw align $tmp/hg19.fa $r1 $r2 --sort --markdup -R '@RG\tID:a\tSM:HG001' |
    $gw call -f $tmp/hg19.fa - >$tmp/own.vcf")
for q in 10 20; do
    row "NA12878" "genowarp align \\| call" "$t" "$tmp/hg19.fa" "$bed" "$tmp/truth.vcf" \
        "$tmp/own.vcf" $q
done
row "NA12878, strict 9 kb" "genowarp align \\| call" "$t" "$tmp/hg19.fa" \
    "$data/human/NIST_strict_9kb.hg19.bed" "$tmp/truth.vcf" "$tmp/own.vcf" 10

# 2. simulated: a made-up person on real chromosome 20, ART HSXn 2x150
prepare "$data/ref/grch38.chr20_and_21_10M.fa.gz" hg38
end=$((2000000 + mb * 1000000))
perl "$here/tests/bench/simvar.pl" "$tmp/hg38.fa" chr20 2000001 $end 7 "$tmp/sim"
printf 'chr20\t2000250\t%d\n' $((end - 300)) >"$tmp/sim.bed"
for depth in 30 15; do
    art_illumina -ss HSXn -i "$tmp/sim.fa" -p -l 150 -f $(awk "BEGIN {print $depth / 2}") -m 350 \
        -s 60 -na -rs 11$depth -o "$tmp/s." >/dev/null 2>&1
    map hg38 SIM "$tmp/s.1.fq" "$tmp/s.2.fq" "s$depth"
    peers "simulated $mb Mb, ${depth}x, bwa mem" hg38 "$tmp/s$depth.bam" "chr20:2000001-$end" \
        "$tmp/sim.bed" "$tmp/sim.vcf"
done

# 3. exact answers
echo
echo "| control | found | expected |"
echo "|---|---|---|"
found() { grep -v '^#' "$1" | awk '{printf "%s%s%s%s", n++ ? " " : "", $4, $2, $5} END {if (!n) printf "nothing"}'; }
prepare "$data/ref/GCF_000005845.2_Ecoli_K12_MG1655.fna.gz" ecoli
map ecoli E "$data/bact/Ecoli_K12_EAS20_10kb_R1.fastq.gz" "$data/bact/Ecoli_K12_EAS20_10kb_R2.fastq.gz" ec
"$gw" call --ploidy 1 -f "$tmp/ecoli.fa" "$tmp/ec.bam" >"$tmp/c.vcf" 2>/dev/null
echo "| E. coli, 509x, error-corrected reads | $(found "$tmp/c.vcf") | nothing |"
prepare "$data/ref/SARS-CoV-2_MN908947.3.fasta" sars
map sars V "$data/viral/vpipe_pos_MT007544_1_1_R1.fastq.gz" "$data/viral/vpipe_pos_MT007544_1_1_R2.fastq.gz" v
"$gw" call --ploidy 1 -f "$tmp/sars.fa" "$tmp/v.bam" >"$tmp/c.vcf" 2>/dev/null
echo "| SARS-CoV-2 control, 339x | $(found "$tmp/c.vcf") | T19065C T22303G G26144T ACGATCGAGTG29749A |"
prepare "$data/ref/phiX174_NC_001422.1.fa" phix
art_illumina -ss HS25 -i "$data/ref/phiX174_illumina.fa" -p -l 100 -f 60 -m 300 -s 30 -na -rs 3 \
    -o "$tmp/p." >/dev/null 2>&1
map phix P "$tmp/p.1.fq" "$tmp/p.2.fq" p
"$gw" call --ploidy 1 -f "$tmp/phix.fa" "$tmp/p.bam" >"$tmp/c.vcf" 2>/dev/null
echo "| phiX, reads of the other strain | $(found "$tmp/c.vcf") | G587A G833A A2731G C2793T C2811T |"
