#!/bin/sh
# index and align as a user meets them: damaged indexes, thread invariance, every kind of input,
# reads that are odd, and every record checked against the reference (samvalid).
set -u
gw=${GENOWARP:-./genowarp}
valid=$(pwd)/tests/align/samvalid
here=$(cd "${srcdir:-.}" && pwd)
case $gw in /*) ;; *) gw=$(pwd)/$gw ;; esac
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
pass=0 fail=0
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
is() { # what, expected, actual
    [ "$2" = "$3" ] && ok || bad "$1: expected $2, got $3"
}
quiet() { "$gw" "$@" 2>err; }

cp "$here/tests/data/phix/phix.fa" phix.fa
gzip -dc "$here/refs/demo/chr20.fa.gz" >chr20.fa
for i in 1 2; do
    gzip -dc "$here/refs/demo/NA12878_R$i.fastq.gz" | head -n 16000 >"r$i.fq"
done

# 1. the index: same bytes for any threads; whole or refused
for t in 1 2 3; do quiet index -@ $t chr20.fa -o "t$t.gwi"; done
cmp -s t1.gwi t2.gwi && cmp -s t1.gwi t3.gwi && ok || bad "the index depends on the threads"
quiet index phix.fa && ok || bad "index: $(cat err)"
size=$(wc -c <phix.fa.gwi)
head -n 8 r1.fq >few.fq
flips=0 seed=12345
while [ $flips -lt 60 ]; do
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    at=$((seed % size))
    [ $flips -lt 20 ] && at=$((seed % 400))
    cp phix.fa.gwi flip.gwi
    old=$(dd if=flip.gwi bs=1 skip=$at count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
    printf "\\$(printf '%o' $((old ^ (1 << flips % 8))))" | dd of=flip.gwi bs=1 seek=$at conv=notrunc 2>/dev/null
    quiet align flip.gwi few.fq -o flip.bam
    is "a bit flipped at $at" 65 $?
    grep -q "genowarp index" err && ok || bad "flip at $at: no remedy: $(cat err)"
    flips=$((flips + 1))
done
for cut in 0 7 100 4095 4096 5000 $((size / 2)) $((size - 1)); do
    head -c $cut phix.fa.gwi >cut.gwi
    quiet align cut.gwi few.fq -o cut.bam
    is "an index cut to $cut bytes" 65 $?
done
[ ! -e flip.bam ] && [ ! -e cut.bam ] && ok || bad "an output was left behind"
printf 'x' >>phix.fa.gwi
quiet align phix.fa few.fq -o x.bam
is "an index with a byte more" 65 $?
quiet index phix.fa
sed 's/^GAGT/GAGA/' phix.fa >changed.fa
mv phix.fa.gwi changed.fa.gwi
quiet align changed.fa few.fq -o x.bam
is "an index of another FASTA" 65 $?
grep -q "has changed" err && ok || bad "another FASTA: $(cat err)"
cp phix.fa touched.fa && cp changed.fa.gwi touched.fa.gwi && touch -d 2001-01-01 touched.fa
quiet align touched.fa few.fq -o x.bam
is "a FASTA that was only copied" 0 $?
quiet align absent.fa few.fq -o x.bam
is "no reference" 66 $?

# 2. real pairs: valid records, the same for any threads, with and without an index
quiet align -@ 1 chr20.fa r1.fq r2.fq --no-PG -o a.bam && ok || bad "align: $(cat err)"
"$valid" chr20.fa a.bam >log 2>&1 && ok || bad "invalid records: $(cat log)"
for t in 2 3; do
    quiet align -@ $t chr20.fa r1.fq r2.fq --no-PG -o b.bam
    cmp -s a.bam b.bam && ok || bad "the output depends on the threads ($t)"
done
quiet align t1.gwi r1.fq r2.fq --no-PG -o b.bam
cmp -s a.bam b.bam && ok || bad "the output depends on where the index lies"
for opts in -a "-a -Y --eqx" "-R @RG\\tID:x\\tSM:y --eqx" "-I 300,60"; do
    quiet align $opts chr20.fa r1.fq r2.fq -o o.bam && "$valid" chr20.fa o.bam >log 2>&1 && ok ||
        bad "align $opts: $(cat err log)"
done
: >empty.fq
quiet align t1.gwi empty.fq -o empty.sam
is "an empty input" 65 $?
"$gw" align t1.gwi r1.fq r2.fq --no-PG --output-fmt sam 2>err >o.sam
awk '!/^@/ {print > ($2 % 256 >= 128 ? "s2" : "s1")} END {print NR}' o.sam >/dev/null
n=$(awk '!/^@/ && int($2 / 4) % 2 == 0 && $2 < 256 {m++} END {print m}' o.sam)
[ "$n" -ge 7950 ] && ok || bad "only $n of 8000 reads are mapped"
n=$(awk '!/^@/ && int($2 / 2) % 2 {m++} END {print m}' o.sam)
[ "$n" -ge 7850 ] && ok || bad "only $n of 8000 reads are properly paired"

# 3. ways in: interleaved, stdin, gzip, uBAM with tags and read groups, comments
paste -d '\n' r1.fq r2.fq | awk '{l[NR % 8] = $0} NR % 8 == 0 {
    print l[1] "\n" l[3] "\n" l[5] "\n" l[7] "\n" l[2] "\n" l[4] "\n" l[6] "\n" l[0]}' >il.fq
quiet align -p t1.gwi il.fq --no-PG -o b.bam
cmp -s a.bam b.bam && ok || bad "interleaved input differs"
cat il.fq | quiet align -p t1.gwi - --no-PG -o b.bam
cmp -s a.bam b.bam && ok || bad "interleaved stdin differs"
gzip -c il.fq | quiet align -p t1.gwi - --no-PG -o b.bam
cmp -s a.bam b.bam && ok || bad "gzip stdin differs"
{
    printf '@HD\tVN:1.6\tSO:unsorted\n@RG\tID:lane7\tSM:me\n'
    awk 'NR % 4 == 1 {n = substr($1, 2); sub("/[12]$", "", n)} NR % 4 == 2 {s = $0} NR % 4 == 0 {
        print n "\t" (k++ % 2 ? 141 : 77) "\t*\t0\t0\t*\t*\t0\t0\t" s "\t" $0 "\tRG:Z:lane7\tBC:Z:ACGT\tNM:i:9"}' il.fq
} >u.sam
quiet align t1.gwi u.sam --no-PG --output-fmt sam -o b.sam && ok || bad "uBAM-like input: $(cat err)"
is "read groups kept" 1 "$(grep -c '^@RG.ID:lane7.SM:me' b.sam)"
n=$(grep -v '^@' b.sam | wc -l)
is "tags kept on every record" "$n" "$(grep -c 'RG:Z:lane7.*BC:Z:ACGT' b.sam)"
is "old NM replaced" 0 "$(grep -v '^@' b.sam | awk '$2 < 256 && int($2 / 4) % 2' | grep -c 'NM:i:9')"
cut -f 1-11 b.sam | grep -v '^@' >b11
grep -v '^@' o.sam | cut -f 1-11 >a11
cmp -s a11 b11 && ok || bad "uBAM-like input maps otherwise"
awk 'NR % 4 == 1 {$0 = $1 " BC:Z:TTGG"} {print}' few.fq >c.fq
quiet align -C t1.gwi c.fq -o c.sam
is "comments to tags" 2 "$(grep -c 'BC:Z:TTGG' c.sam)"
awk 'NR % 4 == 1 {$0 = $1 " 1:N:0:ACGT"} {print}' few.fq >c.fq
quiet align -C t1.gwi c.fq -o c2.sam
is "comments that are no tags" 65 $?
quiet align -R 'ID:x' t1.gwi few.fq -o c2.sam
is "a read group without @RG" 64 $?

# 4. odd reads
ref=$(grep -v '>' phix.fa | tr -d '\n')
one() { printf '@%s\n%s\n+\n%s\n' "$1" "$2" "$(printf '%s' "$2" | tr 'ACGTN' 'IIII#')"; }
{
    one base A
    one ns "$(printf 'N%.0s' $(seq 100))"
    one short "$(printf '%s' "$ref" | cut -c 100-110)"
    one start "$(printf '%s' "$ref" | cut -c 1-60)"
    one end "$(printf '%s' "$ref" | cut -c 5327-5386)"
    one round "$(printf '%s' "$ref" | cut -c 5337-5386)$(printf '%s' "$ref" | cut -c 1-50)"
    one before "TTTTTTTTTT$(printf '%s' "$ref" | cut -c 1-60)"
    one somen "$(printf '%s' "$ref" | cut -c 1001-1040)N$(printf '%s' "$ref" | cut -c 1042-1100)"
} >odd.fq
quiet align phix.fa odd.fq -o odd.sam && "$valid" phix.fa odd.sam >log 2>&1 && ok || bad "odd reads: $(cat err log)"
where() { awk -v n="$1" '$1 == n && $2 < 256 {print $2 ":" $4 ":" $6}' odd.sam; }
is "one base" "4:0:*" "$(where base)"
is "all N" "4:0:*" "$(where ns)"
is "shorter than a seed" "4:0:*" "$(where short)"
is "the contig's start" "0:1:60M" "$(where start)"
is "the contig's end" "0:5327:60M" "$(where end)"
is "over the contig's start" "0:1:10S60M" "$(where before)"
is "one N" "0:1001:100M" "$(where somen)"
is "a circle's seam is split" 2 "$(grep -c '^round.*SA:Z:' odd.sam)"
# mates of different lengths, one of them tiny; reads longer than the contig
one p "$(printf '%s' "$ref" | cut -c 2001-2100)" >l1.fq
one p "$(printf '%s' "$ref" | cut -c 2251-2300 | rev | tr ACGT TGCA)" >l2.fq
one q "$(printf '%s' "$ref" | cut -c 3001-3100)" >>l1.fq
one q T >>l2.fq
quiet align -I 300,30 phix.fa l1.fq l2.fq -o l.sam && "$valid" phix.fa l.sam >log 2>&1 && ok || bad "mates: $(cat err log)"
is "mates of different lengths" "99:2001:100M 147:2251:50M 73:3001:100M 133:3001:*" \
    "$(awk '!/^@/ {printf "%s%s:%s:%s", s, $2, $4, $6; s = " "}' l.sam)"
printf '>tiny\n%s\n>small\n%s\n' "$(printf '%s' "$ref" | cut -c 2041-2060)" "$(printf '%s' "$ref" | cut -c 3031-3080)" >tiny.fa
quiet align -I 300,30 tiny.fa l1.fq l2.fq -o l.sam && "$valid" tiny.fa l.sam >log 2>&1 && ok || bad "short contigs: $(cat err log)"
is "a read longer than its contig" "small:1:30S50M20S" "$(awk '$1 == "q" && $2 % 128 >= 64 {print $3 ":" $4 ":" $6}' l.sam)"
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
