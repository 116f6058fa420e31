#!/bin/sh
# What clusters are written as, and updates: alignments, consensus, formats that others read.
set -u
. "${srcdir:-.}/tests/cluster/lib.sh"
p=$data/proteins.fa a=$data/amplicons.fa
flat() { awk '/^>/ {if (s) print n "\t" s; n = substr($1, 2); s = ""; next} NF == 0 {next} {s = s $0} END {print n "\t" s}' "$1"; }

# alignments: rows of a cluster equally long, letters those of the input, in every form and order
flat "$p" | sort >"$tmp/want"
for t in 1 3; do
    run "$p" --min-seq-id .5 -o "$tmp/m" --msa fasta --consensus -@ $t
    [ $t = 1 ] && cp "$tmp/m.msa.fa" "$tmp/one" && cp "$tmp/m.consensus.fa" "$tmp/two"
    cmp -s "$tmp/m.msa.fa" "$tmp/one" && cmp -s "$tmp/m.consensus.fa" "$tmp/two" && ok || bad "alignments with $t threads"
done
flat "$tmp/m.msa.fa" | tr -d - | sort | cmp -s - "$tmp/want" && ok || bad "letters of --msa fasta"
awk 'NF == 0 {n = 0; next} /^>/ {next} n && length($0) != n {exit 1} {n = length($0)}' "$tmp/m.msa.fa" && ok ||
    bad "rows of different length"
is "$(awk 'NF == 0' "$tmp/m.msa.fa" | wc -l | tr -d ' ')" "$(($(grep -c '>' "$tmp/m.reps.fa") - 1))" "clusters of --msa"
run "$p" --min-seq-id .5 -o "$tmp/m" --msa a3m
flat "$tmp/m.msa.a3m" | tr -d - | awk -F'\t' '{print $1 "\t" toupper($2)}' | sort | cmp -s - "$tmp/want" && ok || bad "letters of a3m"
sed '/^>/!s/[a-z]//g' "$tmp/m.msa.a3m" >"$tmp/x"
awk 'NF == 0 {n = 0; next} /^>/ {next} n && length($0) != n {exit 1} {n = length($0)}' "$tmp/x" && ok || bad "columns of a3m"
grep -q '[a-z]' "$tmp/m.msa.a3m" && ok || bad "no insertion in a3m"

# consensus: the abundant letter wins, a column of few letters goes, the other strand is turned
s=$(sed -n 2p "$a")
sub=$(echo "$s" | cut -c1-59)$(echo "$s" | cut -c60 | tr ACGT TGCA)$(echo "$s" | cut -c61-)
ins=$(echo "$sub" | cut -c1-200)ACA$(echo "$sub" | cut -c201-)
{ printf '>first;size=5\n%s\n>second;size=6\n%s\n>third;size=2\n%s\n' "$s" "$sub" "$ins"; } >"$tmp/c.fa"
echo "$sub" >"$tmp/want"
run "$tmp/c.fa" --sizein --min-seq-id .9 --strand plus -o "$tmp/c" --consensus --sizeout
is "$(head -1 "$tmp/c.consensus.fa" | sed 's/.*;//')" "size=13" "size of a consensus"
tail -1 "$tmp/c.consensus.fa" | cmp -s - "$tmp/want" && ok || bad "consensus"
{ printf '>first;size=5\n%s\n>turned;size=1\n' "$s"; echo "$sub" | rev | tr ACGT TGCA; } >"$tmp/c.fa"
run "$tmp/c.fa" --sizein --min-seq-id .9 -o "$tmp/c" --msa fasta --consensus
is "$(tail -1 "$tmp/c.consensus.fa")" "$s" "consensus over both strands"
is "$(tail -1 "$tmp/c.msa.fa")" "$sub" "a row of the other strand"
run "$a" --msa fasta
refused 64 "output" "--msa without -o"

# a device: refused where it has nothing to do, exit status 69 before anything is written where there is none
for how in "--umi reads" "--umi reads --consensus -o $tmp/dev" "--derep" "--denoise" "--samples"; do
    run "$a" $how --device cuda
    refused 64 "--device cuda: a device compares sequences" "--device cuda with '$how'"
    run "$a" $how --device tpu
    refused 64 "--device tpu" "--device tpu with '$how'"
