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

# a globin's sequence finds globins (SCOP a.1.1) first, the nearest (44 % identity) without doubt, alone and from stdin
"$gw" fold "$data/globin.fa" --max-hits 3 >"$tmp/a" 2>"$tmp/err" || bad "globin.fa: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/a")" -eq 4 ] && ok || bad "max-hits 3 gave $(wc -l <"$tmp/a") lines"
awk -F'\t' 'NR == 2 {exit !($14 ~ /^a\.1\.1/ && $4 > 0.9 && $5 < 1e-6)}' "$tmp/a" && ok ||
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
printf '>s\nMKV*LAAGIVGL*\n' >"$tmp/stop.fa"
refuse "$tmp/stop.fa" 65 'residue 4: a stop'
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

# one residue and ten thousand are answered; a stop at the end is no residue
printf '>one\nM*\n' >"$tmp/one.fa"
"$gw" fold "$tmp/one.fa" --max-hits 1 >"$tmp/out" && [ "$(wc -l <"$tmp/out")" -eq 2 ] && ok || bad "1 residue"
awk 'BEGIN {print ">long"; s = "MKVLAAGIVGLDENRSTWYFHPQC"; for (i = 0; i < 417; i++) printf "%s", s; print ""}' >"$tmp/long.fa"
"$gw" fold "$tmp/long.fa" --max-hits 1 >"$tmp/out" && [ "$(wc -l <"$tmp/out")" -eq 2 ] && ok || bad "10,000 residues"

# a library of structures: nothing is left out without a line; it is searched and modelled from
mkdir "$tmp/in" && cp "$data"/1cbs.cif.gz "$data"/1cbs.dssp.gz "$data"/1orc.pdb.gz "$data"/pdb1gdr.ent.gz \
    "$data"/hetatm.pdb.gz "$data"/altloc.cif.gz "$tmp/in"
gzip -dc "$data/1orc.pdb.gz" | head -c 9000 >"$tmp/in/cut.pdb"
gzip -dc "$data/1orc.pdb.gz" | sed '/^ATOM/s/^\(.\{17\}\).../\1UNK/' >"$tmp/in/unk.pdb"
gzip -dc "$data/1orc.pdb.gz" | sed '/^ATOM/s/^\(.\{30\}\).\{24\}/\19999.9999999.9999999.999/' >"$tmp/in/nowhere.pdb"
"$gw" fold --build-library "$tmp/l.gwt" "$tmp/in" 2>"$tmp/err" && ok || bad "--build-library: $(cat "$tmp/err")"
for f in 1cbs.dssp hetatm.pdb altloc.cif cut.pdb; do
    [ "$(grep -c "skipped .*$f" "$tmp/err")" -eq 1 ] && ok || bad "$f: no line says why it is left out"
done
grep -q 'unk.pdb: no known amino acid in [0-9]* residues' "$tmp/err" && ok || bad "unk.pdb has no line"
grep -q 'nowhere.pdb: [0-9]* of [0-9]* CA atoms lie less than 1 A' "$tmp/err" && ok || bad "nowhere.pdb has no line"
rm "$tmp/in/unk.pdb" "$tmp/in/nowhere.pdb"
grep -q '3 templates of 9 files' "$tmp/err" && ok || bad "summary: $(tail -1 "$tmp/err")"
"$gw" fold --build-library "$tmp/l2.gwt" "$tmp/in" -@ 3 2>/dev/null && cmp -s "$tmp/l.gwt" "$tmp/l2.gwt" && ok ||
    bad "library differs with -@ 3"
