#!/bin/sh
# The whole command on real and made-up alignments: what is found, the same bytes in every way of
# running, and what is refused.
set -u
here=$(cd "${srcdir:-.}" && pwd)
gw=${GENOWARP:-$(pwd)/genowarp}
data=$here/tests/data/na12878
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
pass=0 fail=0
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
same() { cmp -s "$1" "$2" && ok || bad "$3"; }
# refused STATUS PATTERN ARGUMENTS...: exit status and message
refused() {
    want=$1 pattern=$2
    shift 2
    "$gw" call "$@" >out 2>err
    got=$?
    if [ $got -ne "$want" ]; then bad "exit $got, not $want: call $*"; else ok; fi
    grep -q "$pattern" err && ok || { bad "no message '$pattern': call $*"; cat err; }
    grep -v '^#' out >records 2>/dev/null
    [ ! -s records ] && ok || bad "records in spite of an error: call $*"
}
body() { grep -v '^#' "$1"; }
call() { "$gw" call --no-PG "$@" 2>log; }

# 1. real reads: the truth's confident part exactly; the stable columns of everything
call -f "$data/ref.fa" "$data/reads.bam" -@1 -o one.vcf && ok || bad "plain run: $(cat log)"
awk 'NR == FNR {beg[NR] = $2; end[NR] = $3; n = NR; next}
    /^#/ {next}
    {for (i = 1; i <= n; i++) if ($2 > beg[i] && $2 <= end[i]) {
        split($10, g, ":"); gsub(/\|/, "/", g[1]); if (g[1] == "1/0") g[1] = "0/1"
        print $2, $4, $5, g[1]}}' "$data/strict.bed" "$data/truth.vcf" >want
awk 'NR == FNR {beg[NR] = $2; end[NR] = $3; n = NR; next}
    /^#/ {next}
    {for (i = 1; i <= n; i++) if ($2 > beg[i] && $2 <= end[i]) {
        split($10, g, ":"); gsub(/\|/, "/", g[1]); if (g[1] == "1/0") g[1] = "0/1"
        print $2, $4, $5, g[1]}}' "$data/strict.bed" one.vcf >got
[ -s want ] && same want got "the confident part of NA12878 differs from the truth"
body one.vcf | awk '{split($10, f, ":"); print $2, $4, $5, $7, f[1], f[2], f[3]}' >stable
[ "${UPDATE:-}" = 1 ] && cp stable "$here/tests/call/na12878.expected"
same "$here/tests/call/na12878.expected" stable "golden calls changed"
awk '!/^#/ && $2 < last {bad = 1} !/^#/ {last = $2} END {exit bad}' one.vcf && ok || bad "not sorted"
head -1 one.vcf | grep -q 'VCFv4.3' && ok || bad "not VCF 4.3"
grep -q '^##contig=<ID=chr20part,length=6000,md5=' one.vcf && ok || bad "contig line"
grep -q '^##genowarpReferenceDigest=[0-9a-f]\{32\}$' one.vcf && ok || bad "reference digest"

# 2. one answer however it is run
for t in 2 3; do
    call -f "$data/ref.fa" "$data/reads.bam" -@$t >t.vcf
    same one.vcf t.vcf "-@$t differs"
done
call -f "$data/ref.fa" - <"$data/reads.bam" >t.vcf
same one.vcf t.vcf "stdin differs"
cat "$data/reads.bam" | call -f "$data/ref.fa" - >t.vcf
same one.vcf t.vcf "a pipe differs"
for level in ref avx2; do
    GENOWARP_SIMD=$level "$gw" call --no-PG -f "$data/ref.fa" "$data/reads.bam" >t.vcf 2>log
    case $? in
    0) same one.vcf t.vcf "GENOWARP_SIMD=$level differs" ;;
    *) grep -qi "simd\|level" log && ok || bad "GENOWARP_SIMD=$level: $(cat log)" ;;
    esac
done
(grep '^#' one.vcf; body one.vcf | awk '$2 >= 2000 && $2 <= 4000') >want
call -f "$data/ref.fa" - -r chr20part:2,000-4,000 <"$data/reads.bam" >t.vcf
same want t.vcf "-r differs from the whole run"
printf 'chr20part\t1999\t3000\nchr20part\t3000\t4000\n' >r.bed
call -f "$data/ref.fa" - -R r.bed <"$data/reads.bam" >t.vcf
same want t.vcf "-R differs from -r"
for f in z b u v; do
    call -f "$data/ref.fa" "$data/reads.bam" -O $f -o out.$f && [ -s out.$f ] && ok || bad "-O $f"
done
same one.vcf out.v "-O v -o differs"
gzip -dc out.z | cmp -s - one.vcf && ok || bad "-O z holds other text"
call -f "$data/ref.fa" "$data/reads.bam" -o i.vcf.gz --write-index && [ -s i.vcf.gz.tbi ] && ok ||
    bad "--write-index for VCF"