done
for how in "" "--msa a3m" "--consensus" "--derep --consensus" "--certify"; do
    CUDA_VISIBLE_DEVICES= run "$a" $how -o "$tmp/dev" --device cuda
    refused 69 "--device cuda" "--device cuda without a card, '$how'"
    run "$a" $how -o "$tmp/dev" --device tpu
    refused 64 "tpu" "--device tpu with '$how'"
done
ls "$tmp" | grep -q '^dev' && bad "a refused device left outputs" || ok
for d in auto cpu; do
    run "$p" --min-seq-id .5 -o "$tmp/m" --msa fasta --consensus --device $d
    cmp -s "$tmp/m.msa.fa" "$tmp/one" && cmp -s "$tmp/m.consensus.fa" "$tmp/two" && ok || bad "alignments with --device $d"
    run "$a" --device $d
    is "$status" 0 "--device $d without alignments"
done

# .clstr and .uc as CD-HIT's and VSEARCH's scripts take them apart
run "$a" --sizein --min-seq-id .9 -o "$tmp/f"
awk '/^>Cluster [0-9]+$/ {next} !/^[0-9]+\t[0-9]+nt, >[^ ]+\.\.\. (\*|at [+-]\/[0-9.]+%)$/ {exit 1}' "$tmp/f.clstr" && ok || bad "lines of clstr"
awk -F'\t' 'NF != 10 || $1 !~ /^[SHC]$/ {exit 1}
    $1 == "S" && ($4 != "*" || $10 != "*") {exit 1}
    $1 == "H" && ($4 > 100 || $5 !~ /^[+-]$/ || $10 == "*") {exit 1}
    $1 != "C" {sub(/.*size=/, "", $9); n[$2] += $9} $1 == "C" && n[$2] != $3 {exit 1}' "$tmp/f.uc" && ok || bad "lines of uc"
# both hold the table's clusters
awk -F'\t' '{print $1 "\t" $2}' "$tmp/f.tsv" | sort >"$tmp/want"
awk -F'\t' '$1 == "S" {print $9 "\t" $9} $1 == "H" {print $10 "\t" $9}' "$tmp/f.uc" | sort | cmp -s - "$tmp/want" && ok || bad "uc and tsv"
awk '/^>/ {c = $2; next} {sub(/.*, >/, ""); sub(/\.\.\. .*/, "", $0); m[c] = m[c] " " $0; if (!(c in r)) r[c] = $0}
    END {for (c in m) {n = split(m[c], x, " "); for (i = 1; i <= n; i++) print r[c] "\t" x[i]}}' "$tmp/f.clstr" |
    sort | cmp -s - "$tmp/want" && ok || bad "clstr and tsv"

# .uc's alignments: whole sequences, the identity told, the other strand turned, the way round that VSEARCH has them
{ printf '>rep\n%s\n' "$s"; printf '>cut\n%s\n' "$(echo "$s" | cut -c6-60,64-)"; printf '>more\n%s\n' "$ins"
    printf '>turned\n'; echo "$s" | cut -c9-100,105- | rev | tr ACGT TGCA; printf '>copy\n%s\n' "$s"; } >"$tmp/c.fa"
run "$tmp/c.fa" --min-seq-id .9 --mode greedy -c 0 -O uc
is "$(grep '^H' "$tmp/out" | sort -k9 | cut -f3-9 | tr '\t\n' ', ')" "387,99.0,+,0,0,200M3I187M,copy 379,98.2,+,0,0,5I54M3I138M3I187M,cut 387,99.0,+,0,0,200M3I187M,rep 375,97.9,-,0,0,8I92M4I96M3I187M,turned " "rows of uc"
# uc_check INPUT: every H line of $tmp/out
uc_check() {
    flat "$1" | awk -F'\t' -v uc="$tmp/out" '
    function turn(s, i, r) {for (i = length(s); i; i--) r = r substr("NTGCA", index("NACGT", substr(s, i, 1)), 1); return r}
    {seq[$1] = toupper($2)}
    END {
        while ((getline line < uc) > 0) {
            split(line, f, "\t")
            if (f[1] != "H") continue
            n++
            m = seq[f[9]]; r = seq[f[10]]
            if (f[5] == "-") m = turn(m)
            if (f[8] == "*") continue
            if (f[8] == "=") {if (m != r) {print "unequal: " line; bad = 1} continue}
            i = j = 1; same = cols = told = gap = 0; c = f[8]
            while (match(c, /^[0-9]*[MID]/)) {
                k = RLENGTH > 1 ? substr(c, 1, RLENGTH - 1) + 0 : 1; op = substr(c, RLENGTH, 1); c = substr(c, RLENGTH + 1)
                if (op == "M") {
                    cols += cols ? gap : 0; gap = 0
                    for (; k; k--) {x = substr(r, i++, 1); same += x == substr(m, j++, 1) && index("ACGT", x); cols++}
                } else {gap += k; if (op == "I") i += k; else j += k}
            }
            if (c != "" || i != length(r) + 1 || j != length(m) + 1 || (d = 100 * same / cols - f[4]) > .0501 || d < -.0501) {print "not so: " line; bad = 1}
        }
        if (!n) print "no H line"
        exit bad || !n
    }' && ok || bad "alignments of uc, $2"
}