# what follows is not searched, so a library of three templates does as measure of chance: cheaper
mkdir "$tmp/quick" && cp "$tmp/l.gwt" "$tmp/quick/starter.gwt"
quick() { GENOWARP_DATA=$tmp/quick "$gw" fold "$@"; }
# one file that gives nothing: one line, no library
"$gw" fold --build-library "$tmp/no.gwt" "$tmp/in/cut.pdb" 2>"$tmp/err"
[ $? -eq 65 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -q 'error: .*cut.pdb: ' "$tmp/err" && [ ! -e "$tmp/no.gwt" ] && ok ||
    bad "cut.pdb alone: $(cat "$tmp/err")"
# domains by a ranges file, profiles matched by sequence; names are unique; every omission has its line
printf '# comment\nd1cbsa1\t1cbs\tA:1-60\tb.60.1\nd1cbsa2 1cbs A:61-137\nnowhere 9xyz A:\n' >"$tmp/ranges"
mkdir "$tmp/prof"
quick --build-library "$tmp/d.gwt" --ranges "$tmp/ranges" --profiles "$tmp/prof" "$tmp/in" 2>"$tmp/err" && ok ||
    bad "--ranges: $(cat "$tmp/err")"
grep -q '2 templates of 7 files (0 with' "$tmp/err" && ok || bad "--ranges: $(tail -1 "$tmp/err")"
grep -q 'skipped .*1orc.pdb.gz: the ranges name no domain' "$tmp/err" && ok || bad "--ranges: 1orc has no line"
grep -q '1 of 3 domains gave no template (first: line 4, nowhere of 9xyz)' "$tmp/err" && ok || bad "--ranges: no line on 9xyz"
# the whole chain's profile serves the domain; one of another protein is refused with a line
cat >"$tmp/prof/d1cbsa1.a3m" <<'END'
>1cbs
PNFSGNWKIIRSENFEELLKVLGVNVMLRKIAVAAASKPAVEIKQEGDTFYIKTSTTVRTTEINFKVGEEFEEQTVDGRPCKSLVKWESENKMVCEQKLLKGEGPKTSWTRELTNDGELILTMTADDVVCTRVYVRE
>relative
PNFSGTWKMVRSENFDELLKALGVNAMLRKVAVAAASKPHVEIRQDGDQFYIKTSTTVRTTEINFKIGESFEEETVDGRKCRSLATWENENKIHCTQTLLEGDGPKTYWTRELANDELILTFGADDVVCTRIYVRE-
END
printf '>other\nMKVLAAGIVGLDENRSTWYFHPQCMKVLAAGIVGLDENRSTWYFHPQC\n>two\nMKVLAAGIVGLDENRSTWYFHPQCMKVLAAGIVGLDENRSTWYFHPQC\n' \
    >"$tmp/prof/d1cbsa2.a3m"
quick --build-library "$tmp/d.gwt" --ranges "$tmp/ranges" --profiles "$tmp/prof" "$tmp/in" 2>"$tmp/err"
grep -q '2 templates of 7 files (1 with a sequence profile)' "$tmp/err" && ok || bad "--profiles: $(tail -1 "$tmp/err")"
grep -q 'skipped profile .*d1cbsa2.a3m: only [0-9]* of the 77 residues' "$tmp/err" && ok || bad "--profiles: $(cat "$tmp/err")"
quick --build-library "$tmp/t.gwt" "$data/1cbs.cif.gz" "$tmp/in/1cbs.cif.gz" 2>"$tmp/err"
grep -q '1 templates of 2 files' "$tmp/err" && grep -q 'skipped 1cbs_A of .*: a template of that name' "$tmp/err" && ok ||
    bad "one name twice: $(cat "$tmp/err")"
printf 'd1 1cbs A:1-x\n' >"$tmp/ranges"
quick --build-library "$tmp/no.gwt" --ranges "$tmp/ranges" "$tmp/in" 2>"$tmp/err"
[ $? -eq 65 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] && [ ! -e "$tmp/no.gwt" ] && ok || bad "bad ranges: $(cat "$tmp/err")"
cat >"$tmp/crabp.fa" <<'END'
>CRABP2
PNFSGNWKIIRSENFEELLKVLGVNVMLRKIAVAAASKPAVEIKQEGDTFYIKTSTTVRTTEINFKVGEEFEEQTVDGRPCKSLVKWESENKMVC
EQKLLKGEGPKTSWTRELTNDGELILTMTADDVVCTRVYVRE
END
"$gw" fold -t "$tmp/l.gwt" "$tmp/crabp.fa" -o "$tmp/models" >"$tmp/out" 2>"$tmp/err" && ok || bad "$(cat "$tmp/err")"
awk -F'\t' 'NR == 2 {exit !($2 == "1cbs_A" && $8 == 1 && $10 == "1-137")}' "$tmp/out" && ok || bad "own structure: $(sed -n 2p "$tmp/out")"
# the model is read back by our own reader and is the structure it was copied from
[ "$(grep -c '^ATOM.* CA ' "$tmp/models/CRABP2.1.pdb")" -eq 137 ] && ok || bad "model has not 137 residues"
quick --build-library "$tmp/m.gwt" "$tmp/models/CRABP2.1.pdb" "$tmp/models/CRABP2.1.cif" 2>"$tmp/err" && ok ||
    bad "model is not read: $(cat "$tmp/err")"
# nothing significant: no model without --force
printf '>short\nGSGSGSGAGSGSGSGA\n' >"$tmp/short.fa"
"$gw" fold "$tmp/short.fa" -o "$tmp/none" >/dev/null 2>"$tmp/err" && grep -q 'no significant template' "$tmp/err" &&
    [ -z "$(ls "$tmp/none")" ] && ok || bad "modelled without significance"
"$gw" fold "$tmp/short.fa" -o "$tmp/none" --force >/dev/null 2>&1 && [ -s "$tmp/none/short.1.pdb" ] && ok || bad "--force"

# without a template: experimental models of short queries, told apart from hits everywhere, same bytes for any -@
printf '>new fold\nDWSGRPKTNEYHQCMDPRGSWNKTAEYHFQDCPGRK\n>long\n%s%s\n' "$(sed 1d "$data/globin.fa" | tr -d '\n')" GSGS >"$tmp/new.fa"
printf '>tiny\nGSGSGSGAGS\n' >>"$tmp/new.fa"
for t in 1 3; do
    "$gw" fold -t "$tmp/l.gwt" "$tmp/new.fa" --ab-initio --decoys 10 -@ $t -o "$tmp/ab$t" --json "$tmp/ab$t.json" \
        --report "$tmp/ab$t.html" >"$tmp/ab$t.tsv" 2>"$tmp/err" && ok || bad "--ab-initio: $(cat "$tmp/err")"
done
for f in new.abinitio.pdb new.abinitio.cif new.abinitio.svg; do
    cmp -s "$tmp/ab1/$f" "$tmp/ab3/$f" && ok || bad "--ab-initio: $f differs with -@ 3"
done
cmp -s "$tmp/ab1.tsv" "$tmp/ab3.tsv" && cmp -s "$tmp/ab1.json" "$tmp/ab3.json" && ok || bad "--ab-initio: results differ with -@ 3"
[ "$(ls "$tmp/ab1" | wc -l)" -eq 3 ] && [ "$(grep -c '^ATOM.* CA ' "$tmp/ab1/new.abinitio.pdb")" -eq 36 ] && ok ||
    bad "--ab-initio: $(ls "$tmp/ab1")"
grep -q 'EXPERIMENTAL model of new without a template' "$tmp/ab1/new.abinitio.pdb" && ok || bad "--ab-initio: no warning in the model"
[ "$(grep -c '^#ab-initio	new	decoys 10	' "$tmp/ab1.tsv")" -eq 1 ] && [ "$(grep -c '^#' "$tmp/ab1.tsv")" -eq 1 ] && ok ||
    bad "--ab-initio: $(grep '^#' "$tmp/ab1.tsv")"
[ "$(grep -o '"ab_initio":{"decoys":10' "$tmp/ab1.json" | wc -l)" -eq 1 ] && ok || bad "--ab-initio: JSON"
grep -q 'Ab-initio model (experimental)' "$tmp/ab1.html" && ok || bad "--ab-initio: report"
grep -q 'long: no significant template, and 150 residues are too many for --ab-initio (20 to 99)' "$tmp/err" &&
    grep -q 'tiny: no significant template, and 10 residues are too few' "$tmp/err" && ok || bad "--ab-initio's lengths: $(cat "$tmp/err")"
"$gw" fold -t "$tmp/l.gwt" "$tmp/new.fa" --ab-initio --decoys 10 --seed 2 -o "$tmp/ab2" >/dev/null 2>&1
cmp -s "$tmp/ab1/new.abinitio.pdb" "$tmp/ab2/new.abinitio.pdb" && bad "--seed makes no difference" || ok
# a significant template goes before it
"$gw" fold -t "$tmp/l.gwt" "$tmp/crabp.fa" --ab-initio -o "$tmp/abt" >"$tmp/out" 2>"$tmp/err" && [ -s "$tmp/abt/CRABP2.1.pdb" ] &&
    [ ! -e "$tmp/abt/CRABP2.abinitio.pdb" ] && [ ! -s "$tmp/err" ] && ok || bad "--ab-initio with a template: $(cat "$tmp/err")"
head -c 80 "$tmp/crabp.fa" >"$tmp/part.fa"
"$gw" fold -t "$tmp/l.gwt" "$tmp/part.fa" --ab-initio -o "$tmp/abp" >"$tmp/out" 2>"$tmp/err" && [ -s "$tmp/abp/CRABP2.1.pdb" ] &&
    [ ! -e "$tmp/abp/CRABP2.abinitio.pdb" ] && ok || bad "--ab-initio of a short query with a template: $(cat "$tmp/err")"
"$gw" fold "$tmp/short.fa" --ab-initio -o "$tmp/abt" --force >/dev/null 2>"$tmp/err"
[ $? -eq 64 ] && ok || bad "--ab-initio with --force: $(cat "$tmp/err")"

# two queries of one name do not overwrite each other's models; hhr takes one query
"$gw" fold "$data/globin.fa" "$data/globin.fa" -o "$tmp/same" >/dev/null 2>"$tmp/err" && [ -s "$tmp/same/HBB_HUMAN.1.pdb" ] &&
    cmp -s "$tmp/same/HBB_HUMAN.1.pdb" "$tmp/same/HBB_HUMAN-2.1.pdb" && grep -q 'these are HBB_HUMAN-2' "$tmp/err" && ok ||
    bad "same name twice: $(cat "$tmp/err")"
"$gw" fold "$data/globin.fa" "$data/globin.fa" -O hhr >"$tmp/out" 2>"$tmp/err"
[ $? -eq 64 ] && grep -q 'one query only' "$tmp/err" && ok || bad "hhr of two queries: $(cat "$tmp/err")"

# two chains of one file: placed as they were in it
{
    gzip -dc "$data/1orc.pdb.gz" | awk '/^ATOM/ {printf "%sA%s\n", substr($0, 1, 21), substr($0, 23)}'
    gzip -dc "$data/1orc.pdb.gz" | awk '/^ATOM/ {printf "%sB%s%8.3f%s\n", substr($0, 1, 21), substr($0, 23, 8),
        substr($0, 31, 8) + 60, substr($0, 39)}'
} >"$tmp/pair.pdb"
"$gw" fold --build-library "$tmp/pair.gwt" "$tmp/pair.pdb" "$data/1cbs.cif.gz" 2>"$tmp/err" && ok || bad "pair: $(cat "$tmp/err")"
for c in A B; do
    awk -v c=$c 'BEGIN {split("ALA A ARG R ASN N ASP D CYS C GLN Q GLU E GLY G HIS H ILE I LEU L LYS K MET M PHE F PRO P " \
        "SER S THR T TRP W TYR Y VAL V", w, " "); for (i = 1; i < 40; i += 2) one[w[i]] = w[i + 1]; print ">chain" c}
        substr($0, 13, 4) == " CA " && substr($0, 22, 1) == c {printf "%s", one[substr($0, 18, 3)]} END {print ""}' "$tmp/pair.pdb"
