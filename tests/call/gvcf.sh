#!/bin/sh
# --gvcf and --joint on real and made-up data: every position once, the calls of a plain run, the
# same bytes in every way of running, joint calls as from the reads, and what is refused.
set -u
here=$(cd "${srcdir:-.}" && pwd)
gw=${GENOWARP:-$(pwd)/genowarp}
data=$here/tests/data/na12878 trio=$here/tests/data/trio
ref=$data/ref.fa
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
pass=0 fail=0
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
same() { cmp -s "$1" "$2" && ok || { bad "$3"; diff "$1" "$2" | head -4; }; }
is() { [ "$1" = "$2" ] && ok || bad "$3: '$1', not '$2'"; }
# refused STATUS PATTERN ARGUMENTS...: exit status and message
refused() {
    want=$1 pattern=$2
    shift 2
    "$gw" call "$@" >out 2>err
    got=$?
    if [ $got -ne "$want" ]; then bad "exit $got, not $want: call $*"; else ok; fi
    grep -q "$pattern" err && ok || { bad "no message '$pattern': call $*"; cat err; }
    is "$(grep -c . err)" 1 "lines of the refusal of call $*"
}
body() { grep -v '^#' "$1"; }
call() { "$gw" call --no-PG "$@" 2>log; }
# places FILE FROM TO: what is wrong with records and blocks that should tile [FROM,TO] of chr20part
places() {
    body "$1" | awk -F'\t' -v pos=$(($2 - 1)) -v last="$3" '
        $5 == "<NON_REF>" {
            if ($2 != pos + 1) print "block at " $2 " behind " pos
            if (!match($8, /END=[0-9]+/)) print "no END at " $2
            pos = substr($8, RSTART + 4, RLENGTH - 4)
            if ($9 != "GT:DP:GQ:MIN_DP:PL") print "FORMAT at " $2 ": " $9
            split($10, f, ":")
            if (f[4] == 0 && (f[1] != "./." || f[3] != 0 || f[5] != "0,0,0")) print "depth 0 at " $2 ": " $10
            if (f[4] > f[2]) print "MIN_DP above DP at " $2
            next
        }
        $5 !~ /,<NON_REF>$/ {print "no <NON_REF> at " $2}
        {if ($2 > pos + 1) print "record at " $2 " behind " pos
         if ($2 + length($4) - 1 > pos) pos = $2 + length($4) - 1}
        END {if (pos != last) print "ends at " pos ", not " last}'
}
# calls FILE: the called records without <NON_REF>
calls() {
    body "$1" | awk -F'\t' -v OFS='\t' '{split($10, f, ":"); if (f[1] !~ /[1-9]/) next
        sub(/,<NON_REF>$/, "", $5); print $2, $4, $5, $6, $7, f[1], f[3], f[4]}'
}

# 1. one sample
call -f "$ref" "$data/reads.bam" -o plain.vcf && ok || bad "plain: $(cat log)"
call -f "$ref" "$data/reads.bam" --gvcf -@1 -o one.g.vcf && ok || bad "--gvcf: $(cat log)"
grep -q "reference blocks over" log && ok || bad "nothing is said about blocks"
is "$(places one.g.vcf 1 6000)" "" "places"
calls one.g.vcf >got
calls plain.vcf >want
[ -s want ] && same want got "calls differ from the plain run's"
grep -q '^##ALT=<ID=NON_REF,' one.g.vcf && grep -q '^##INFO=<ID=END,' one.g.vcf &&
    grep -q '^##FORMAT=<ID=MIN_DP,' one.g.vcf && ok || bad "header"
# no variant of the truth lies in a block of GQ 20 and more
is "$(body "$data/truth.vcf" | cut -f 2 | while read -r p; do
    body one.g.vcf | awk -F'\t' -v p="$p" '$5 == "<NON_REF>" && $2 <= p {sub(/END=/, "", $8)
        split($10, f, ":"); if ($8 + 0 >= p && f[3] >= 20) print p}'
done)" "" "variants inside blocks"
"$gw" check one.g.vcf >/dev/null 2>err && ok || bad "check: $(cat err)"

# 2. one answer however it is run
call -f "$ref" "$data/reads.bam" --gvcf -@3 >t.vcf
same one.g.vcf t.vcf "-@3 differs"
call -f "$ref" - --gvcf <"$data/reads.bam" >t.vcf
same one.g.vcf t.vcf "stdin differs"
GENOWARP_SIMD=ref "$gw" call --no-PG -f "$ref" "$data/reads.bam" --gvcf >t.vcf 2>log
same one.g.vcf t.vcf "GENOWARP_SIMD=ref differs"
for f in z b u v; do
    call -f "$ref" "$data/reads.bam" --gvcf -O $f -o out.$f && [ -s out.$f ] && ok || bad "-O $f"
