#!/bin/sh
# Amplicons and reads from outside: dereplication, expected errors, samples, tables, left-out lists.
set -u
. "${srcdir:-.}/tests/cluster/lib.sh"
a=$data/amplicons.fa
one=$(sed -n 2p "$a") two=$(sed -n 4p "$a")

# dereplication: counts from records and from sizes, names with sizes
{ printf '>a;sample=s1\n%s\n>b;sample=s2\n%s\n>c;barcodelabel=s1;size=7\n%s\n' "$one" "$two" "$one"; } >"$tmp/d.fa"
run "$tmp/d.fa" --derep --sizeout -O fasta --otu-table "$tmp/t.tsv"
is "$(grep '>' "$tmp/out" | tr '\n' ' ')" ">a;sample=s1;size=2 >b;sample=s2;size=1 " "--sizeout"
is "$(cat "$tmp/t.tsv" | tr '\t\n' ',/')" "#OTU ID,s1,s2/a,2,0/b,0,1/" "table of records"
sed 's/s1$/s1;size=3/; s/s2$/s2;size=4;/' "$tmp/d.fa" >"$tmp/e.fa"
run "$tmp/e.fa" --derep --sizein --sizeout -O fasta --otu-table "$tmp/t.tsv"
is "$(grep '>' "$tmp/out" | tr '\n' ' ')" ">c;barcodelabel=s1;size=10 >b;sample=s2;size=4 " "--sizein --sizeout"
is "$(cat "$tmp/t.tsv" | tr '\t\n' ',/')" "#OTU ID,s1,s2/c,10,0/b,0,4/" "table of sizes"
SOURCE_DATE_EPOCH=86400 "$gw" cluster "$tmp/e.fa" --derep --sizein --otu-table "$tmp/t.biom" >"$tmp/out" 2>"$tmp/err"
cat >"$tmp/want" <<EOF
{"id":null,"format":"Biological Observation Matrix 1.0.0","format_url":"http://biom-format.org","type":"OTU table","generated_by":"genowarp $("$gw" --version)","date":"1970-01-02T00:00:00","matrix_type":"sparse","matrix_element_type":"int","shape":[2,2],"rows":[{"id":"c","metadata":null},{"id":"b","metadata":null}],"columns":[{"id":"s1","metadata":null},{"id":"s2","metadata":null}],"data":[[0,0,10],[1,1,4]]}
EOF
tr -d ' \n' <"$tmp/t.biom" >"$tmp/x"
tr -d ' \n' <"$tmp/want" >"$tmp/y"
cmp -s "$tmp/x" "$tmp/y" && ok || { bad "BIOM"; cat "$tmp/t.biom"; }

# FASTQ: expected errors, samples from file names
q=$(echo "$one" | tr 'ACGTN' IIIII)
low=$(echo "$one" | tr 'ACGTN' +++++)
{ printf '@r1\n%s\n+\n%s\n' "$one" "$q"; printf '@r2\n%s\n+\n%s\n' "$one" "$low"; } >"$tmp/north.fq"
{ printf '@r3\n%s\n+\n%s\n' "$two" "$(echo "$two" | tr 'ACGTN' IIIII)"; } | gzip >"$tmp/south.fastq.gz"
run "$tmp/north.fq" "$tmp/south.fastq.gz" --derep --max-ee 1 --otu-table "$tmp/t.tsv" --json "$tmp/j"
is "$(cut -f2 "$tmp/out" | tr '\n' ' ')" "r1 r3 " "--max-ee"
grep -q "1 of 3 sequences left out" "$tmp/err" && grep -q '"left_out_errors": 1' "$tmp/j" && ok || bad "count of --max-ee"
is "$(head -1 "$tmp/t.tsv")" "#OTU ID	north	south" "samples of file names"
# 10 ** -4 a letter: exactly at the sum it stays, below it goes
n=${#one}
run "$tmp/north.fq" --derep --max-ee "$(awk "BEGIN {print $n * 1.0001e-4}")"
is "$(wc -l <"$tmp/out" | tr -d ' ')" 1 "above the expected errors"
run "$tmp/north.fq" --derep --max-ee "$(awk "BEGIN {print $n * 0.9999e-4}")"
refused 65 "all 2 sequences have more" "nothing left"
run "$a" --derep --max-ee 1
refused 65 "no qualities" "expected errors without qualities"

# denoising: copies join by abundance, rare strangers are left out and listed
sub=$(echo "$one" | sed 's/^./N/; s/N/A/')
[ "$sub" = "$one" ] && sub=$(echo "$one" | sed 's/^./C/')
{ printf '>top;size=800\n%s\n>copy;size=100\n%s\n>real;size=101\n%sT\n>rare;size=7\n%s\n' "$one" "$sub" "$one" "$two"; } >"$tmp/n.fa"
run "$tmp/n.fa" --denoise --sizein --sizeout -o "$tmp/n"
is "$(grep '>' "$tmp/n.reps.fa" | tr '\n' ' ')" ">top;size=900 >real;size=101 " "--denoise"
is "$(cut -f1,2 "$tmp/n.left_out.tsv" | tail -n +2)" "rare;size=7	rare" "list of what was left out"
grep -q "copies of none): abundance 7" "$tmp/err" && ok || bad "count of rare ones"
run "$tmp/n.fa" --denoise --sizein --min-size 7 --alpha 3 -O fasta
is "$(grep -c '>' "$tmp/out")" 4 "--min-size, --alpha"
for t in 1 3; do
    run "$a" --denoise --sizein --chimeras perfect -@ $t
    [ $t = 1 ] && cp "$tmp/out" "$tmp/want"
    cmp -s "$tmp/out" "$tmp/want" && ok || bad "other bytes with $t threads"
done

# chimeras: half of each parent; members go with their cluster
half=$(printf '%s' "$one" | cut -c1-150)
rest=$(printf '%s' "$two" | cut -c151-)
{ printf '>one;size=900\n%s\n>two;size=800\n%s\n>mixed;size=9\n%s%s\n' "$one" "$two" "$half" "$rest"; } >"$tmp/c.fa"
for how in "--derep --chimeras perfect" "--mode greedy --min-seq-id 1 -c 1 --strand plus --chimeras uchime"; do
    run "$tmp/c.fa" --sizein $how -o "$tmp/c"
    is "$(cut -f1,2,4,5 "$tmp/c.left_out.tsv" | tail -n +2)" "mixed;size=9	chimera	one;size=900	two;size=800" "$how"
    is "$(cut -f2 "$tmp/c.tsv" | tr '\n' ' ')" "one;size=900 two;size=800 " "$how"
    grep -q "chimeras: 1 clusters, abundance 9" "$tmp/err" && ok || bad "$how: count"
done
run "$tmp/c.fa" --sizein --derep --chimeras perfect --chimera-skew 100
is "$(wc -l <"$tmp/out" | tr -d ' ')" 3 "--chimera-skew"

run "$data/proteins.fa" --denoise
refused 65 "nucleotides" "proteins denoised"
run "$a" --derep --denoise
refused 64 "" "options that exclude each other"
run "$a" --derep --min-seq-id .9
refused 64 "" "identity of identical ones"
run "$a" --alpha 2
refused 64 "denoise" "--alpha alone"
run "$tmp/d.fa" --derep -o "$tmp/z" --otu-table "$tmp/z.tsv"
refused 64 "name it otherwise" "one path for two outputs"
run "$tmp/d.fa" --derep --otu-table "$tmp/no/such"
refused 73 "" "a table that cannot be made"

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