done >"$tmp/pair.fa"
"$gw" fold -t "$tmp/pair.gwt" "$tmp/pair.fa" -o "$tmp/cx" --complex --force >"$tmp/out" 2>"$tmp/err" &&
    grep -q 'pair.fa: 2 of 2 chains placed as in the asymmetric unit of pair$' "$tmp/err" && ok || bad "--complex: $(cat "$tmp/err")"
# the distance from the first CA of A to the last of B is the file's, to the library's 0.05 A
span() {
    awk 'substr($0, 1, 4) == "ATOM" && substr($0, 13, 4) == " CA " {c = substr($0, 22, 1); x = substr($0, 31, 8); y = substr($0, 39, 8);
        z = substr($0, 47, 8); if (c == "A" && !n++) {a = x; b = y; d = z}; if (c == "B") {e = x - a; f = y - b; g = z - d}}
        END {printf "%.3f\n", sqrt(e * e + f * f + g * g)}' "$1"
}
awk -v a="$(span "$tmp/pair.pdb")" -v b="$(span "$tmp/cx/pair.complex.pdb")" 'BEGIN {exit !(a > 20 && a - b < .2 && b - a < .2)}' && ok ||
    bad "--complex: chains lie $(span "$tmp/cx/pair.complex.pdb") apart, not $(span "$tmp/pair.pdb")"
