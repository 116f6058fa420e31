#!/bin/sh
# Sorting and duplicate marking held to Picard and samtools, on bwa's alignments:
#   markdup.sh [PAIRS]        (simulated pairs for the large set; default 300000)
# Prints Markdown: agreement record by record, metrics, and CPU seconds. Needs bwa, samtools,
# wgsim, PicardCommandLine (Debian: bwa samtools picard-tools) and the shared data.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
data=${GW_SHARED_DATA:-$here/../shared/data}
sinkcat=${SINKCAT:-tests/bench/sinkcat}
pairs=${1:-300000}
for tool in bwa samtools wgsim PicardCommandLine; do
    command -v $tool >/dev/null || { echo "$tool is not here"; exit 77; }
done
[ -d "$data/human" ] || { echo "no shared data at $data"; exit 77; }
[ -x "$sinkcat" ] || { echo "make tests/bench/sinkcat first"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
picard() { # IN OUT METRICS ORDER
    PicardCommandLine MarkDuplicates I="$1" O="$2" M="$3" ASSUME_SORT_ORDER="$4" QUIET=true \
        VERBOSITY=ERROR >"$tmp/picard.log" 2>&1 || { cat "$tmp/picard.log"; exit 1; }
}
table() { grep -v '^#' "$1" | grep -v '^$' | grep -v LIBRARY | sort; }
secs() { # CPU seconds of a command
    /usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>"$0"' "$tmp/err" "$@" 2>&1 |
        awk '{printf "%.2f", $1 + $2}'
}
# One name a template in every set; half of the reads in a second library, a tenth single-end.
compare() { # name, name-grouped BAM
    picard "$2" "$tmp/p.bam" "$tmp/p.txt" queryname
    "$sinkcat" -d -M "$tmp/o.txt" "$2" "$tmp/o.bam"
    samtools view "$tmp/p.bam" | cut -f1-9 >"$tmp/p.sam"
    samtools view "$tmp/o.bam" | cut -f1-9 >"$tmp/o.sam"
    n=$(wc -l <"$tmp/o.sam")
    differ=$(paste "$tmp/p.sam" "$tmp/o.sam" | awk -F'\t' '$1 != $10 || $2 != $11' | wc -l)
    dups=$(samtools view -c -f 1024 "$tmp/o.bam")
    table "$tmp/p.txt" >"$tmp/p.tab"
    table "$tmp/o.txt" >"$tmp/o.tab"
    metrics=$(diff "$tmp/p.tab" "$tmp/o.tab" | grep -c '^[<>]' || true)
    # against markers of sorted files: primaries only, as these leave the others alone
    "$sinkcat" -s -d "$2" "$tmp/os.bam"
    samtools sort -o "$tmp/s.bam" "$2" 2>/dev/null
    picard "$tmp/s.bam" "$tmp/ps.bam" "$tmp/ps.txt" coordinate
    samtools fixmate -m "$2" - 2>/dev/null | samtools sort - 2>/dev/null |
        samtools markdup - "$tmp/ss.bam" 2>/dev/null
    for f in os ps ss; do
        samtools view -F 0x904 "$tmp/$f.bam" |
            awk -F'\t' '{d = int($2 / 1024) % 2; print $1 "/" int($2 / 64) % 4 "\t" d}' |
            LC_ALL=C sort >"$tmp/$f.flags"
    done
    ps=$(paste "$tmp/os.flags" "$tmp/ps.flags" | awk '$2 != $4' | wc -l)
    ss=$(paste "$tmp/os.flags" "$tmp/ss.flags" | awk '$2 != $4' | wc -l)
    pn=$(awk '{n += $2} END {print n + 0}' "$tmp/ps.flags")
    on=$(awk '{n += $2} END {print n + 0}' "$tmp/os.flags")
    sn=$(awk '{n += $2} END {print n + 0}' "$tmp/ss.flags")
    echo "| $1 | $n | $dups | $differ | $metrics | $on / $pn ($ps) | $on / $sn ($ss) |"
}
echo "| data | records | flagged | differ from Picard, query-grouped | metrics lines that differ | primaries flagged, ours / Picard on the sorted file (differ) | ours / samtools markdup (differ) |"
echo "|---|---|---|---|---|---|---|"

gzip -dc "$data/ref/GCF_000005845.2_Ecoli_K12_MG1655.fna.gz" >"$tmp/ec.fa"
bwa index "$tmp/ec.fa" 2>/dev/null
bwa mem -t 2 -R '@RG\tID:a\tSM:s\tLB:l1\tPL:ILLUMINA' "$tmp/ec.fa" \
    "$data"/bact/Ecoli_K12_EAS20_10kb_R1.fastq.gz "$data"/bact/Ecoli_K12_EAS20_10kb_R2.fastq.gz \
    2>/dev/null | samtools view -b -o "$tmp/ec.bam" -
compare "E. coli K12, 28,160 pairs" "$tmp/ec.bam"

gzip -dc "$data"/ref/hg19_chr20_9.995-11.095M.masked.fa.gz >"$tmp/hg.fa"
samtools faidx "$tmp/hg.fa"
bwa index "$tmp/hg.fa" 2>/dev/null
samtools collate -Ou --reference "$tmp/hg.fa" "$data"/human/NA12878_S1.chr20.10_10p1mb.cram "$tmp/col" 2>/dev/null |
    samtools fastq -n -1 "$tmp/na1.fq" -2 "$tmp/na2.fq" -0 /dev/null -s /dev/null - 2>/dev/null
bwa mem -t 2 -R '@RG\tID:a\tSM:NA12878\tLB:l1\tPL:ILLUMINA' "$tmp/hg.fa" "$tmp/na1.fq" "$tmp/na2.fq" \
    2>/dev/null | samtools view -b -o "$tmp/na.bam" -
compare "NA12878 chr20:10.0-10.1M" "$tmp/na.bam"

# Simulated: 1 in 4 templates comes back as one to three duplicates, half of them close on the
# flow cell, with other base qualities; every fifth mate is junk, so that ends lose their mates.
gzip -dc "$data"/ref/grch38.chr20_and_21_10M.fa.gz >"$tmp/gr.fa"
bwa index "$tmp/gr.fa" 2>/dev/null
wgsim -S 7 -N "$pairs" -1 150 -2 150 "$tmp/gr.fa" "$tmp/w1.fq" "$tmp/w2.fq" >/dev/null 2>&1
paste "$tmp/w1.fq" "$tmp/w2.fq" | awk -F'\t' -v p="$tmp/x" '
function quals(n,   s, i) { s = ""; for (i = 0; i < n; i += 10) s = s substr("IIIIIIIIIIFFFFFFFFFF::::::::::##########", 1 + 10 * int(rand() * 4), 10); return substr(s, 1, n) }
function emit(t, x, y,   name) {
    name = "@SIM:" int(rand() * 2) ":FC:1:" t ":" x ":" y
    print name "\n" s1 "\n+\n" quals(length(s1)) > (p "1.fq")
    print name "\n" (junk ? noise : s2) "\n+\n" quals(length(s2)) > (p "2.fq")
}
BEGIN { srand(11) }
NR % 4 == 2 { s1 = $1; s2 = $2 }
NR % 4 == 0 {
    junk = rand() < 0.05
    if (junk) { noise = ""; for (i = 0; i < length(s2); i++) noise = noise substr("ACGT", 1 + int(rand() * 4), 1) }
    n++; t = 1101 + int(rand() * 90); x = int(rand() * 20000); y = n * 10
    emit(t, x, y)
    if (rand() < 0.25) for (k = int(rand() * 3); k >= 0; k--) {
        if (rand() < 0.2) { s = s1; s1 = s2; s2 = s }
        if (rand() < 0.5) emit(t, x + int(rand() * 150), y + 1 + k); else emit(1101 + int(rand() * 90), int(rand() * 20000), y + 1 + k)
    }
}'
bwa mem -t 2 -R '@RG\tID:a\tSM:s\tLB:l1\tPL:ILLUMINA' "$tmp/gr.fa" "$tmp/x1.fq" "$tmp/x2.fq" 2>/dev/null |
    awk -F'\t' -v OFS='\t' '
        /^@RG/ { print; print "@RG\tID:b\tSM:s\tLB:l2\tPL:ILLUMINA"; print "@RG\tID:c\tSM:s\tLB:l1\tPL:ILLUMINA"; next }
        /^@/ { print; next }
        { y = $1; sub(/.*:/, "", y); g = int(y / 10) % 4; if (g) sub(/RG:Z:a/, "RG:Z:" (g > 1 ? "b" : "c")); print }' |
    samtools view -b -o "$tmp/x.bam" -
compare "simulated, two libraries, three read groups" "$tmp/x.bam"
awk 'NR % 4 == 1 {print "@S:1:F:1:1101:" NR % 5000 ":" NR; next} {print}' "$tmp/x1.fq" >"$tmp/se.fq"
bwa mem -t 2 -R '@RG\tID:a\tSM:s\tLB:l1\tPL:ILLUMINA' "$tmp/gr.fa" "$tmp/se.fq" 2>/dev/null |
    samtools view -b -o "$tmp/se.bam" -
compare "simulated, single-end" "$tmp/se.bam"
{ samtools view -h "$tmp/x.bam"; samtools view "$tmp/se.bam"; } | samtools view -b -o "$tmp/mix.bam" -
compare "simulated, pairs and single ends" "$tmp/mix.bam"

echo
echo "CPU seconds, $(samtools view -c "$tmp/x.bam") records, one thread, uncompressed BAM out unless said:"
echo
echo "| what | CPU s |"
echo "|---|---|"
echo "| pass-through | $(secs "$sinkcat" -u "$tmp/x.bam" "$tmp/t.bam") |"
echo "| sort | $(secs "$sinkcat" -u -s "$tmp/x.bam" "$tmp/t.bam") |"
echo "| sort and mark | $(secs "$sinkcat" -u -s -d "$tmp/x.bam" "$tmp/t.bam") |"
echo "| sort and mark, 32 MB of memory, spilling | $(secs "$sinkcat" -u -s -d -m 32 "$tmp/x.bam" "$tmp/t.bam") |"
echo "| pass-through, BAM | $(secs "$sinkcat" "$tmp/x.bam" "$tmp/t.bam") |"
echo "| sort and mark, BAM | $(secs "$sinkcat" -s -d "$tmp/x.bam" "$tmp/t.bam") |"
echo "| samtools sort, BAM | $(secs samtools sort -o "$tmp/t.bam" "$tmp/x.bam") |"
echo "| samtools fixmate, sort, markdup, BAM | $(secs sh -c "samtools fixmate -um '$tmp/x.bam' - | samtools sort -u - | samtools markdup - '$tmp/t.bam'") |"
samtools sort -o "$tmp/s.bam" "$tmp/x.bam" 2>/dev/null
echo "| Picard MarkDuplicates of the sorted BAM | $(secs PicardCommandLine MarkDuplicates I="$tmp/s.bam" O="$tmp/t.bam" M="$tmp/t.txt") |"
