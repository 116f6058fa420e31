#!/bin/sh
# cluster --umi from outside: places, strands, clips, pairs, tags, consensus, wrong input.
set -u
. "${srcdir:-.}/tests/cluster/lib.sh"
tab=$(printf '\t')
head='@HD\tVN:1.6\tSO:unknown\n@SQ\tSN:c1\tLN:1000\n'
q=IIIIIIIIII
# rec NAME FLAG POS CIGAR UMI [SEQ]
rec() { printf '%s\t%s\tc1\t%s\t60\t%s\t*\t0\t0\t%s\t%s\tRX:Z:%s\n' "$1" "$2" "$3" "$4" "${6:-ACGTACGTAC}" "$q" "$5"; }
{
    printf "$head"
    for i in 1 2 3 4; do rec a$i 0 101 10M AAAA; done # four of AAAA, one of AAAT: one molecule
    rec b1 0 101 10M AAAT
    rec c1 0 103 2S8M AAAA # clipped: the same place
    rec d1 0 101 10M CCCC # another identifier
    rec e1 16 92 10M AAAA # the other strand ends at 101
    rec f1 16 92 8M2S AAAA # aligned to 99, clipped: the same
    rec g1 0 102 10M AAAA # another place
    rec h1 0 101 10M AATT # a copy of the copy
    printf 'u1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n'
} >"$tmp/a.sam"
run "$tmp/a.sam" --umi tag
A=101+AAAA/5/1AAAA/7
is "$(awk -F'\t' 'NR > 1 {print $1 ":" $3 $4 $6 "/" $7 "/" $8 $9 "/" $10}' "$tmp/out" | tr '\n' ' ')" \
    "a1:$A a2:$A a3:$A a4:$A b1:101+AAAT/1/1AAAA/7 c1:$A h1:101+AATT/1/1AAAA/7 d1:101+CCCC/1/2CCCC/1 e1:101-AAAA/2/3AAAA/2 f1:101-AAAA/2/3AAAA/2 g1:102+AAAA/1/4AAAA/1 u1:NANANA/NA/NANA/NA " \
    "families"
grep -q "12 templates at 3 places, 4 families; 1 templates in none" "$tmp/err" && ok || bad "counts: $(cat "$tmp/err")"
run "$tmp/a.sam" --umi tag --umi-distance 0
is "$(tail -n +2 "$tmp/out" | cut -f8 | sort -u | grep -vc NA)" 6 "--umi-distance 0"

# identifiers in names give the same families; a file and a pipe too, with any threads
sed 's/^\([a-h]1*[1-4]\)\t\(.*\)\tRX:Z:\(.*\)/\1_\3\t\2/; s/^u1/u1_AA/' "$tmp/a.sam" >"$tmp/n.sam"
grep -q RX "$tmp/n.sam" && bad "RX is still there"
run "$tmp/a.sam" --umi tag
cut -f3- "$tmp/out" >"$tmp/want"
run "$tmp/n.sam" --umi name -@ 3
cut -f3- "$tmp/out" | cmp -s - "$tmp/want" && ok || bad "--umi name"
run - --umi tag <"$tmp/a.sam"
cut -f3- "$tmp/out" | cmp -s - "$tmp/want" && ok || bad "a pipe"

# BAM: every record in its order, MI on all records of grouped templates, mates included
{
    printf "$head"
    printf 'p1\t99\tc1\t101\t60\t10M\t=\t201\t110\tACGTACGTAC\t%s\tRX:Z:AC-GT\n' $q
    printf 'p2\t99\tc1\t101\t60\t10M\t=\t201\t110\tACGTACGTAC\t%s\tRX:Z:AC-GT\n' $q
    printf 'p1\t147\tc1\t201\t60\t10M\t=\t101\t-110\tTTTTTGGGGG\t%s\tRX:Z:AC-GT\n' $q
    printf 'p1\t2113\tc1\t501\t60\t5H5M\t=\t201\t0\tCGTAC\tIIIII\n'
    printf 'p2\t147\tc1\t201\t60\t10M\t=\t101\t-110\tTTTTTGGGGC\t%s\tRX:Z:AC-GT\n' $q
    printf 'p3\t77\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n'
    printf 'p3\t141\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n'
} >"$tmp/p.sam"
run "$tmp/p.sam" --umi tag -o "$tmp/p" --consensus --json "$tmp/j" --report "$tmp/r.html"
is "$status" 0 "pairs"
"$gw" check "$tmp/p.bam" >"$tmp/x" 2>&1 && ok || bad "check: $(cat "$tmp/x")"
run "$tmp/p.bam" --umi tag
cmp -s "$tmp/out" "$tmp/p.tsv" && ok || bad "the BAM gives other families"
is "$(gzip -dc "$tmp/p.bam" | tr -c '[:print:]' '\n' | grep -c 'MIZ1')" 5 "MI tags"
grep -q '"families": 1' "$tmp/j" && grep -q '<svg' "$tmp/r.html" && ok || bad "report"
# two reads: 40 + 40 in agreement is above the ceiling; a draw of Q40 against Q40 is no information
is "$(tr '\n' ' ' <"$tmp/p.consensus.fq")" \
    "@1_AC-GT/1 reads=2 left_out=0 ACGTACGTAC + ]]]]]]]]]] @1_AC-GT/2 reads=2 left_out=0 CCCCCAAAAA + \$]]]]]]]]] " "consensus of pairs"