grep -q '^ATOM .* B 2 ' "$tmp/cx/pair.complex.cif" && ok || bad "--complex: mmCIF has no chain B"
"$gw" fold "$tmp/crabp.fa" "$tmp/pair.fa" -o "$tmp/cx" --complex >/dev/null 2>"$tmp/err" &&
    grep -q 'pair.fa: no structure of the library covers two' "$tmp/err" && ok || bad "--complex without one: $(cat "$tmp/err")"

# one chain and the operators of its assembly: three chains on three copies side by side; an operator
# that is not described costs the assemblies, with one line, not the chain
printf '>a\nMEFVAKLFKFFKDLLGKFLGNN\n>b\nMEFVAKLFKFFKDLLGKFLGNN\n>c\nMEFVAKLFKFFKDLLGKFLGNN\n' >"$tmp/psm.fa"
"$gw" fold --build-library "$tmp/psm.gwt" "$data/5i55.cif.gz" 2>/dev/null
"$gw" fold -t "$tmp/psm.gwt" "$tmp/psm.fa" -o "$tmp/psm" --complex --force >"$tmp/out" 2>"$tmp/err" &&
    grep -q 'psm.fa: 3 of 3 chains placed as in assembly 1 of 5i55$' "$tmp/err" && ok || bad "assembly: $(cat "$tmp/err")"