uc_check "$tmp/c.fa" "both strands"
for how in "--min-seq-id .9" "--min-seq-id .9 --mode greedy -@ 3" "--min-seq-id .7 -c 0 --mode connected" "--denoise --sizein --min-size 1"; do
    run "$a" $how -O uc
    uc_check "$a" "$how"
done

# updates: nothing lost, representatives stay, nothing to do changes nothing
awk '/^>/ {n++} n % 3' "$p" >"$tmp/old.fa"
run "$tmp/old.fa" --min-seq-id .5
cp "$tmp/out" "$tmp/old.tsv"
run "$p" --min-seq-id .5 --update "$tmp/old.tsv"
cp "$tmp/out" "$tmp/new.tsv"
is "$(cut -f2 "$tmp/new.tsv" | sort -u | wc -l | tr -d ' ')" "$(grep -c '>' "$p")" "sequences after an update"
cut -f1,2 "$tmp/old.tsv" | sort >"$tmp/x"
cut -f1,2 "$tmp/new.tsv" | sort | comm -12 - "$tmp/x" | cmp -s - "$tmp/x" && ok || bad "an old member moved"
awk -F'\t' '$3 < .5 || $4 < .8 {exit 1}' "$tmp/new.tsv" && ok || bad "a member below the threshold"
[ "$(cut -f1 "$tmp/new.tsv" | sort -u | wc -l)" -lt 85 ] && ok || bad "new sequences do not join"
run "$p" --min-seq-id .5 --update "$tmp/new.tsv" -@ 3
cmp -s "$tmp/out" "$tmp/new.tsv" && ok || bad "an update without news"
run "$a" --min-seq-id .9
cp "$tmp/out" "$tmp/dna.tsv"
run "$a" --min-seq-id .9 --update "$tmp/dna.tsv"
cmp -s "$tmp/out" "$tmp/dna.tsv" && ok || bad "an update of nucleotides without news"
# a new record equal to an old representative does not take its place
rep=$(cut -f1 "$tmp/old.tsv" | head -1)
{ cat "$tmp/old.fa"; printf '>0new\n'; flat "$tmp/old.fa" | awk -F'\t' -v r="$rep" '$1 == r {print $2}'; } >"$tmp/x.fa"
run "$tmp/x.fa" --min-seq-id .5 --update "$tmp/old.tsv"
grep -q "^$rep	0new	1.0000" "$tmp/out" && ok || bad "a new copy of a representative"
run "$tmp/x.fa" --min-seq-id .5 --update "$tmp/new.tsv"
refused 65 "not among the sequences" "old sequences that are missing"
head -1 "$tmp/old.tsv" | cat - "$tmp/old.tsv" >"$tmp/x"
run "$p" --min-seq-id .5 --update "$tmp/x"
refused 65 "line 2.*two lines" "a member twice"
echo "no table" >"$tmp/x"
run "$p" --min-seq-id .5 --update "$tmp/x"
refused 65 "line 1" "no table"
awk -F'\t' '$1 != $2' "$tmp/old.tsv" >"$tmp/x"
run "$p" --min-seq-id .5 --update "$tmp/x"
refused 65 "no member of its own cluster" "a cluster without its representative"
run "$p" --min-seq-id .9 --update "$tmp/old.tsv"
refused 65 "do not reach the thresholds" "other thresholds"
run "$p" --mode connected --update "$tmp/old.tsv"
refused 64 "connected" "connected components"
run "$p" --update "$tmp/none"
refused 66 "none" "a missing table"

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