done
gzip -dc out.z | cmp -s - one.g.vcf && ok || bad "-O z holds other text"
call -f "$ref" "$data/reads.bam" --gvcf -o i.g.vcf.gz --write-index && [ -s i.g.vcf.gz.tbi ] && ok ||
    bad "--write-index"
call -f "$ref" - --gvcf -r chr20part:2,001-4,000 <"$data/reads.bam" >r.g.vcf
is "$(places r.g.vcf 2001 4000)" "" "places of -r"
(body one.g.vcf | awk '$5 != "<NON_REF>" && $2 > 2000 && $2 <= 4000') >want
body r.g.vcf | awk '$5 != "<NON_REF>"' >got
same want got "records of -r"
printf 'chr20part\t99\t200\nchr20part\t2000\t2500\nchr20part\t2500\t3000\n' >r.bed
call -f "$ref" - --gvcf -R r.bed <"$data/reads.bam" >t.vcf
is "$(body t.vcf | awk '$5 == "<NON_REF>" && $2 <= 200 {print $2, $8}')" "100 END=200" "-R without reads"
(grep '^#' t.vcf; body t.vcf | awk '$2 > 200') >t2.vcf
is "$(places t2.vcf 2001 3000)" "" "places of -R"

# 3. bands
call -f "$ref" "$data/reads.bam" --gvcf --bp-resolution >bp.g.vcf
is "$(places bp.g.vcf 1 6000)" "" "places of --bp-resolution"
is "$(body bp.g.vcf | awk '$5 == "<NON_REF>" {sub(/END=/, "", $8); if ($8 != $2) print}')" "" "one position a block"
call -f "$ref" "$data/reads.bam" --gvcf --gvcf-bands 20 >two.g.vcf
is "$(places two.g.vcf 1 6000)" "" "places of one bound"
# a block's PL, GQ and MIN_DP are its positions' least, its DP their mean
(body bp.g.vcf; body two.g.vcf) | awk -F'\t' '
    function least(a, b) {return a < b ? a : b}
    $5 != "<NON_REF>" {next}
    {sub(/END=/, "", $8); split($10, f, ":"); split(f[5], l, ",")}
    NR == FNR && !two && $2 in gt {two = 1}
    !two {gt[$2] = f[1]; dp[$2] = f[2]; gq[$2] = f[3]; for (i = 1; i <= 3; i++) pl[$2, i] = l[i]; next}
    {n = 0; sum = 0; q = d = p1 = p2 = p3 = 1e9
     for (p = $2; p <= $8 + 0; p++) {n++; sum += dp[p]; d = least(d, dp[p]); q = least(q, gq[p])
        p1 = least(p1, pl[p, 1]); p2 = least(p2, pl[p, 2]); p3 = least(p3, pl[p, 3])
        if (gt[p] != f[1]) print "GT at " p}
     if (d != f[4] || q != f[3] || p1 "," p2 "," p3 != f[5] || int(sum / n + .5) != f[2]) print $0
     blocks++}
    END {if (blocks < 10) print "only " blocks " blocks"}' >got
is "$(cat got)" "" "blocks differ from their positions"
refused 64 "rising" -f "$ref" "$data/reads.bam" --gvcf --gvcf-bands 10,5
refused 64 "1 to 99" -f "$ref" "$data/reads.bam" --gvcf --gvcf-bands 10,x
refused 64 "gvcf" -f "$ref" "$data/reads.bam" --bp-resolution
refused 64 "cannot" -f "$ref" "$data/reads.bam" --gvcf --bp-resolution --gvcf-bands 5
refused 64 "one sample" -f "$ref" --gvcf "$trio/HG001.bam" "$trio/NA12891.bam"

# 4. joint: a trio as from its reads
for s in HG001 NA12891 NA12892; do
    call -f "$ref" --gvcf "$trio/$s.bam" -o $s.g.vcf.gz && ok || bad "$s: $(cat log)"
done
call -f "$ref" "$trio/HG001.bam" "$trio/NA12891.bam" "$trio/NA12892.bam" -o direct.vcf
call -f "$ref" --joint HG001.g.vcf.gz NA12891.g.vcf.gz NA12892.g.vcf.gz -@1 -o joint.vcf && ok ||
    bad "--joint: $(cat log)"
