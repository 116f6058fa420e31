#!/bin/sh
# genowarp fold as users run it: the starter library, every kind of query, bad input, threads, levels
set -u
gw=${GENOWARP:-./genowarp}
src=${srcdir:-.}
data=$src/tests/data/fold
GENOWARP_DATA=$src/refs/fold
export GENOWARP_DATA
pass=0 fail=0
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# a globin's sequence finds globins (SCOP a.1.1) first, alone and from stdin
"$gw" fold "$data/globin.fa" --max-hits 3 >"$tmp/a" 2>"$tmp/err" || bad "globin.fa: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/a")" -eq 4 ] && ok || bad "max-hits 3 gave $(wc -l <"$tmp/a") lines"
awk -F'\t' 'NR == 2 {exit !($14 ~ /^a\.1\.1/ && $4 > 0.9 && $5 < 0.01)}' "$tmp/a" && ok ||
    bad "globin's first hit: $(sed -n 2p "$tmp/a")"
"$gw" fold - --max-hits 3 <"$data/globin.fa" >"$tmp/b" && cmp -s "$tmp/a" "$tmp/b" && ok || bad "stdin differs"

# an HHM and an A3M query: the same protein kinase relative
for q in query.hhm.gz query.a3m.gz; do
    "$gw" fold "$data/$q" --max-hits 3 >"$tmp/$q" || bad "$q"
    awk -F'\t' '$14 ~ /^d\.144\.1/ {n++} END {exit !(n >= 1)}' "$tmp/$q" && ok || bad "$q finds no kinase fold"
done

# same bytes for any number of threads and any vector level
"$gw" fold "$data/query.hhm.gz" -@ 1 >"$tmp/one"
for t in 2 3 7; do
    "$gw" fold "$data/query.hhm.gz" -@ $t >"$tmp/more" && cmp -s "$tmp/one" "$tmp/more" && ok || bad "-@ $t differs"
done
for l in avx2 avx512; do
    if GENOWARP_SIMD=$l "$gw" fold "$data/query.hhm.gz" >"$tmp/more" 2>"$tmp/err"; then
        cmp -s "$tmp/one" "$tmp/more" && ok || bad "GENOWARP_SIMD=$l differs"
    else
        grep -q GENOWARP_SIMD "$tmp/err" && ok || bad "GENOWARP_SIMD=$l: $(cat "$tmp/err")"
    fi
done

# refuse FILE STATUS PATTERN: one clear line
refuse() {
    "$gw" fold "$1" >"$tmp/out" 2>"$tmp/err"
    s=$?
    [ $s -eq "$2" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -q "$3" "$tmp/err" && ok ||
        bad "$1: exit $s, $(cat "$tmp/err")"
}
printf '>x\nXXXXXXXX\n' >"$tmp/x.fa"
refuse "$tmp/x.fa" 65 'only X'
printf '>d\nACGTTGCAACGTTGCAACGTTGCATT\n' >"$tmp/dna.fa"
refuse "$tmp/dna.fa" 65 'DNA'
gzip -dc "$data/query.a3m.gz" | head -c 5000 >"$tmp/cut.a3m"
refuse "$tmp/cut.a3m" 65 'cut short'
gzip -dc "$data/query.hhm.gz" | head -c 15000 >"$tmp/cut.hhm"
refuse "$tmp/cut.hhm" 65 'breaks off'
head -c 3000 "$data/query.a3m.gz" >"$tmp/cut.a3m.gz"
refuse "$tmp/cut.a3m.gz" 65 'cut'
head -c 2000 /dev/urandom >"$tmp/junk"
refuse "$tmp/junk" 65 'stdin\|junk'
refuse "$tmp/none.fa" 66 'none.fa'
"$gw" fold -t "$data/globin.fa" "$data/globin.fa" >"$tmp/out" 2>"$tmp/err"
[ $? -eq 65 ] && grep -q 'not a template library' "$tmp/err" && ok || bad "-t with a FASTA file: $(cat "$tmp/err")"

# one residue and ten thousand are answered
printf '>one\nM\n' >"$tmp/one.fa"
"$gw" fold "$tmp/one.fa" --max-hits 1 >"$tmp/out" && [ "$(wc -l <"$tmp/out")" -eq 2 ] && ok || bad "1 residue"
awk 'BEGIN {print ">long"; s = "MKVLAAGIVGLDENRSTWYFHPQC"; for (i = 0; i < 417; i++) printf "%s", s; print ""}' >"$tmp/long.fa"
"$gw" fold "$tmp/long.fa" --max-hits 1 >"$tmp/out" && [ "$(wc -l <"$tmp/out")" -eq 2 ] && ok || bad "10,000 residues"

echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