call -f "$data/ref.fa" "$data/reads.bam" -o i.bcf --write-index && [ -s i.bcf.csi ] && ok ||
    bad "--write-index for BCF"
call -f "$data/ref.fa" "$data/reads.bam" -o t.vcf --json t.json --report t.html && ok || bad "report"
grep -q '"ts_tv"' t.json && grep -q '<svg' t.html && ok || bad "report's content"

# 3. refusals
refused 64 "is needed" "$data/reads.bam"
refused 64 "too few files" -f "$data/ref.fa"
refused 66 "nothere" -f "$data/ref.fa" nothere.bam
refused 66 "nothere" -f nothere.fa "$data/reads.bam"
sed 's/chr20part/other/' "$data/ref.fa" >other.fa
refused 65 "chr20part" -f other.fa "$data/reads.bam"
sed '$d' "$data/ref.fa" >short.fa
refused 65 "6000" -f short.fa "$data/reads.bam"
(sed -n 1p "$data/ref.fa"; sed 1d "$data/ref.fa" | tr ACGTacgt TGCAtgca) >wrong.fa
refused 65 "differ from the reference" -f wrong.fa "$data/reads.bam"
head -c 100000 "$data/reads.bam" >cut.bam
refused 65 "cut" -f "$data/ref.fa" cut.bam
size=$(wc -c <"$data/reads.bam")
head -c $((size - 28)) "$data/reads.bam" >noeof.bam # without the end marker only
refused 65 "end" -f "$data/ref.fa" noeof.bam
refused 65 "end" -f "$data/ref.fa" - <noeof.bam
refused 64 "twice" -f "$data/ref.fa" - - <"$data/reads.bam"
refused 64 "nowhere" -f "$data/ref.fa" "$data/reads.bam" -r nowhere:1-5
refused 66 "index" -f "$data/ref.fa" "$data/reads.bam" -r chr20part:1-50
refused 64 "emit-qual" -f "$data/ref.fa" "$data/reads.bam" --min-qual 1

# 4. made-up reads. random letters from a fixed generator; sam NAME LENGTH writes NAME.fa
random() { # length seed
    awk -v n="$1" -v s="$2" 'BEGIN {for (i = 0; i < n; i++) {s = (s * 1103515245 + 12345) % 2147483648
        printf "%s", substr("ACGT", int(s / 65536) % 4 + 1, 1)}}'
}
genome=$(random 4000 7)
printf '>g\n%s\n' "$genome" >g.fa
head='@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:g\tLN:4000\n@RG\tID:a\tSM:A\n@RG\tID:b\tSM:B\n'
# reads LENGTH STEP ALLELE_OF: tiles of both haplotypes; SNV at 2000 (1-based) in every other read
reads() { # length, step, read group, "snv" or "ref", copies
    awk -v g="$genome" -v len="$1" -v step="$2" -v rg="$3" -v kind="$4" -v copies="${5:-1}" 'BEGIN {
        q = sprintf("%*s", len, ""); gsub(/ /, "I", q)
        for (p = 1; p + len - 1 <= 4000; p += step) for (c = 0; c < copies; c++) {
            s = substr(g, p, len); n++
            if (kind == "snv" && n % 2 && p <= 2000 && p + len > 2000) {
                was = substr(g, 2000, 1); alt = was == "A" ? "G" : was == "C" ? "T" : was == "G" ? "A" : "C"
                s = substr(s, 1, 2000 - p) alt substr(s, 2002 - p)
            }
            printf "%s%d\t%d\tg\t%d\t60\t%dM\t*\t0\t0\t%s\t%s\tRG:Z:%s\n", rg, n, (n % 4 > 1 ? 16 : 0),
                p, len, s, q, rg
        }}'
}
gt() { body "$1" | awk '{split($10, f, ":"); printf "%s:%s ", $2, f[1]}'; }
expect() { # wanted text, sam file, what, options...
    want=$1 file=$2 what=$3
    shift 3
    call -f g.fa "$file" "$@" >t.vcf || bad "$what: $(cat log)"
    got=$(gt t.vcf)
    [ "$got" = "$want" ] && ok || bad "$what: '$got', not '$want'"
}
(printf "$head" | grep -v ID:b; reads 100 5 a snv) >snv.sam
expect "2000:0/1 " snv.sam "one heterozygous SNV"
(printf "$head" | grep -v ID:b; reads 100 5 a ref) >ref.sam
expect "" ref.sam "no variant"
printf "$head" >empty.sam
expect "" empty.sam "no reads"
grep -q "no mapped reads" log && ok || bad "no reads: nothing is said"
# several samples: A has the SNV, B has not; columns in the order of the header
(reads 100 5 a snv; reads 100 7 b ref) | sort -t "$(printf '\t')" -k4,4n -s >two.body
(printf "$head"; cat two.body) >two.sam
call -f g.fa two.sam >t.vcf
got=$(grep '^#CHROM' t.vcf | cut -f 10-; body t.vcf | awk '{print $2, substr($10, 1, 3), substr($11, 1, 3)}')
[ "$got" = "A	B
2000 0/1 0/0" ] && ok || bad "two samples: $got"
(printf "$head" | grep -v ID:a; reads 100 7 b ref) >b.sam
call -f g.fa snv.sam b.sam >t2.vcf
same t.vcf t2.vcf "two inputs differ from one with both samples"
(printf "$head"; reads 100 5 a snv | cut -f 1-11) >norg.sam
refused 65 "no read group" -f g.fa norg.sam
# a haploid organism
awk -v g="$genome" 'BEGIN {q = sprintf("%100s", ""); gsub(/ /, "I", q)
    for (p = 1; p <= 3900; p += 5) {s = substr(g, p, 100)
        if (p <= 3000 && p + 100 > 3000) {was = substr(g, 3000, 1)
            s = substr(s, 1, 3000 - p) (was == "A" ? "C" : "A") substr(s, 3002 - p)}
        printf "r%d\t0\tg\t%d\t60\t100M\t*\t0\t0\t%s\t%s\n", p, p, s, q}}' >hap.body
