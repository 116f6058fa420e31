#!/bin/sh
# The command from outside: formats, order and threads, inputs that are wrong.
set -u
. "${srcdir:-.}/tests/cluster/lib.sh"

p=$data/proteins.fa a=$data/amplicons.fa
# any order, any threads, any way in: the same bytes
run "$p" --min-seq-id 0.5 -@ 1
cp "$tmp/out" "$tmp/want"
[ -s "$tmp/want" ] && ok || bad "no output"
awk '/^>/ {h = $0; next} {print length($0) * 7919 % 1009 "\t" h "\t" $0}' "$p" | sort -n |
    awk -F'\t' '{print $2; print $3}' >"$tmp/shuffled.fa"
cmp -s "$p" "$tmp/shuffled.fa" && bad "shuffling did nothing"
run "$tmp/shuffled.fa" --min-seq-id 0.5 -@ 3
cmp -s "$tmp/out" "$tmp/want" && ok || bad "shuffled input gives other clusters"
gzip -c "$p" >"$tmp/p.gz"
run "$tmp/p.gz" --min-seq-id 0.5
cmp -s "$tmp/out" "$tmp/want" && ok || bad "gzip input gives other clusters"
run - --min-seq-id=.5 <"$p"
cmp -s "$tmp/out" "$tmp/want" && ok || bad "stdin gives other clusters"
awk 'NR <= 100' "$p" >"$tmp/p1.fa" && awk 'NR > 100' "$p" >"$tmp/p2.fa"
run "$tmp/p2.fa" "$tmp/p1.fa" --min-seq-id 0.5
cmp -s "$tmp/out" "$tmp/want" && ok || bad "two files give other clusters"
for simd in ref avx2; do
    GENOWARP_SIMD=$simd "$gw" cluster "$p" --min-seq-id 0.5 >"$tmp/out" 2>"$tmp/err"
    cmp -s "$tmp/out" "$tmp/want" || grep -q "GENOWARP_SIMD" "$tmp/err" && ok || bad "$simd gives other clusters"
done
for mode in greedy connected; do
    run "$p" --min-seq-id 0.5 --mode $mode -@ 1
    cp "$tmp/out" "$tmp/want.$mode"
    run "$tmp/shuffled.fa" --min-seq-id 0.5 --mode $mode -@ 2
    cmp -s "$tmp/out" "$tmp/want.$mode" && ok || bad "$mode: shuffled input gives other clusters"
done
# nothing is dropped
n=$(grep -c '>' "$p")
is "$(cut -f2 "$tmp/want" | sort -u | wc -l | tr -d ' ')" "$n" "members"
# formats tell the same
run "$p" --min-seq-id 0.5 -o "$tmp/fam"
for f in tsv reps.fa clstr uc; do [ -s "$tmp/fam.$f" ] && ok || bad "no fam.$f"; done
cmp -s "$tmp/fam.tsv" "$tmp/want" && ok || bad "fam.tsv differs from stdout"
k=$(cut -f1 "$tmp/want" | uniq | wc -l | tr -d ' ')
is "$(grep -c '>' "$tmp/fam.reps.fa")" "$k" "representatives"
is "$(grep -c '^>Cluster' "$tmp/fam.clstr")" "$k" "clstr clusters"
is "$(grep -c 'aa, >' "$tmp/fam.clstr")" "$n" "clstr members"
is "$(grep -c '^S' "$tmp/fam.uc")" "$k" "uc seeds"
is "$(grep -c '^[SH]' "$tmp/fam.uc")" "$n" "uc members"
for f in tsv clstr uc; do
    run "$p" --min-seq-id 0.5 -O $f
    cmp -s "$tmp/out" "$tmp/fam.$f" && ok || bad "-O $f"
