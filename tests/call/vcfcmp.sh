#!/bin/sh
# The comparer that call's figures rest on (tests/bench/vcfcmp), by cases worked out by hand.
set -u
cmp=$(pwd)/tests/bench/vcfcmp
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
pass=0 fail=0
#         1         11        21        31        41        51
printf '>c\nGATTACAGATACCCACTGTGTGTGACCTAGGATCCATTTTTGCACGATACGTTAGC\n' >ref.fa
vcf() { # file, then records "POS REF ALT GT [QUAL [GQ]]"
    out=$1
    shift
    {
        printf '##fileformat=VCFv4.2\n##contig=<ID=c,length=57>\n'
        printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
        printf '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="q">\n'
        printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n'
        for record; do
            echo "$record" | awk -v OFS='\t' '{print "c", $1, ".", $2, $3, $5 ? $5 : 50, "PASS", ".",
                "GT:GQ", $4 ":" ($6 ? $6 : 30)}'
        done
    } >"$out"
}
# expect WHAT "SNP alleles, INDEL alleles, SNP genotypes, INDEL genotypes", each TP/FN/queryTP/FP
expect() {
    what=$1 want=$2
    shift 2
    got=$("$cmp" "$@" ref.fa truth.vcf query.vcf 2>err |
        awk -F'\t' 'NR > 1 {printf "%s%s/%s/%s/%s", n++ ? " " : "", $3, $4, $5, $6}')
    if [ "$got" = "$want" ]; then pass=$((pass + 1)); else
        fail=$((fail + 1))
        echo "FAIL: $what: $got, not $want"
        cat err
    fi
}
vcf truth.vcf "3 T C 0/1" "38 T TT 1/1"
cp truth.vcf query.vcf
expect "the same calls" "1/0/1/0 1/0/1/0 1/0/1/0 1/0/1/0"
vcf query.vcf "3 T C 1/1" "38 T TT 1/1"
expect "a wrong genotype is a true allele" "1/0/1/0 1/0/1/0 0/1/0/1 1/0/1/0"
vcf query.vcf "3 T G 0/1" "30 G A 0/1" "38 T TT 1/1"
expect "another base and a call too many" "0/1/0/2 1/0/1/0 0/1/0/2 1/0/1/0"
vcf query.vcf
expect "nothing found" "0/1/0/0 0/1/0/0 0/1/0/0 0/1/0/0"
# TGTGTGTG at 17-24: a deletion of one TG stands anywhere in it
vcf truth.vcf "16 CTG C 0/1"
vcf query.vcf "20 GTG G 0/1"
expect "a deletion elsewhere in its repeat" "0/0/0/0 1/0/1/0 0/0/0/0 1/0/1/0"
vcf query.vcf "16 CTGTG C 0/1"
expect "a deletion of another length" "0/0/0/0 0/1/0/1 0/0/0/0 0/1/0/1"
# two SNPs are one block of two bases
vcf truth.vcf "9 A C 0/1" "10 T G 0/1"
vcf query.vcf "9 AT CG 0/1"
expect "a block of two bases" "2/0/2/0 0/0/0/0 2/0/2/0 0/0/0/0"
# ACCCA at 11-15: C12 deleted and A15>C is CCC[CA -> C] said otherwise: ACCCAC > ACCCC-
vcf truth.vcf "11 AC A 0/1" "15 A C 0/1"
vcf query.vcf "14 CA C 0/1"
expect "a different spelling of one haplotype" "1/0/0/0 1/0/1/0 1/0/0/0 1/0/1/0"
# two alleles of one place in one record, or in two
vcf truth.vcf "38 T TT,TTT 1/2"
vcf query.vcf "38 T TT 0/1" "38 T TTT 0/1"
expect "both alleles in records of their own" "0/0/0/0 1/1/1/1 0/0/0/0 2/0/2/0"
# QUAL and regions
vcf truth.vcf "3 T C 0/1"
vcf query.vcf "3 T C 0/1 40" "30 G A 0/1 9"
expect "calls below -q are left out" "1/0/1/0 0/0/0/0 1/0/1/0 0/0/0/0" -q 10
printf 'c\t0\t20\n' >in.bed
expect "calls outside -b are left out" "1/0/1/0 0/0/0/0 1/0/1/0 0/0/0/0" -b in.bed
# the table of -c
vcf query.vcf "3 T C 1/1 40 12" "30 G A 0/1 9 7"
printf 'SNP\tQUAL\t5\t1\t0\t0.126\nSNP\tQUAL\t40\t0\t1\t0.000\nSNP\tGQ\t10\t1\t0\t0.063\n' >want
"$cmp" -c ref.fa truth.vcf query.vcf | tail -n +2 >got
if cmp -s want got; then pass=$((pass + 1)); else
    fail=$((fail + 1))
    echo "FAIL: calibration:"
    diff want got
fi
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