[ "$(grep -c '^REMARK   3 chain [A-C]: . on 5i55_A, copy [1-9]' "$tmp/psm/psm.complex.pdb")" -eq 3 ] &&
    grep -q 'CA of different chains: [1-9][0-9]* pairs within 10 A, 0 within 3 A' "$tmp/psm/psm.complex.pdb" && ok ||
    bad "assembly: $(grep REMARK "$tmp/psm/psm.complex.pdb")"
gzip -dc "$data/5i55.cif.gz" | sed 's/^\(_pdbx_struct_assembly_gen.oper_expression\) .*/\1 1,77/' >"$tmp/5i55.cif"
"$gw" fold --build-library "$tmp/psm.gwt" "$tmp/5i55.cif" 2>"$tmp/err"
[ "$(grep -c 'skipped the assemblies of .*5i55.cif: assembly 1 names operator 77, which is not described' "$tmp/err")" -eq 1 ] &&
    grep -q '1 templates of 1 files' "$tmp/err" && ok || bad "bad operator: $(cat "$tmp/err")"
"$gw" fold -t "$tmp/psm.gwt" "$tmp/psm.fa" -o "$tmp/psm" --complex --force >"$tmp/out" 2>"$tmp/err" &&
    grep -q 'psm.fa: no structure of the library covers two' "$tmp/err" && ok || bad "no assembly: $(cat "$tmp/err")"

# a template of CA atoms alone is found but not modelled from, and a line says so
"$gw" fold --build-library "$tmp/trace.gwt" "$data/pdb1gdr.ent.gz" 2>/dev/null
printf '>resolvase\nMRLFGYARVSTSLDIQVRALKDAGVKANRIFTDKRKGLDLLRMKVEEGDVILVKKLDRLGRDTADMIQLIKEFDAQGVSIRFIDDGISTDGEMGKMVVTILSAVA\n' \
    >"$tmp/1gdr.fa"
"$gw" fold -t "$tmp/trace.gwt" "$tmp/1gdr.fa" -o "$tmp/trace" >"$tmp/out" 2>"$tmp/err" && grep -q '	pdb1gdr__	1	1' "$tmp/out" &&
    grep -q 'pdb1gdr__ has no complete backbone' "$tmp/err" && [ -z "$(ls "$tmp/trace")" ] && ok || bad "CA only: $(cat "$tmp/err")"