done
run "$p" --min-seq-id 0.5 -O fasta
cmp -s "$tmp/out" "$tmp/fam.reps.fa" && ok || bad "-O fasta"
awk -F'\t' '$3 < 0.5 || $4 < 0.8 || NF != 4 {exit 1}' "$tmp/want" && ok || bad "figures below the threshold"
# strands: a reverse complement joins unless only the plus strand is compared
{ head -2 "$a"; echo ">turned"; sed -n 2p "$a" | rev | tr ACGT TGCA; } >"$tmp/s.fa"
run "$tmp/s.fa" -O uc
grep -q "^H.*100.0.-.*turned" "$tmp/out" && ok || bad "reverse strand"
run "$tmp/s.fa" --strand plus
is "$(cut -f1 "$tmp/out" | uniq | wc -l | tr -d ' ')" 2 "plus strand only"
# duplicates are kept; abundances order
{ cat "$tmp/s.fa"; echo ">copy"; sed -n 2p "$tmp/s.fa"; } >"$tmp/d.fa"
run "$tmp/d.fa" --strand plus
is "$(wc -l <"$tmp/out" | tr -d ' ')" 3 "identical sequences"
{ echo ">x;size=2"; sed -n 2p "$a"; echo ">y;size=9;"; sed -n 2p "$a" | sed 's/......$/TTTTTT/'; } >"$tmp/z.fa"
run "$tmp/z.fa" --sizein --min-seq-id .9 --strand plus --mode greedy
is "$(cut -f1 "$tmp/out" | sort -u)" "y;size=9;" "most abundant first"
# the report
run "$p" --min-seq-id 0.5 --json "$tmp/r.json" --report "$tmp/r.html"
grep -q '"clusters"' "$tmp/r.json" && grep -q '<svg' "$tmp/r.html" && ok || bad "report"

# the certificate: brute force finds no member below the thresholds, and changes no byte
run "$p" --min-seq-id 0.5 --certify --json "$tmp/k.json"
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--certify changes the clusters"
grep -q '"violations": *0' "$tmp/k.json" && ok || bad "certificate: violations"
k=$(cut -f1 "$tmp/want" | uniq | wc -l)
pairs=$(sed -n 's/.*"certified_pairs": *\([0-9]*\).*/\1/p' "$tmp/k.json")
[ "$pairs" -gt $((k * 5)) ] && ok || bad "certificate: $pairs pairs of $k representatives"
grep -q "certified: 0 of" "$tmp/err" && ok || bad "no certificate on stderr"
run "$a" --min-seq-id 0.97 --mode greedy --certify --json "$tmp/k.json"
grep -q '"missed_pairs": *0' "$tmp/k.json" && ok || bad "certificate: missed merges of amplicons"
# a linear search misses merges, and the certificate says so
run "$a" --min-seq-id 0.9 -c 0.5 --linear --certify --json "$tmp/k.json"
grep -q '"missed_pairs": *[1-9]' "$tmp/k.json" && grep -q "the first of them" "$tmp/err" && ok || bad "certificate: nothing missed"
run "$p" --mode connected --certify
refused 64 "choose another --mode" "certificate of components"

# wrong inputs: one line, the right exit status, nothing on stdout
printf '>a\nACDEFGHIKL\n>b\n\n>c\nMKV\n' >"$tmp/x.fa"
run "$tmp/x.fa"
refused 65 "record 2" "empty sequence"
printf '>a\nMKVLWWEFGHIKL\n>a\nMKVLAAEFGHIKL\n' >"$tmp/x.fa"
run "$tmp/x.fa"
refused 65 "record 2 (a).*used before" "a name twice"
{ head -20 "$a"; head -2 "$p"; } >"$tmp/x.fa"
run "$tmp/x.fa"
refused 65 "no nucleotide letter" "a protein among nucleotides"
{ head -20 "$p"; head -2 "$a"; } >"$tmp/x.fa"
run "$tmp/x.fa"
refused 65 "nucleotide sequence among proteins" "a nucleotide sequence among proteins"
run "$tmp/x.fa" --alphabet protein
is "$status" 0 "the same, meant so"
printf '>a\nMKVLWWEFGHIKLPQRSTVY\n>b\nACGTTGCATGCATTGACGTA\n' >"$tmp/x.fa"
run "$tmp/x.fa"
refused 65 "record 2 (b): a nucleotide sequence among proteins" "a short one"
: >"$tmp/x.fa"
run "$tmp/x.fa"
refused 65 "" "empty file"
run "$p" --sizein
refused 65 "size=N" "no abundances"
run "$tmp/none.fa"
refused 66 "none.fa" "missing file"
run "$p" --linear --sensitive
refused 64 "" "options that exclude each other"
run "$p" -o "$tmp/no/such/dir"
refused 73 "" "output that cannot be made"
# odd inputs that are right: one letter, all X, a very long protein
{ printf '>one\nM\n>x1\n'; printf 'X%.0s' $(seq 60); printf '\n>x2\n'; printf 'X%.0s' $(seq 61)
    printf '\n>long\n'; awk '!/^>/' "$p" | tr -d '\n' | head -c 50000; awk '!/^>/' "$p" | tr -d '\n' | head -c 50000
    printf '\n'; } >"$tmp/odd.fa"