table() {
    body "$1" | awk '{printf "%s %s %s", $2, $4, $5; for (i = 10; i <= NF; i++) {split($i, f, ":")
        gsub(/\|/, "/", f[1]); if (f[1] == "1/0") f[1] = "0/1"; printf " %s", f[1]}; print ""}'
}
table direct.vcf >want
table joint.vcf >got
is "$(grep -c . want)" 12 "sites of the trio"
same want got "joint calls differ from those of the reads"
is "$(grep '^#CHROM' joint.vcf | cut -f 10-)" "HG001	NA12891	NA12892" "samples"
"$gw" check joint.vcf >/dev/null 2>err && ok || bad "check of joint: $(cat err)"
call -f "$ref" --joint HG001.g.vcf.gz NA12891.g.vcf.gz NA12892.g.vcf.gz -@3 >t.vcf
same joint.vcf t.vcf "--joint -@3 differs"
gzip -dc NA12891.g.vcf.gz | call -f "$ref" --joint HG001.g.vcf.gz - NA12892.g.vcf.gz >t.vcf
same joint.vcf t.vcf "a gVCF from stdin differs"
call -f "$ref" --gvcf "$trio/NA12891.bam" -o father.bcf
call -f "$ref" --joint HG001.g.vcf.gz father.bcf NA12892.g.vcf.gz >t.vcf
same joint.vcf t.vcf "a gVCF in BCF differs"
call -f "$ref" --joint HG001.g.vcf.gz NA12891.g.vcf.gz NA12892.g.vcf.gz -r chr20part:4700-5000 >t.vcf
(grep '^#' joint.vcf; body joint.vcf | awk '$2 >= 4700 && $2 <= 5000') >want
same want t.vcf "--joint -r"
call -f "$ref" --joint HG001.g.vcf.gz NA12891.g.vcf.gz NA12892.g.vcf.gz --json t.json >t.vcf
grep -q '"records"' t.json && ! grep -q '"reads"' t.json && ok || bad "--joint --json"
# GATK's gVCF of the child beside our parents
call -f "$ref" --joint "$trio/gatk_NA12878.g.vcf" NA12891.g.vcf.gz NA12892.g.vcf.gz -o gatk.vcf && ok ||
    bad "GATK's gVCF: $(cat log)"
table gatk.vcf | awk '$1 > 4300' >got
table direct.vcf >want
same want got "GATK's child beside our parents differs"

# 5. made-up records
printf '>c\n%s\n' "$(awk 'BEGIN {for (i = 0; i < 100; i++) printf "ACGT"}')" >c.fa
head='##fileformat=VCFv4.2\n##contig=<ID=c,length=400>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t'
line() { printf 'c\t%s\t.\t%s\t%s\t.\t.\t%s\tGT:AD:DP:PL\t%s\n' "$@"; }
block() { printf 'c\t%s\t.\t%s\t<NON_REF>\t.\t.\tEND=%s\tGT:DP:PL\t%s\n' "$@"; }
nr='<NON_REF>'
(printf "${head}A\n"; block 1 A 8 0/0:20:0,60,600; line 9 AC "A,$nr" . 0/1:10,10,0:20:300,0,300,330,330,600
 block 11 G 400 0/0:20:0,60,600) >a.g.vcf
(printf "${head}B\n"; block 1 A 8 0/0:20:0,60,600; line 9 ACG "A,$nr" . 0/1:10,10,0:20:300,0,300,330,330,600
 block 12 T 400 0/0:20:0,60,600) >b.g.vcf
(printf "${head}C\n"; block 1 A 9 0/0:20:0,60,600; line 10 C "T,$nr" . 1/1:0,20,0:20:600,60,0,600,60,600
 block 11 G 300 0/0:20:0,60,600) >c.g.vcf