(printf "$head" | grep -v ID:; cat hap.body) >hap.sam
expect "3000:1 " hap.sam "ploidy 1" --ploidy 1
grep -q '^#CHROM.*hap$' t.vcf && ok || bad "a file without read groups is named after itself"
expect "3000:1/1 " hap.sam "homozygous"
# N everywhere in the reference: nothing to call, no complaint
printf '>g\n%s\n' "$(printf '%4000s' '' | tr ' ' N)" >n.fa
call -f n.fa snv.sam >t.vcf && [ -z "$(body t.vcf)" ] && ok || bad "reference of N: $(cat log)"
# 10,000-fold: bounded, said, right
(printf "$head" | grep -v ID:b; reads 100 5 a snv 500) >deep.sam
expect "2000:0/1 " deep.sam "10,000-fold"
grep -q "deeper than --downsample" log && ok || bad "10,000-fold: nothing is said"
call -f g.fa deep.sam -@3 >t3.vcf
same t.vcf t3.vcf "10,000-fold differs with -@3"
# reads longer than any region; with a long deletion; with N; spliced; without qualities
(printf "$head" | grep -v ID:b; reads 3000 30 a snv) >long.sam
expect "2000:0/1 " long.sam "reads of 3,000 bases"
awk -v g="$genome" 'BEGIN {q = sprintf("%200s", ""); gsub(/ /, "I", q)
    for (p = 1801; p <= 1980; p += 6) printf "d%d\t0\tg\t%d\t60\t%dM150D%dM\t*\t0\t0\t%s\t%s\n", p, p,
        2001 - p, p - 1801, substr(g, p, 2001 - p) substr(g, 2151, p - 1801), substr(q, 1, 200)}' |
    awk -F'\t' '$6 !~ /D0M/' >del.body
(printf "$head" | grep -v ID:; cat del.body) >del.sam
call -f g.fa del.sam >t.vcf && ok || bad "long deletion: $(cat log)"
body t.vcf | awk 'length($4) == 151 && length($5) == 1 {n++} END {exit n != 1}' && ok ||
    bad "a deletion of 150 bases: $(body t.vcf | cut -f 2,4,5,10)"
sed 's/\(\t60\t100M\t.*\t\)ACG/\1NNN/' snv.sam >n.sam
expect "2000:0/1 " n.sam "N in reads"
sed 's/\t100M\t/\t50M200N50M\t/' ref.sam | awk -F'\t' -v OFS='\t' -v g="$genome" '/^@/ || $4 + 300 > 4000 {
    if (/^@/) print; next} {$10 = substr(g, $4, 50) substr(g, $4 + 250, 50); print}' >splice.sam
expect "" splice.sam "spliced reads"
awk -F'\t' -v OFS='\t' '/^@/ {print; next} {$11 = "*"; print}' snv.sam >noqual.sam
expect "2000:0/1 " noqual.sam "reads without qualities"
awk -F'\t' -v OFS='\t' '/^@/ {print; next} {$5 = 0; print}' snv.sam >mq0.sam
expect "" mq0.sam "mapping quality 0"
(sed -n 1,3p snv.sam; sed 1,3d snv.sam | sort -k4,4nr) >unsorted.sam
refused 65 "sort" -f g.fa unsorted.sam

echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