run "$tmp/odd.fa"
is "$status:$(wc -l <"$tmp/out" | tr -d ' ')" "0:4" "odd sequences"

# the same rows of proteins: every mode, coverage and way to search takes odd sequences and refuses wrong ones
for how in "--mode greedy" "--mode connected" "--linear" "--sensitive" "-c 0 --cov-mode query" "--cov-mode target" "--certify"; do
    run "$tmp/odd.fa" $how
    is "$status:$(cut -f2 "$tmp/out" | sort -u | tr '\n' ' ')" "0:long one x1 x2 " "odd sequences, $how"
    for x in ">a\nACDEFGHIKL\n>b\n\n" ">a\nMKVLWW\n>a\nMKVLAA\n" ">a\nMKVLWW\n>b\nMKV1AA\n"; do
        printf "$x" >"$tmp/x.fa"
        run "$tmp/x.fa" --alphabet protein $how
        refused 65 "record 2 (" "$x, $how"
    done
done
# nucleotides of N alone, of one letter, and with every IUPAC code
{ printf '>n1\nNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN\n>n2\nNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN\n>one\nA\n>iupac\nACGTURYSWKMBDHVNacgturyswkmbdhvn\n>rna\nACGUACGUACGUACGUACGUACGUACGUAAC\n'; } >"$tmp/x.fa"
for how in "" "--mode greedy" "--mode connected" "--linear" "--sensitive" "--strand plus" "--derep" "--denoise --min-size 1" "-c 0 --certify"; do
    run "$tmp/x.fa" --alphabet dna $how
    is "$status:$(cut -f2 "$tmp/out" | sort -u | tr '\n' ' ')" "0:iupac n1 n2 one rna " "odd nucleotides, '$how'"
done
# every way in gives the clusters of FASTA: FASTQ, zstd, SAM
awk '/^>/ {n = substr($1, 2); next} {q = $0; gsub(/./, "I", q); print "@" n "\n" $0 "\n+\n" q}' "$a" >"$tmp/a.fq"
{ printf '@HD\tVN:1.6\n'; awk 'NR % 4 == 1 {n = substr($1, 2)} NR % 4 == 2 {s = $0} NR % 4 == 0 {print n "\t4\t*\t0\t0\t*\t*\t0\t0\t" s "\t" $0}' "$tmp/a.fq"; } >"$tmp/a.sam"
run "$a" --min-seq-id .9
cp "$tmp/out" "$tmp/want"
for f in a.fq a.sam; do
    run "$tmp/$f" --min-seq-id .9
    cmp -s "$tmp/out" "$tmp/want" && ok || bad "$f gives other clusters: $(head -2 "$tmp/err")"
done
if command -v zstd >/dev/null; then
    zstd -q "$tmp/a.fq" -o "$tmp/a.fq.zst"
    run "$tmp/a.fq.zst" --min-seq-id .9
    cmp -s "$tmp/out" "$tmp/want" && ok || bad "zstd gives other clusters"
fi

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