call -f c.fa --joint a.g.vcf b.g.vcf c.g.vcf -o t.vcf && ok || bad "deletions: $(cat log)"
# REF of two lengths is unified; the SNV in the deletions has * for the carriers' other copy
is "$(table t.vcf | tr '\n' ';')" "9 ACG AG,A 0/1 0/2 0/0;10 C T,* 0/2 0/2 1/1;" "deletions of two lengths"
is "$(body t.vcf | awk '$2 == 9 {split($12, f, ":"); print f[5]}')" "0,60,600,60,600,600" "PL of what C has not seen"
call -f c.fa --joint c.g.vcf >t.vcf
is "$(table t.vcf)" "10 C T 1/1" "one sample"
(printf "${head}D\n"; block 1 A 300 ./.:0:0,0,0; block 301 A 400 0/0:9:0,27,200) >d.g.vcf
(printf "${head}E\n"; block 1 A 300 0/0:9:0,27,200; line 350 C "G,$nr" . 0/1:10,10,0:20:300,0,300,330,330,600) >e.g.vcf
call -f c.fa --joint c.g.vcf d.g.vcf e.g.vcf >t.vcf
is "$(table t.vcf | tr '\n' ';')" "10 C T 1/1 ./. 0/0;350 C G ./. 0/0 0/1;" "no reads, no record"
# blocks with GQ instead of PL, as GATK's ReblockGVCF leaves them
sed 's/GT:DP:PL\t0\/0:20:0,60,600$/GT:DP:GQ\t0\/0:20:55/' c.g.vcf >gq.g.vcf
grep -q 'GT:DP:GQ' gq.g.vcf && call -f c.fa --joint a.g.vcf gq.g.vcf >t.vcf && ok || bad "GQ for PL: $(cat log)"
is "$(body t.vcf | awk '$2 == 9 {split($11, f, ":"); print f[5]}')" "0,55,55" "GQ for PL"
sed 's/GT:DP:GQ\t0\/0:20:55/GT:DP\t0\/0:20/' gq.g.vcf >neither.g.vcf
refused 65 "without PL or GQ" -f c.fa --joint neither.g.vcf
# haploid beside diploid
(printf "${head}H\n"; block 1 A 9 0:20:0,600; line 10 C "T,$nr" . 1:0,20,0:20:600,0,600; block 11 G 400 0:20:0,600) >h.g.vcf
call -f c.fa --joint e.g.vcf h.g.vcf >t.vcf
is "$(table t.vcf | tr '\n' ';')" "10 C T 0/0 1;350 C G 0/1 0;" "haploid beside diploid"
is "$(body t.vcf | awk '$2 == 10 {split($8, f, ";"); print f[1], f[3]}')" "AC=1 AN=3" "AN of both"
"$gw" check t.vcf >/dev/null 2>err && ok || bad "check of haploid: $(cat err)"

# 6. refusals
refused 65 "not a gVCF" -f "$ref" --joint plain.vcf
# a record of DeepVariant's own: google/deepvariant, deepvariant/testdata/golden.postprocess_gvcf_output.g.vcf (BSD-3-Clause)
printf '##fileformat=VCFv4.2\n##DeepVariant_version=1.1.0\n##contig=<ID=chr20,length=63025520>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tNA12878\nchr20\t10002470\t.\tC\tT,<*>\t19.5\tPASS\t.\tGT:GQ:DP:AD:VAF:PL\t1/1:19:42:0,42,0:1,0:19,31,0,990,990,990\n' >dv.g.vcf
refused 65 "DeepVariant" -f "$ref" --joint dv.g.vcf
refused 65 "sample HG001 is in" -f "$ref" --joint HG001.g.vcf.gz HG001.g.vcf.gz
refused 65 "several samples" -f "$ref" --joint direct.vcf
(grep '^#' a.g.vcf; body a.g.vcf | sort -k2,2nr) >unsorted.g.vcf
refused 65 "sort" -f c.fa --joint unsorted.g.vcf
sed 's/length=400/length=401/' b.g.vcf >long.g.vcf
refused 65 "401 bases" -f c.fa --joint a.g.vcf long.g.vcf
sed 's/##contig=<ID=c,length=400>/&\n##contig=<ID=d,length=9>/' b.g.vcf >two.g.vcf
refused 65 "contigs or their order differ" -f c.fa --joint a.g.vcf two.g.vcf
sed 's/^c	9	.	AC/c	9	.	AG/' a.g.vcf >ref.g.vcf
refused 65 "REF differs" -f c.fa --joint ref.g.vcf
sed 's/300,0,300,330,330,600/300,0,300/' a.g.vcf >pl.g.vcf
refused 65 "PL" -f c.fa --joint pl.g.vcf
sed 's/0\/1:10/0\/7:10/' a.g.vcf >gt.g.vcf
refused 65 "GT" -f c.fa --joint gt.g.vcf
sed 's/END=8/END=900/' a.g.vcf >end.g.vcf
refused 65 "END=900" -f c.fa --joint end.g.vcf
printf "$(cat a.g.vcf)" >open.g.vcf
refused 65 "last line has no end" -f c.fa --joint open.g.vcf
sed '$s/	[^	]*$//' a.g.vcf >short.g.vcf
refused 65 "columns" -f c.fa --joint short.g.vcf
head -c 900 HG001.g.vcf.gz >cut.g.vcf.gz
refused 65 "cut.g.vcf.gz" -f "$ref" --joint cut.g.vcf.gz
refused 65 "cut.bcf" -f "$ref" --joint "$(head -c 1500 father.bcf >cut.bcf; echo cut.bcf)"
refused 65 "neither VCF nor BCF" -f "$ref" --joint "$ref"
refused 66 "nothere" -f "$ref" --joint nothere.g.vcf
refused 64 "ploidy" -f "$ref" --joint --ploidy 1 a.g.vcf
sed 's/^>c/>x/' c.fa >x.fa
refused 65 "no such contig" -f x.fa --joint a.g.vcf

echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