# a mate that ends elsewhere is another molecule; a mate without a place too
sed '/^p2/s/=\t201\t110/=\t211\t120/; /^p2\t147/s/\t201\t60/\t211\t60/; /^p2/s/=\t101\t-110/=\t101\t-120/' "$tmp/p.sam" >"$tmp/x.sam"
run "$tmp/x.sam" --umi tag
is "$(cut -f1,5,8,10 "$tmp/out" | tail -n +2 | tr '\t\n' ', ')" "p1,c1:210:-,1,1 p2,c1:220:-,2,1 p3,NA,NA,NA " "mates that end elsewhere"

# consensus: the weight of qualities, the model of 1 - e and e / 3, the length, another CIGAR
{
    printf '@r1_AC\nACGTA\n+\n+++++\n@r2_AC\nACGTACC\n+\n+++++++\n@r3_AC\nATGTAC\n+\n+I++++\n@r4_AC\nACGT\n+\n++++\n@s1_GG\nNNA\n+\n!!5\n'
} >"$tmp/r.fq"
run "$tmp/r.fq" --umi reads -o "$tmp/r" --consensus
# position 2: C at Q10 three times (0.9^3 e/3) against T at Q40 once ((0.1/3)^3): C 0.729*3.33e-5, T 3.7e-5*0.9999
want=$(awk 'BEGIN {
    c = .9 ^ 3 * (1e-4 / 3); t = (.1 / 3) ^ 3 * (1 - 1e-4); o = 2 * (.1 / 3) ^ 3 * (1e-4 / 3)
    p2 = (c + o) / (c + t + o); n4 = .9 ^ 4; m4 = 3 * (.1 / 3) ^ 4; p4 = m4 / (n4 + m4)
    n3 = .9 ^ 3; m3 = 3 * (.1 / 3) ^ 3; p3 = m3 / (n3 + m3); n2 = .81; m2 = 3 * (.1 / 3) ^ 2; p1 = m2 / (n2 + m2)
    e = 1e-6; printf "%d %d %d %d", e - 10 * log(p2) / log(10), e - 10 * log(p4) / log(10), e - 10 * log(p3) / log(10), e - 10 * log(p1) / log(10)}')
set -- $want
ch() { printf "\\$(printf '%03o' $(($1 + 33)))"; }
is "$(head -4 "$tmp/r.consensus.fq" | tr '\n' ' ')" \
    "@1_AC reads=4 left_out=0 ATGTAC + $(ch $2)$(ch $1)$(ch $2)$(ch $2)$(ch $3)$(ch $4) " "consensus by qualities"
is "$(tail -4 "$tmp/r.consensus.fq" | tr '\n' ' ')" "@2_GG reads=1 left_out=0 NNA + ##5 " "consensus of one read"
{ printf "$head"; rec i1 0 101 10M ACGT; rec i2 0 101 4M1I5M ACGT; rec i3 0 101 10M ACGT; } >"$tmp/i.sam"
run "$tmp/i.sam" --umi tag -o "$tmp/i" --consensus
grep -q '^@1_ACGT reads=2 left_out=1$' "$tmp/i.consensus.fq" && ok || bad "another CIGAR"

# wrong input
run "$tmp/n.sam" --umi tag
refused 65 "no RX tag" "no RX"
run "$tmp/a.sam" --umi name
refused 65 "no identifier behind" "no identifier in names"
sed 's/RX:Z:CCCC/RX:Z:CCXC/' "$tmp/a.sam" >"$tmp/x.sam"
run "$tmp/x.sam" --umi tag
refused 65 "'CCXC' is no identifier" "a wrong letter"
sed 's/^a2/a1/' "$tmp/a.sam" >"$tmp/x.sam"
run "$tmp/x.sam" --umi tag
refused 65 "record 2 (a1).*another read has this name" "a name twice"
head -c 30 "$tmp/p.bam" >"$tmp/x.bam"
run "$tmp/x.bam" --umi tag
[ "$status" -eq 65 ] && ok || bad "a cut BAM: exit $status"
: >"$tmp/x.sam"
run "$tmp/x.sam" --umi reads
[ "$status" -eq 65 ] && ok || bad "an empty file: exit $status"
run "$tmp/a.sam" "$tmp/n.sam" --umi tag
refused 64 "one file" "two files"
run "$tmp/a.sam" --umi tag --min-seq-id .9
refused 64 "" "identity of molecules"
run "$tmp/a.sam" --umi-distance 2
refused 64 "umi" "--umi-distance alone"

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