# the other formats
"$gw" fold "$data/globin.fa" -O m8 --max-hits 2 | awk 'NF != 12 {b = 1} END {exit b || NR != 2}' && ok || bad "m8"
"$gw" fold "$data/globin.fa" -O hhr --max-hits 2 | grep -q '^No 2$' && ok || bad "hhr"
"$gw" fold "$data/globin.fa" -O pir --max-hits 2 | grep -c '^>P1;' | grep -qx 4 && ok || bad "pir"
"$gw" fold "$data/globin.fa" "$data/globin.fa" -O json --max-hits 2 >"$tmp/j" && ok || bad "json"
if command -v python3 >/dev/null; then
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert len(d) == 2 and len(d[0]["hits"]) == 2' \
        "$tmp/j" && ok || bad "json does not parse"
fi

# the page: self-contained, names escaped, every hit linked to its alignment; a drawing that is XML
printf '>a<b>&"c" globin\n' >"$tmp/esc.fa" && sed 1d "$data/globin.fa" >>"$tmp/esc.fa"
"$gw" fold "$tmp/esc.fa" "$tmp/short.fa" --max-hits 4 -@ 1 --report "$tmp/r.html" --json "$tmp/r.json" -o "$tmp/page" \
    >"$tmp/out" 2>"$tmp/err" && ok || bad "--report: $(cat "$tmp/err")"
grep -q '<h2>a&lt;b&gt;&amp;&quot;c&quot; ' "$tmp/r.html" && ok || bad "--report: name is not escaped"
grep -qi '<script\|http:\|https:\|src=' "$tmp/r.html" && bad "--report: page is not self-contained" || ok
grep -q 'No significant template' "$tmp/r.html" && ok || bad "--report: no verdict on a query without hits"
for k in 1 2; do
    for h in 1 2 3 4; do
        [ "$(grep -c "href='#q${k}h$h'" "$tmp/r.html")" -eq 2 ] && [ "$(grep -c " id='q${k}h$h'" "$tmp/r.html")" -eq 1 ] &&
            ok || bad "--report: hit $h of query $k is not linked"
    done
done
[ "$(grep -c '<svg' "$tmp/r.html")" -eq 4 ] && ok || bad "--report: $(grep -c '<svg' "$tmp/r.html") drawings, not 4"
"$gw" fold "$tmp/esc.fa" "$tmp/short.fa" --max-hits 4 -O json 2>/dev/null | cmp -s - "$tmp/r.json" && ok || bad "--json"
sed 's/ -@ [0-9]* / /' "$tmp/r.html" >"$tmp/r1"
"$gw" fold "$tmp/esc.fa" "$tmp/short.fa" --max-hits 4 -@ 3 --report "$tmp/r.html" --json "$tmp/r.json" -o "$tmp/page" \
    >/dev/null 2>&1 && sed 's/ -@ [0-9]* / /' "$tmp/r.html" | cmp -s - "$tmp/r1" && ok || bad "--report differs with -@ 3"
[ -s "$tmp/page/a_b___c_.1.pdb" ] && [ -s "$tmp/page/a_b___c_.1.svg" ] && ok || bad "model's names: $(ls "$tmp/page")"
quick --build-library "$tmp/x.gwt" "$tmp/in" --report "$tmp/x.html" 2>/dev/null
[ $? -eq 64 ] && [ ! -e "$tmp/x.gwt" ] && ok || bad "--report with --build-library"
if command -v python3 >/dev/null; then
    python3 - "$tmp/r.html" "$tmp/page/a_b___c_.1.svg" <<'END' && ok || bad "--report: tags do not match"
import sys, html.parser, xml.dom.minidom
void = {"meta", "br", "rect", "line", "path"}
class P(html.parser.HTMLParser):
    stack = []
    def handle_starttag(self, tag, attrs):
        if tag not in void: self.stack.append(tag)
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
p = P()
p.feed(open(sys.argv[1]).read())
assert not p.stack, p.stack
xml.dom.minidom.parse(sys.argv[2])
END
fi

echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
