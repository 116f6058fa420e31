#!/bin/sh
# genowarp pca as a user runs it: formats, filters, sameness of bytes, and every refusal.
set -u
here=$(cd "${srcdir:-.}" && pwd)
gw=${GENOWARP:-$(pwd)/genowarp}
data=$here/tests/data/pca
pass=0 fail=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
same() { # file, file, what
    if cmp -s "$1" "$2"; then ok; else bad "$3: bytes differ"; fi
}
# refused STATUS WORDS ARGUMENTS...: exits STATUS, says WORDS, prints nothing on stdout
refused() {
    want=$1 words=$2
    shift 2
    "$gw" pca "$@" >out 2>err
    got=$?
    if [ $got -ne "$want" ]; then bad "pca $*: exit $got, not $want"; head -2 err
    elif ! grep -qF -- "$words" err; then bad "pca $*: does not say \"$words\":"; tail -1 err
    elif [ -s out ]; then bad "pca $*: printed a table"
    else ok; fi
}
cp "$data"/small.* .

# formats: pipe, file, compressed, bed; threads; memory limit
"$gw" pca small.vcf >file.tsv 2>file.err || bad "a VCF file"
"$gw" pca - <small.vcf >pipe.tsv 2>/dev/null || bad "a VCF on stdin"
same file.tsv pipe.tsv "file and pipe"
gzip -c small.vcf >small.vcf.gz
"$gw" pca small.vcf.gz >gz.tsv 2>/dev/null || bad "a gzipped VCF"
same file.tsv gz.tsv "plain and gzip"
"$gw" pca small.bed >bed.tsv 2>/dev/null || bad "a bed"
same file.tsv bed.tsv "VCF and bed"
"$gw" pca small >prefix.tsv 2>/dev/null || bad "a bed by its prefix"
same file.tsv prefix.tsv "bed by prefix"
if command -v bcftools >/dev/null; then
    bcftools view -Ob small.vcf >small.bcf 2>/dev/null
    "$gw" pca - <small.bcf >bcf.tsv 2>/dev/null || bad "a BCF on stdin"
    same file.tsv bcf.tsv "VCF and BCF"
    head -c 3000 small.bcf >cut.bcf
    refused 65 "cut short" cut.bcf
    size=$(wc -c <small.bcf)
    head -c $((size - 28)) small.bcf >noend.bcf
    refused 65 "BGZF end marker" noend.bcf
fi
for t in 1 2 3 8; do
    for m in exact krylov; do
        "$gw" pca -@ $t -k 4 --method $m --out t$t.$m small.vcf 2>/dev/null || bad "-@ $t"
        for f in eigenvec eigenval loadings summary.tsv; do
            same t1.$m.$f t$t.$m.$f "-@ $t $m $f"
        done
    done
done
"$gw" pca -k 4 --max-mem 1M --out mem small.vcf 2>/dev/null && same t1.exact.eigenvec mem.eigenvec "--max-mem"
for level in ref portable; do
    GENOWARP_SIMD=$level "$gw" pca -k 4 --out simd small.vcf 2>/dev/null || bad "GENOWARP_SIMD=$level"
    for f in eigenvec eigenval loadings summary.tsv; do
        same t1.exact.$f simd.$f "GENOWARP_SIMD=$level $f"
    done
done
"$gw" pca -o table.tsv small.vcf >out 2>/dev/null && [ ! -s out ] && same file.tsv table.tsv "-o"

# shape: header, a line a sample, eigenvalues falling, variance explained below 1
[ "$(head -1 file.tsv)" = "$(printf '#FID\tIID\tPC1\tPC2\tPC3\tPC4\tPC5\tPC6\tPC7\tPC8\tPC9\tPC10')" ] && ok || bad "header"
[ "$(wc -l <file.tsv)" -eq 43 ] && ok || bad "a line a sample"
awk 'NR > 1 && $1 > last {exit 1} {last = $1}' t1.exact.eigenval && ok || bad "eigenvalues fall"
awk 'NR > 1 {if ($4 > 1 || $4 < $3 - 1e-12 || $5 > 1e-10) exit 1}' t1.exact.summary.tsv && ok || bad "summary"
awk '{if (NR > 1) for (c = 3; c <= NF; c++) {s[c] += $c; q[c] += $c * $c}}
    END {for (c in q) if (q[c] < 0.99999 || q[c] > 1.00001) exit 1}' file.tsv && ok || bad "unit length"
# populations are told apart on PC1 and PC2: Africans from others, Asians from Europeans
awk 'NR == FNR {pop[$1] = $3; next} FNR > 1 {p = pop[$2]; n[p]++; a[p] += $3; b[p] += $4}
    END {for (p in n) print p, a[p] / n[p], b[p] / n[p]}' small.labels.tsv file.tsv >means
awk '{a[$1] = $2; b[$1] = $3} function far(x, y) {return (x - y) ^ 2 > 0.02}
    END {exit !(far(a["AFR"], a["EUR"]) && far(b["EAS"], b["EUR"]))}' means && ok || bad "populations: $(cat means)"
# loadings rebuild the components: x V / S = u (missing genotypes count as the mean)
awk -F'\t' 'NR == FNR {if ($1 ~ /^##eig/) {split(substr($1, index($1, "=") + 1), ev, ",")}
        if ($1 ~ /^##variants/) m = substr($1, index($1, "=") + 1)
        if ($1 !~ /^#/) {f[$1 ":" $2] = $6; s[$1 ":" $2] = $7; v[$1 ":" $2] = $8}; next}
    !/^#/ && ($1 ":" $2) in f {key = $1 ":" $2; for (i = 10; i <= NF; i++) if ($i !~ /\./) {
        g = substr($i, 1, 1) + substr($i, 3, 1); u[i] += (g - 2 * f[key]) * s[key] * v[key]}}
    END {for (i = 10; i <= 51; i++) printf "%.6f\n", u[i] / sqrt(ev[1] * m)}' t1.exact.loadings small.vcf >again
awk 'NR > 1 {printf "%.6f\n", $3}' t1.exact.eigenvec >had
paste again had | awk '($1 - $2) ^ 2 > 1e-10 {exit 1}' && ok || bad "loadings rebuild PC1"

# filters and what they count
edit() { awk -v FS='\t' -v OFS='\t' "$1" small.vcf; }
edit '/^#/ {print; next} {n++} n == 1 {$5 = "A,G"} n == 2 {$1 = "chrX"} n == 3 {for (i = 10; i < 20; i++) $i = "./."}
    n == 4 {for (i = 10; i <= NF; i++) $i = "0/0"} n == 5 {for (i = 10; i <= NF; i++) $i = "0/0"; $10 = "0|1"}
    n == 6 {$5 = "."} n == 7 {for (i = 10; i <= NF; i++) $i = "0/1"} {print}' >filters.vcf
"$gw" pca --maf 0.02 filters.vcf >out 2>err || bad "filters"
grep -q "351 variants of 42 samples read; left out: not biallelic 1, not autosomal 1, by region 0, too often missing 1, monomorphic 3, rare 3, against Hardy-Weinberg 0, linked 0; kept 342" err &&
    ok || { bad "filter counts"; cat err; }
"$gw" pca --maf 0 --max-missing 1 --all-contigs filters.vcf 2>&1 >out |
    grep -q "not autosomal 0, by region 0, too often missing 0, monomorphic 3, rare 0, against Hardy-Weinberg 0, linked 0; kept 347" && ok || bad "filters off"
kept() { # WORDS ARGUMENTS...: what stderr says
    words=$1
    shift
    "$gw" pca -k 3 "$@" 2>&1 >out | grep -qF -- "$words" && ok || bad "pca $*: not \"$words\""
}
in21=$(awk '!/^#/ && $1 == 21' small.vcf | wc -l)
in22=$(awk '!/^#/ && $1 == 22' small.vcf | wc -l)
kept "by region $((351 - in21 - in22))," -r 21 -r chr22 small.vcf
kept "by region $in21," --exclude-region 21 small.vcf
first=$(awk '!/^#/ && $1 == 2 {print $2; exit}' small.vcf)
kept "by region 1," --exclude-region "2:$first-$first" small.vcf
printf '2\t%s\t%s\n' $((first - 1)) "$first" >one.bed
kept "by region 1," --exclude-file one.bed small.vcf
printf '2\t%s\t%s\n' "$first" $((first + 1)) >none.bed
kept "by region 0," --exclude-file none.bed small.vcf
awk '!/^#/ && $1 != 2 {print $1 "\t0\t999999999"}' small.vcf | sort -u >not2.bed
kept "by region $(awk '!/^#/ && $1 == 2' small.vcf | wc -l)," -R not2.bed small.vcf
kept "by region $(awk '!/^#/ && ($1 != 6 || ($2 > 25392020 && $2 <= 33500000) || ($2 > 56892040 && $2 <= 64000000) || ($2 > 139958306 && $2 <= 142500000))' small.vcf | wc -l)," -r 6 --long-range-ld grch37 small.vcf
kept "by region $(awk '!/^#/ && ($1 != 8 || ($2 > 7142478 && $2 <= 13142491) || ($2 > 42000000 && $2 <= 51000000) || ($2 > 110918594 && $2 <= 113987771))' small.vcf | wc -l)," -r 8 --long-range-ld grch38 small.vcf
refused 66 "absent.bed" -R absent.bed small.vcf
# Hardy-Weinberg: a variant of heterozygotes but for one sample goes
edit '/^#/ {print; next} {n++} n == 9 {for (i = 10; i <= NF; i++) $i = "0/1"; $10 = "0/0"} {print}' >hwe.vcf
kept "against Hardy-Weinberg 1," --hwe 1e-6 --maf 0 hwe.vcf
kept "against Hardy-Weinberg 0," --maf 0 hwe.vcf
# linkage: every variant twice, 10 bases apart, and once more 2 Mb apart
awk 'BEGIN {FS = OFS = "\t"} /^#/ {print; next} {print; $2 += 10; print}' small.vcf >doubled.vcf
kept "linked 351; kept 351" --ld-prune 0.99 doubled.vcf
kept "linked 0; kept 702" doubled.vcf
"$gw" pca -k 3 --ld-prune 0.99 doubled.vcf 2>/dev/null >pruned.tsv
"$gw" pca -k 3 small.vcf 2>/dev/null | cmp -s - pruned.tsv && ok || bad "pruned doubles"
awk 'BEGIN {FS = OFS = "\t"} /^#/ {print; next} {print; $2 += 2000; print}' small.vcf >apart.vcf
kept "linked 0; kept 702" --ld-prune 0.99 --ld-window 1 apart.vcf
awk 'BEGIN {FS = OFS = "\t"} /^#/ {print; next} {n++} n < 60 {for (i = 10; i <= NF; i++) $i = i == 10 + n % 42 ? "0/1" : "0/0"} {print}' small.vcf >rare.vcf
"$gw" pca -k 3 rare.vcf 2>&1 >out | grep -q "rarer than 1%" && bad "1 in 84 is no 1 %" || ok
awk 'BEGIN {FS = OFS = "\t"} /^##/ {print; next} {for (i = 10; i <= 51; i++) $(i + 42) = /^#/ ? $i "b" : $i} {n++} n > 1 && n < 60 {for (i = 10; i <= 93; i++) $i = i == 10 + n % 84 ? "0/1" : "0/0"} {print}' small.vcf >rarer.vcf
"$gw" pca -k 3 rarer.vcf 2>&1 >out | grep -q "58 of 351 variants kept have a minor allele rarer" && ok || bad "rare variants are pointed out"
"$gw" pca -k 3 --maf 0.01 rarer.vcf 2>&1 >out | grep -q "rare 58" && ok || bad "--maf 0.01"
refused 64 "ld-prune" --ld-window 5 small.vcf
# samples: 12 % of the variants missing in one; a twin and a child made from others
edit '/^#/ {print; next} NR % 8 == 0 {$12 = "./."} {print}' >mind.vcf
"$gw" pca -k 3 --max-missing-sample 0.1 mind.vcf 2>err >mind.tsv || bad "--max-missing-sample"
grep -q "1 of 42 samples left out: too many" err && ok || bad "samples left out"
cut -f1-11,13- mind.vcf >without.vcf
"$gw" pca -k 3 without.vcf 2>/dev/null | cmp -s - mind.tsv && ok || bad "as if the sample were not there"
awk 'BEGIN {FS = OFS = "\t"; srand(5)} /^##/ {print; next} /^#/ {print $0, "twin", "child"; next}
    function gamete(g) {return g == "0/1" ? (rand() < 0.5) : substr(g, 1, 1)}
    {c = $10 == "./." || $40 == "./." ? "./." : gamete($10) "/" gamete($40); if (c == "1/0") c = "0/1"; print $0, $20, c}' small.vcf >family.vcf
"$gw" pca -k 3 --max-kinship 0.177 --kinship pairs.tsv --max-missing 0.2 family.vcf >unrelated.tsv 2>err || bad "--max-kinship"
a=$(grep '^#CHROM' family.vcf | cut -f10) b=$(grep '^#CHROM' family.vcf | cut -f40) t=$(grep '^#CHROM' family.vcf | cut -f20)
awk -v t="$t" '$1 == t && $2 == "twin" && $4 > 0.45 {n++} END {exit n != 1}' pairs.tsv && ok || bad "the twin"
awk -v a="$a" -v b="$b" '($1 == a || $1 == b) && $2 == "child" && $4 > 0.177 && $4 < 0.354 {n++} END {exit n != 2}' pairs.tsv && ok || { bad "the child"; cat pairs.tsv; }
grep -q "2 of 44 samples left out: related" err && ! grep -q child unrelated.tsv && ok || { bad "relatives left out"; cat err; }
for t in 1 3; do
    "$gw" pca -@ $t -k 3 --kinship pairs$t.tsv family.vcf 2>/dev/null >all$t.tsv
done
same pairs1.tsv pairs3.tsv "--kinship -@"
"$gw" pca -k 3 family.vcf 2>/dev/null | cmp -s - all1.tsv && ok || bad "--kinship alone leaves nobody out"
cp small.bed f.bed; cp small.bim f.bim; cp small.fam f.fam
"$gw" pca -k 3 --max-missing-sample 0.02 f.bed 2>/dev/null >x1; "$gw" pca -k 3 --max-missing-sample 0.02 small.vcf 2>/dev/null >x2
same x1 x2 "--max-missing-sample from bed"
refused 65 "two or more are needed" --max-missing-sample 0 small.vcf
# the relationship matrix, GCTA's way; Tracy-Widom
"$gw" pca -k 3 --grm --out grm small.vcf 2>/dev/null || bad "--grm"
[ "$(wc -c <grm.grm.bin)" -eq $((42 * 43 / 2 * 4)) ] && [ "$(wc -c <grm.grm.N.bin)" -eq $((42 * 43 / 2 * 4)) ] &&
    [ "$(wc -l <grm.grm.id)" -eq 42 ] && ok || bad "sizes of the matrix"
od -An -tf4 -w4 -v grm.grm.bin | awk '{i++; if (i == d) {sum += $1; n++; d += n + 1}} BEGIN {d = 1; n = 0}
    END {print sum}' >trace
awk 'NR == FNR {t = $1; next} FNR == 2 {exit !(($2 / $3 / t - 1) ^ 2 < 1e-8)}' trace grm.summary.tsv && ok || bad "trace of the matrix"
awk 'NR == 2 {exit !($7 < 1e-6)}' grm.summary.tsv && ok || bad "Tracy-Widom of PC1"
refused 64 "out" --grm small.vcf
refused 64 "--grm does not go with --method krylov" --grm --out x --method krylov small.vcf
refused 64 "--tol does not go with --method exact" --method exact --tol 1e-6 small.vcf
refused 64 "--max-passes does not go with --grm" --grm --out x --max-passes 3 small.vcf
if command -v plink1.9 >/dev/null; then # another reader of GCTA's format: who is above a cutoff
    plink1.9 --grm-bin grm --rel-cutoff 0.11 --out reader >/dev/null 2>&1 &&
        [ "$(wc -l <reader.grm.id)" -lt 42 ] && [ "$(wc -l <reader.grm.id)" -gt 2 ] && ok || bad "plink1.9 reads the matrix"
fi
# phase and half-missing calls; a haploid call is a homozygous one
edit '/^#/ {print; next} {for (i = 10; i <= NF; i++) {sub("/", "|", $i); if ($i == ".|.") $i = "1|."} print}' >phased.vcf
"$gw" pca phased.vcf >out 2>/dev/null && same file.tsv out "phased, half-missing"
edit '/^#/ {print; next} {for (i = 10; i <= NF; i++) if ((i * 7 + NR) % 3 == 0) sub("/", "|", $i); print}' >mixed.vcf
"$gw" pca mixed.vcf >out 2>/dev/null && same file.tsv out "some calls phased"
edit '/^#/ {print; next} {$9 = "GT:DP"; for (i = 10; i <= NF; i++) if (i % 5) $i = $i ":" i; print}' >more.vcf
"$gw" pca more.vcf >out 2>/dev/null && same file.tsv out "fields behind GT"
edit '/^#/ {print; next} {for (i = 10; i <= NF; i++) {if ($i == "0/0") $i = "0"; if ($i == "1/1") $i = "1"; if ($i == "./.") $i = "."} print}' >haploid.vcf
"$gw" pca haploid.vcf >out 2>/dev/null && same file.tsv out "haploid"
if command -v bcftools >/dev/null; then # one value a sample; one or two; a width that is not a byte
    awk 'BEGIN {FS = OFS = "\t"} /^#/ {print; next} {for (i = 10; i <= NF; i++) $i = $i == "0/0" ? "0" : $i == "1/1" ? "1" : $i; print}' small.vcf >ploidies.vcf
    awk 'BEGIN {FS = OFS = "\t"} /^#/ {print; next} NR % 2 {for (i = 10; i <= NF; i++) $i = $i == "0/0" ? "0" : $i == "1/1" ? "1" : "."; print}' small.vcf >one_each.vcf
    for v in phased haploid ploidies one_each; do
        bcftools view -Ob -o $v.bcf $v.vcf 2>/dev/null
        "$gw" pca --max-missing 1 $v.vcf >a.out 2>/dev/null; "$gw" pca --max-missing 1 $v.bcf >b.out 2>/dev/null
        same a.out b.out "$v calls from VCF and BCF"
    done
fi
# contig names and long identifiers are the user's business
edit '/^#/ {print; next} {$1 = "scaffold_" $1 "_of_a_long_assembly.1"; $3 = sprintf("%0300d", NR); print}' >long.vcf
"$gw" pca long.vcf >out 2>/dev/null && same file.tsv out "contig names and long IDs"
# counting the other allele changes nothing
edit '/^#/ {print; next} {t = $4; $4 = $5; $5 = t; for (i = 10; i <= NF; i++) {if ($i == "0/0") $i = "1/1"; else if ($i == "1/1") $i = "0/0"} print}' >swapped.vcf
"$gw" pca swapped.vcf >out 2>/dev/null && same file.tsv out "REF and ALT swapped"
# few samples: as many components as there are, said on stderr; asked for outright, an error
cut -f1-14 small.vcf >five.vcf
"$gw" pca five.vcf >out 2>err && [ "$(head -1 out | wc -w)" -eq 6 ] && grep -q "4 components at most" err && ok || bad "five samples"
refused 65 "at most 4 components" -k 10 five.vcf
cut -f1-10 small.vcf >one.vcf
refused 65 "one sample" one.vcf
{ grep '^#' small.vcf; grep -v '^#' small.vcf | head -3; } >three.vcf
"$gw" pca three.vcf >out 2>/dev/null && [ "$(head -1 out | wc -w)" -eq 5 ] && ok || bad "three variants"
refused 65 "3 variants left" -k 9 three.vcf

# projection: samples of the reference come back to their places; alleles may be swapped or on the
# other strand
edit '/^#/ {print; next} ($4 $5) ~ /AT|TA|CG|GC/ {next} {for (i = 10; i <= NF; i++) if ($i == "./.") $i = "0/0"; print}' >full.vcf
"$gw" pca -k 3 --out own full.vcf 2>/dev/null || bad "a reference"
"$gw" pca --project own --projection ls full.vcf >ls.tsv 2>err || bad "--project"
paste own.eigenvec ls.tsv | awk 'NR > 1 && (($3 - $8) ^ 2 > 1e-11 || ($4 - $9) ^ 2 > 1e-11 || ($5 - $10) ^ 2 > 1e-11) {exit 1}' && ok || bad "least squares of the reference itself"
[ "$(sed -n 2p ls.tsv | cut -f6)" = "$(grep -vc '^#' own.loadings)" ] && ok || bad "USED"
awk -v FS='\t' -v OFS='\t' 'function comp(a) {return a == "A" ? "T" : a == "T" ? "A" : a == "C" ? "G" : "C"}
    /^#/ {print; next} {n++} n % 3 == 0 {t = $4; $4 = $5; $5 = t; for (i = 10; i <= NF; i++) $i = $i == "0/0" ? "1/1" : $i == "1/1" ? "0/0" : $i}
    n % 2 == 0 {$4 = comp($4); $5 = comp($5)} n % 5 == 0 {$1 = "chr" $1} {print}' full.vcf >turned.vcf
"$gw" pca --project own --projection ls turned.vcf >turned.tsv 2>err && same ls.tsv turned.tsv "swapped and complementary alleles"
grep -q "matched (108 with alleles swapped, 162 on the other strand)" err && ok || { bad "projection counts"; cat err; }
"$gw" pca --project own --match id full.vcf 2>/dev/null >byid.tsv
"$gw" pca --project own full.vcf 2>/dev/null >auto.tsv && same auto.tsv byid.tsv "--match id"
for t in 1 3; do
    "$gw" pca -@ $t --project own full.vcf 2>/dev/null >t$t.tsv
done
same t1.tsv t3.tsv "--project -@"
# how shrinkage is undone: by the reference's spectrum where it is known
for h in spectrum oadp ls; do "$gw" pca --project own --projection $h full.vcf 2>$h.err >$h.out || bad "--projection $h"; done
same auto.tsv spectrum.out "auto is spectrum for an exact reference"
grep -q "projection spectrum" spectrum.err && grep -q "projection oadp" oadp.err && ok || bad "the projection is named"
s=$(sed -n 's/^##shrinkage=\([^,]*\),.*/\1/p' own.loadings)
paste ls.out spectrum.out | awk -v s="$s" 'NR > 1 && ($3 / s - $9) ^ 2 > 1e-12 {exit 1} END {exit !(s > 0.5 && s < 1)}' && ok || bad "places over the shrinkage"
grep -v '^##shrinkage' own.loadings >kry.loadings # as krylov writes it, which is not for so few samples
"$gw" pca --project kry full.vcf 2>err >out && same oadp.out out "auto is oadp without a shrinkage"
refused 65 "make it with --method exact" --project kry --projection spectrum full.vcf
sed 's/^##shrinkage=[^,]*,/##shrinkage=/' own.loadings >cut.loadings
refused 65 "not one shrinkage for each" --project cut full.vcf
sed 's/^##shrinkage=[^,]*,/##shrinkage=-1,/' own.loadings >cut.loadings
refused 65 "a shrinkage is no positive number" --project cut full.vcf
gzip -9nc own.loadings >packed.loadings.gz
"$gw" pca --project packed full.vcf 2>/dev/null >packed.tsv && same auto.tsv packed.tsv "gzipped loadings"
"$gw" pca --project own --projection ls --labels small.labels.tsv --label-column super_pop full.vcf 2>/dev/null >named.tsv
awk 'NR == FNR {pop[$1] = $3; next} FNR > 1 && $7 != "unknown" {n++; r += $7 == pop[$2]} END {exit !(n >= 21 && r >= 0.85 * n)}' small.labels.tsv named.tsv && ok || bad "labels of the nearest"
awk 'BEGIN {FS = OFS = "\t"} /^##/ {print; next} {print $1, $2, $3, $4, $5, $6, $7, $8, $9, /^#/ ? "far" : NR % 2 ? "1/1" : "0/0"}' full.vcf >far.vcf
"$gw" pca --project own --labels small.labels.tsv far.vcf 2>/dev/null | grep -q "unknown" && ok || bad "a sample far from all is unknown"
"$gw" pca --project own --out placed full.vcf 2>/dev/null && same auto.tsv placed.projected.tsv "--project --out"
# the shipped reference
"$gw" pca --project "$here/refs/ancestry/1kg" --labels "$here/refs/ancestry/1kg.labels.tsv" small.vcf >shipped.tsv 2>err &&
    grep -q "324 of the reference's 14055 matched" err && grep -q "less than a tenth" err && ok || bad "refs/ancestry"
# people that the reference leaves out get their own super-population, every one
"$gw" pca --project "$here/refs/ancestry/1kg" --labels "$here/refs/ancestry/1kg.labels.tsv" \
    "$here/tests/data/pca/newcomers.vcf.gz" >placed.tsv 2>err || bad "newcomers"
awk -F'\t' 'NR == FNR {truth[$1] = $2; next} FNR > 1 {n++; right += truth[$2] == $(NF - 2)} END {exit !(n == 11 && right == 11)}' \
    "$here/refs/ancestry/1kg.labels.tsv" placed.tsv && ok || bad "newcomers: $(cut -f 2,13- placed.tsv)"
refused 66 "absent.loadings" --project absent full.vcf
refused 64 "project" --match id full.vcf
refused 64 "cannot be" --project own -k 3 full.vcf
edit '/^#/ {print; next} {$2 += 7; print}' >moved.vcf
refused 65 "none of 351 variants" --project own moved.vcf
edit '/^#/ {print; next} {for (i = 10; i <= NF; i++) if ($i == "0/0") $i = "./."; print}' >sites.vcf
refused 65 "variant sites only" --project own sites.vcf
head -100 own.loadings >cut.loadings
refused 65 "cut short" --project cut full.vcf
sed '9s/\t[^\t]*$//' own.loadings >cut.loadings
refused 65 "line 9" --project cut full.vcf
cp full.vcf no.loadings
refused 65 "no .loadings file" --project no full.vcf
awk 'BEGIN {FS = OFS = "\t"} /^#C/ || !/^#/ {print $1, $2, $3, $4, $5, $6, $7, $8, $9, $10; next} {print}' full.vcf >single.vcf
"$gw" pca --project own single.vcf 2>/dev/null | sed -n 2p >one.line
sed -n 2p auto.tsv | cmp -s - one.line && ok || bad "one sample alone has the place that it has among others"

# the report of a projection
"$gw" pca --project own --labels small.labels.tsv --label-column super_pop --report p.html --json p.json -o p.tsv --out p turned.vcf 2>/dev/null && same p.tsv p.projected.tsv "--project -o and --out"
grep -q '"swapped": 108' p.json && grep -q '"other_strand": 162' p.json && grep -q '"Labels given"' p.json && grep -q "new samples" p.html && grep -q "<svg" p.html && ok || bad "a projection's report"
"$gw" pca --project own --json p.json full.vcf >out 2>/dev/null && grep -q '"matched": 324' p.json && ! grep -q '"Labels given"' p.json && ok || bad "a projection's report without labels"
for o in "--method exact" "--tol 1e-6" "--max-passes 3" "--scale sd" "--grm --out x" "--maf 0.1" "--max-missing 0.1" "--all-contigs" "--hwe 0.1" "-r 1" "-R x.bed" \
    "--exclude-region 1" "--exclude-file x.bed" "--long-range-ld grch37" "--ld-prune 0.5" "--max-missing-sample 0.5" "--max-kinship 0.5" "--kinship x" \
    "--outliers x" "--outlier-limit 5" "--outlier-rule robust" "--outlier-components 2" "--outlier-rounds 1"; do
    refused 64 "cannot be given together" --project own $o full.vcf
done

# outliers: one sample that is like no other
awk 'BEGIN {FS = OFS = "\t"} /^##/ {print; next} {print $0, /^#/ ? "far" : NR % 2 ? "1/1" : "0/0"}' small.vcf >with_far.vcf
"$gw" pca -k 3 with_far.vcf >one.out 2>one.err
"$gw" pca -k 3 --outliers out.tsv --json out.json --report out.html with_far.vcf >out 2>err && same one.out out "--outliers leaves the table as it is"
cmp -s one.err err && grep -q "1 of 43 samples lie more than 6 standard deviations out on a component, farthest far on PC1 (6." err && ok || { bad "outliers on stderr"; cat err; }
[ "$(head -1 out.tsv)" = "$(printf '#FID\tIID\tROUND\tCOMPONENT\tDISTANCE\tSTATUS')" ] && [ "$(wc -l <out.tsv)" -eq 44 ] && ok || bad "the table of outliers"
[ "$(grep -v kept out.tsv | tail -n +2 | cut -f2-4,6)" = "$(printf 'far\t1\tPC1\tbeyond')" ] && ok || bad "who is beyond"
awk 'NR == FNR {for (c = 3; c <= 5; c++) {if (FNR > 1) {x[FNR, c] = $c; s[c] += $c; q[c] += $c * $c}} n = FNR - 1; next}
    FNR > 1 {best = 0; for (c = 3; c <= 5; c++) {m = s[c] / n; d = (x[FNR, c] - m) / sqrt(q[c] / n - m * m); if (d * d > best * best) best = d}
        if ((best - $5) ^ 2 > 1e-6) exit 1}' one.out out.tsv && ok || bad "distances are of mean and standard deviation"
grep -q '"outliers_beyond": 1' out.json && grep -q '"outliers_left_out": 0' out.json && grep -q "Samples far out" out.html && ok || bad "outliers in the report"
"$gw" pca -k 3 --outlier-rounds 5 --outliers out.tsv --json out.json with_far.vcf >out 2>err || bad "--outlier-rounds"
"$gw" pca -k 3 small.vcf 2>/dev/null | cmp -s - out && ok || bad "the components without the outlier"
grep -q "1 of 43 samples left out: far out on a component (round 1)" err && grep -q '"outliers_left_out": 1' out.json && ok || { bad "outliers that leave are counted"; cat err; }
[ "$(sed -n 2p out.tsv | cut -f2-4,6)" = "$(printf 'far\t1\tPC1\tleft_out')" ] && [ "$(wc -l <out.tsv)" -eq 44 ] && [ "$(tail -1 out.tsv | cut -f3,6)" = "$(printf '2\tkept')" ] && ok || bad "the table of rounds"
"$gw" pca -k 3 --outlier-limit 7 with_far.vcf 2>&1 >out | grep -q "samples lie" && bad "none is beyond 7" || ok
"$gw" pca -k 3 --outlier-components 1 --outlier-limit 0.5 --outliers out.tsv small.vcf >out 2>err && [ "$(cut -f4 out.tsv | sort -u | tr '\n' ' ')" = "COMPONENT PC1 " ] && ok || bad "--outlier-components"
"$gw" pca -k 3 --outlier-rule robust --outliers out.tsv with_far.vcf >out 2>err && awk '$2 == "far" && $6 == "beyond" && ($5 > 10 || $5 < -10) {n++} END {exit n != 1}' out.tsv && grep -q "robust standard deviations" err && ok || bad "--outlier-rule robust"
for t in 1 3; do "$gw" pca -@ $t -k 3 --outlier-rounds 3 --outlier-limit 3 --outliers o$t.tsv small.vcf 2>/dev/null >t$t.tsv; done
same o1.tsv o3.tsv "--outliers -@"; same t1.tsv t3.tsv "--outlier-rounds -@"
refused 65 "two or more are needed" --outlier-rounds 1 --outlier-limit 0 small.vcf
refused 73 "no/such" --outliers no/such/x small.vcf

# labels and reports
"$gw" pca -k 4 --labels small.labels.tsv --report r.html --json r.json --out rep small.vcf 2>/dev/null || bad "--report"
grep -q "Scree" r.html && grep -q "PC1 and PC2" r.html && grep -q "TSI" r.html && ok || bad "the report's plots"
grep -q '"variants_kept": *351' r.json && ok || bad "the report's figures"
grep -q '"HG00096"' rep_pca_mqc.json && grep -q '"group": "TSI"' rep_pca_mqc.json && grep -q '"xlab": "PC1 (6.41%)"' rep_pca_mqc.json && ok || bad "MultiQC"
"$gw" pca -k 1 --out single small.vcf 2>/dev/null && grep -q '"y": 0' single_pca_mqc.json && ! grep -q color single_pca_mqc.json && ok || bad "MultiQC of one component"
if command -v python3 >/dev/null; then
    for f in r.json p.json out.json rep_pca_mqc.json single_pca_mqc.json; do python3 -m json.tool $f >/dev/null && ok || bad "$f is no JSON"; done
fi
refused 64 "--labels is for --report" --labels small.labels.tsv small.vcf
refused 66 "absent.tsv" --labels absent.tsv small.vcf
refused 65 "no column age" --labels small.labels.tsv --label-column age small.vcf
printf 'sample\tpop\nHG00096\n' >bad.tsv
refused 65 "line 2" --labels bad.tsv small.vcf
printf 'sample\tpop\nHG00096\tA\nHG00096\tB\n' >bad.tsv
refused 65 "two lines" --labels bad.tsv small.vcf
refused 69 "cuda" --device cuda small.vcf

# matrices: every form of one table gives the same bytes
awk 'BEGIN {srand(3); OFS = "\t"; printf "id"; for (j = 1; j <= 8; j++) printf "\tgene%d", j; print ""
    for (i = 1; i <= 25; i++) {printf "cell%d", i; for (j = 1; j <= 8; j++) printf "\t%d", (rand() < 0.4) ? 0 : int(1 + (i % 4) * j * rand() * 3); print ""}}' >counts.tsv
"$gw" pca -k 3 --out cells counts.tsv 2>err || bad "a matrix"
grep -q "25 samples (rows) and 8 variables read; missing values 0, variables without variance 0" err && ok || { bad "a matrix is described"; cat err; }
[ "$(head -1 cells.loadings)" = "$(printf '#VARIABLE\tCENTER\tSCALE\tPC1\tPC2\tPC3')" ] && [ "$(wc -l <cells.loadings)" -eq 9 ] && ok || bad "loadings of a matrix"
form() { # what, ARGUMENTS...: the same table
    what=$1
    shift
    "$gw" pca -k 3 --out form "$@" 2>err || { bad "$what"; cat err; }
    for f in eigenvec eigenval loadings summary.tsv; do same cells.$f form.$f "$what: $f"; done
}
tr '\t' ',' <counts.tsv >counts.csv
form "commas" counts.csv
sed '1s/id,//' counts.csv | sed 's/\(gene[0-9]*\|cell[0-9]*\)/"\1"/g' >quoted.csv
form "quotes, no corner" quoted.csv
sed 's/$/\r/' counts.tsv >crlf.tsv
form "CRLF" crlf.tsv
gzip -c counts.tsv >counts.tsv.gz
form "gzip" counts.tsv.gz
if command -v zstd >/dev/null; then
    zstd -qc counts.tsv >counts.tsv.zst
    form "zstd" counts.tsv.zst
fi
"$gw" pca -k 3 - <counts.tsv 2>/dev/null >out; same cells.eigenvec out "a matrix on stdin"
awk -F'\t' '{for (j = 1; j <= NF; j++) t[j] = NR == 1 ? $j : t[j] "\t" $j} END {for (j = 1; j <= NF; j++) print t[j]}' counts.tsv >genes.tsv
form "turned" --samples columns genes.tsv
cut -f1 genes.tsv | tail -n +2 >genes.txt; awk 'NR > 1 {print $1 "\tmore"}' counts.tsv >cells.txt
awk -F'\t' 'NR > 1 {for (j = 2; j <= NF; j++) if ($j) {n++; e[n] = NR - 1 " " j - 1 " " $j}}
    END {print "%%MatrixMarket matrix coordinate integer general\n%c\n" NR - 1, NF - 1, n; for (i = 1; i <= n; i++) print e[i]}' counts.tsv >rows.mtx
form "MatrixMarket by rows" --row-names cells.txt --column-names genes.txt rows.mtx
{ head -3 rows.mtx; tail -n +4 rows.mtx | sort -k2n -k1n; } >columns.mtx
form "MatrixMarket by columns" --row-names cells.txt --column-names genes.txt columns.mtx
{ head -3 rows.mtx; tail -n +4 rows.mtx | sort -k3n -k1nr; } >mixed.mtx
form "MatrixMarket in no order" --row-names cells.txt --column-names genes.txt mixed.mtx
awk -F'\t' 'NR > 1 {for (j = 2; j <= NF; j++) x[NR - 1, j - 1] = $j}
    END {print "%%MatrixMarket matrix array real general\n" NR - 1, NF - 1; for (j = 1; j < NF; j++) for (i = 1; i < NR; i++) print x[i, j]}' counts.tsv >array.mtx
form "MatrixMarket array" --row-names cells.txt --column-names genes.txt array.mtx
for t in 1 2 5; do
    "$gw" pca -@ $t -k 3 --log-normalise --scale sd --samples columns --out t$t genes.tsv 2>/dev/null || bad "-@ $t of a matrix"
    for f in eigenvec eigenval loadings; do same t1.$f t$t.$f "matrix -@ $t $f"; done
done
"$gw" pca -k 3 --method krylov counts.tsv >out 2>/dev/null; same cells.eigenvec out "krylov of few columns is exact"
# an observed value more or less: missing ones are the mean
sed '5s/[0-9]*$/NA/' counts.tsv >na.tsv
refused 65 "line 5, column gene8: \"NA\" is a missing value; --missing mean" na.tsv
"$gw" pca -k 3 --missing mean na.tsv >na.out 2>err && grep -q "missing values 1," err && ok || bad "--missing mean"
mean=$(awk -F'\t' 'NR > 1 && $9 != "NA" {s += $9; n++} END {printf "%.15g", s / n}' na.tsv)
sed "5s/NA\$/$mean/" na.tsv | "$gw" pca -k 3 - 2>/dev/null | paste - na.out | awk 'NR > 1 && (($3 - $8) ^ 2 > 1e-18 || ($5 - $10) ^ 2 > 1e-18) {exit 1}' && ok || bad "a missing value is the mean"
sed 's/$/\t7/; 1s/7$/flat/' counts.tsv >flat.tsv
"$gw" pca -k 3 --scale sd flat.tsv 2>err >flat.out; "$gw" pca -k 3 --scale sd counts.tsv 2>/dev/null >sd.out
same flat.out sd.out "a constant variable adds nothing"
grep -q "without variance 1" err && ok || bad "constant variables are counted"
"$gw" pca --report m.html --json m.json counts.tsv >out 2>err && grep -q '"variables": *8' m.json && grep -q "<svg" m.html && ok || bad "a matrix's report"
"$gw" pca -k 3 --outliers out.tsv --outlier-limit 1 counts.tsv >out 2>err && cmp -s out cells.eigenvec && grep -q "of 25 samples lie more than 1 standard" err && [ "$(wc -l <out.tsv)" -eq 26 ] && ok || bad "outliers of a matrix"
"$gw" pca counts.tsv 2>&1 >out | grep -q "25 samples and 8 variables have 8 components at most" && ok || bad "components of a narrow matrix"
# refusals
for o in "--maf 0.1" "--max-missing 0.1" "--all-contigs" "--hwe 0.1" "-r 1" "-R x.bed" "--exclude-region 1" "--exclude-file x.bed" \
    "--long-range-ld grch38" "--ld-prune 0.5" "--max-missing-sample 0.5" "--max-kinship 0.5" "--kinship x" "--grm --out x" "--project x" "--scale binomial" "--outlier-rounds 2"; do
    refused 64 "genotypes" $o counts.tsv
done
for o in "--samples rows" "--log-normalise" "--missing mean" "--row-names x" "--column-names x" "--scale none"; do
    refused 64 "matrices" $o small.vcf
done
sed '7s/\t[0-9]*$//' counts.tsv >m.tsv; refused 65 "m.tsv: line 7 has fewer than 8 numbers" m.tsv
sed '7s/$/\t1/' counts.tsv >m.tsv; refused 65 "m.tsv: line 7 has more than 8 numbers" m.tsv
sed '2s/\t[0-9]*\t[0-9]*$//' counts.tsv >m.tsv; refused 65 "line 2 has 7 fields, the header 9" m.tsv
sed '7s/[0-9]*$/1x/' counts.tsv >m.tsv; refused 65 "line 7, column gene8: \"1x\" is no finite number" m.tsv
for x in inf -Inf 1e999 nan NaN "" 0x10 "1 2" 1,5; do
    sed "7s/[0-9]*\$/$x/" counts.tsv >m.tsv; refused 65 "line 7, column gene8:" m.tsv
done
for x in inf 1e999 x; do
    sed "7s/[0-9]*\$/$x/" counts.tsv >m.tsv; refused 65 "is no finite number" --missing mean m.tsv
done
sed '9s/cell8/cell3/' counts.tsv >m.tsv; refused 65 "row cell3 is there twice" m.tsv
sed '1s/gene5/gene2/' counts.tsv >m.tsv; refused 65 "column gene2 is there twice" m.tsv
sed '9s/cell8//' counts.tsv >m.tsv; refused 65 "row 8 has no name" m.tsv
sed '1d' counts.tsv >m.tsv; refused 65 "line 1 holds numbers" m.tsv
sed '4s/^/"/' counts.csv >m.csv; refused 65 "quoted field does not end" m.csv
head -1 counts.tsv >m.tsv; refused 65 "no numbers" m.tsv
{ cat counts.tsv; echo; cat counts.tsv; } >m.tsv; refused 65 "line 27" m.tsv
head -c $(($(wc -c <counts.tsv.gz) - 9)) counts.tsv.gz >m.tsv.gz; refused 65 "m.tsv.gz" m.tsv.gz
printf 'a\tb\tc\nx\t1\t2\0\n' >m.tsv; refused 65 "zero byte" m.tsv
printf 'a\tb\tc\nx\t1\t1\ny\t1\t1\nz\t1\t1\n' >m.tsv; refused 65 "no variable varies" m.tsv
printf 'a\tb\tc\nx\t1\t2\ny\t2\t4\nz\t3\t6\n' >m.tsv; refused 65 "only 1 components" -k 2 m.tsv
printf 'a\tb\tc\nx\t1\t2\n' >m.tsv; refused 65 "no variable varies" -k 1 m.tsv; refused 65 "one sample" -k 1 --scale none m.tsv
printf 'a\tb\tc\nx\tNA\t2\ny\tNA\t4\nz\tNA\t7\n' >m.tsv; refused 65 "variable b has no value" -k 1 --missing mean m.tsv
sed '7s/[0-9]*$/-3/' counts.tsv >m.tsv; refused 65 "sample cell6 has the count -3" --log-normalise m.tsv
awk 'BEGIN {FS = OFS = "\t"} NR == 4 {for (j = 2; j <= NF; j++) $j = 0} {print}' counts.tsv >m.tsv; refused 65 "sample cell3 has no counts" --log-normalise m.tsv
printf 'PK\001\002binary\n' >m.bin; refused 65 "m.bin: is no VCF" m.bin
printf '%%%%MatrixMarket matrix\n' >m.mtx; refused 65 "banner" m.mtx
market() { # sed script, words
    sed "$1" rows.mtx >m.mtx
    refused 65 "$2" m.mtx
}
market '1s/integer/complex/' "the field is not real or integer"
market '1s/coordinate/other/' "neither coordinate nor array"
market '1s/general/hermitian/' "neither general nor symmetric"
market '1s/general/symmetric/' "as many rows as columns"
market '3s/25/24/' "outside the matrix"
market '3s/25/0/' "the size of the matrix"
market '3s/ [0-9]*$/ 9/' "its size line says 9"
market '$d' "is it cut short?"
market '6s/ [0-9]*$/ x/' "no finite number"
market '6s/ [0-9]*$//' "a row, a column and a number"
market '6p' "entries, its size line says"
{ sed '3s/ \([0-9]*\)$/ \1/' rows.mtx | awk 'NR == 3 {$3++} {print} NR == 8 {print}'; } >m.mtx; refused 65 "is there twice" m.mtx
sed '$d' array.mtx >m.mtx; refused 65 "ends in column 8 of 8" m.mtx
{ cat array.mtx; echo 4; } >m.mtx; refused 65 "more numbers than the matrix has places" m.mtx
head -5 genes.txt >few.txt; refused 65 "names 5, but" --column-names few.txt rows.mtx
refused 66 "absent.txt" --column-names absent.txt rows.mtx
awk 'BEGIN {print "%%MatrixMarket matrix coordinate pattern general\n300 300 90000"; for (i = 1; i <= 300; i++) for (j = 1; j <= 300; j++) print i, j}' >m.mtx
refused 104 "more than --max-mem" --max-mem 1M m.mtx
printf '%%%%MatrixMarket matrix coordinate real symmetric\n3 3 4\n1 1 2\n2 1 5\n3 3 4\n3 2 1\n' >s.mtx
printf '\tc1\tc2\tc3\nr1\t2\t5\t0\nr2\t5\t0\t1\nr3\t0\t1\t4\n' >s.tsv
"$gw" pca -k 2 s.mtx >a.out 2>/dev/null; "$gw" pca -k 2 s.tsv >b.out 2>/dev/null; paste a.out b.out | awk 'NR > 1 && ($2 != $6 || ($3 - $7) ^ 2 > 1e-18 || ($4 - $8) ^ 2 > 1e-18) {exit 1}' && ok || bad "a symmetric MatrixMarket file"

# likelihoods: sure ones give the components of the genotypes
edit '/^##/ {print; next} /^#/ {print; next} {$9 = "GT:DP:PL"; for (i = 10; i <= NF; i++) $i = $i ":9:" ($i == "0/0" ? "0,90,200" : $i == "0/1" ? "90,0,90" : $i == "1/1" ? "200,90,0" : "0,0,0"); print}' >pl.vcf
close_to() { # file, file, digits, what: PC1 and PC2 agree but for the sign
    paste "$1" "$2" | awk -v d="$3" 'NR == 1 {w = NF / 2; next} {for (c = 3; c <= 4; c++) {ab[c] += $c * $(c + w); aa[c] += $c ^ 2; bb[c] += $(c + w) ^ 2}}
        END {for (c = 3; c <= 4; c++) {r = ab[c] / sqrt(aa[c] * bb[c]); if (r < 0) r = -r; if (r < d) exit 1}}' && ok || bad "$4"
}
"$gw" pca -k 4 --max-missing 1 small.vcf 2>/dev/null >full.tsv
"$gw" pca -k 4 --gl pl.vcf >gl.tsv 2>err || { bad "--gl"; cat err; }
close_to full.tsv gl.tsv 0.998 "components from sure likelihoods"
grep -q "model of 3 components fitted in" err && ok || { bad "the fit is described"; cat err; }
for t in 1 2 7; do
    "$gw" pca -@ $t -k 4 --gl --out gl$t pl.vcf 2>/dev/null || bad "--gl -@ $t"
    "$gw" pca -@ $t -k 4 --em --out em$t small.vcf 2>/dev/null || bad "--em -@ $t"
    for f in eigenvec eigenval loadings summary.tsv; do
        same gl1.$f gl$t.$f "--gl -@ $t $f"
        same em1.$f em$t.$f "--em -@ $t $f"
    done
done
"$gw" pca -k 4 --gl - <pl.vcf 2>/dev/null >out; same gl.tsv out "--gl on stdin"
if command -v bcftools >/dev/null; then
    { grep '^##' small.vcf; printf '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="x">\n##FORMAT=<ID=DP,Number=1,Type=Integer,Description="x">\n'; grep -v '^##' pl.vcf; } | bcftools view -Ob -o pl.bcf 2>/dev/null
    "$gw" pca -k 4 --gl pl.bcf 2>/dev/null >out; same gl.tsv out "--gl from BCF"
    { grep '^##' small.vcf; printf '##FORMAT=<ID=GL,Number=G,Type=Float,Description="x">\n##FORMAT=<ID=DP,Number=1,Type=Integer,Description="x">\n'; grep -v '^##' pl.vcf | sed 's/:PL/:GL/; s/:0,90,200/:0,-9,-20/g; s/:90,0,90/:-9,0,-9/g; s/:200,90,0/:-20,-9,0/g'; } >gl.vcf
    "$gw" pca -k 4 --gl gl.vcf 2>/dev/null >out; same gl.tsv out "GL as PL"
    bcftools view -Ob -o gl.bcf gl.vcf 2>/dev/null; "$gw" pca -k 4 --gl gl.bcf 2>/dev/null >out; same gl.tsv out "GL in BCF"
fi
sed 's/:9:0,0,0/:9:./; s/:9:0,0,0/:9:.,.,./; s/:9:0,0,0/:9/' pl.vcf >dots.vcf
"$gw" pca -k 4 --gl dots.vcf 2>/dev/null >out; same gl.tsv out "missing likelihoods"
edit '/^##/ {print; next} /^#/ {printf "marker\tallele1\tallele2"; for (i = 10; i <= NF; i++) printf "\t%s\t%s\t%s", $i, $i, $i; print ""; next}
    {printf "%s_%s\t%s\t%s", $1, $2, $4, $5; for (i = 10; i <= NF; i++) printf "\t%s", $i == "0/0" ? "1\t1e-9\t1e-20" : $i == "0/1" ? "1e-9\t1\t1e-9" : $i == "1/1" ? "1e-20\t1e-9\t1" : "0.333333\t0.333333\t0.333333"; print ""}' | grep -v '^##' >small.beagle
"$gw" pca -k 4 --gl small.beagle 2>/dev/null >beagle.tsv || bad "a BEAGLE file"
close_to gl.tsv beagle.tsv 0.9999999 "BEAGLE as PL"
gzip -c small.beagle | "$gw" pca -k 4 - 2>/dev/null >out; same beagle.tsv out "a gzipped BEAGLE file on stdin, without --gl"
"$gw" pca -k 4 -r 21 --exclude-region 22 --out b21 small.beagle 2>err && grep -q "by region $((351 - in21))," err && awk '!/^#/ && ($1 != 21 || $2 <= 0) {exit 1}' b21.loadings && ok || bad "places of BEAGLE markers"
awk 'BEGIN {FS = OFS = "\t"} NR > 1 {$2 = 0; $3 = 2} {print}' small.beagle >numbers.beagle
"$gw" pca -k 4 --out num numbers.beagle 2>/dev/null && [ "$(tail -1 num.loadings | cut -f4,5)" = "$(printf 'G\tA')" ] && ok || bad "alleles as numbers"
# README's examples
"$gw" pca --gl --maf 0.05 -k 4 small.beagle.gz --out low 2>/dev/null && close_to full.tsv low.eigenvec 0.8 "components of the shipped likelihoods"
"$gw" pca --log-normalise --samples columns -k 2 "$data/counts.tsv" 2>/dev/null | "$gw" cluster --samples - --method gmm 2>/dev/null >kinds.tsv
awk 'NR > 1 {n[substr($1, 1, 1) $2]++; r++} END {for (k in n) c++; exit !(c == 3 && r == 60)}' kinds.tsv && ok || bad "three kinds of cells, found from a pipe"
# the fit settles, and says when it did not
"$gw" pca -k 4 --gl --em-rounds 2 pl.vcf 2>&1 >out | grep -q "did not settle in 2 rounds" && ok || bad "--em-rounds"
# missing genotypes: nothing to predict, nothing changes; half missing in half of the samples: they do not shrink
"$gw" pca -k 4 full.vcf 2>/dev/null >a.out; "$gw" pca -k 4 --em full.vcf 2>/dev/null >b.out
paste a.out b.out | awk 'NR > 1 {for (c = 3; c <= 6; c++) if (($c - $(c + 6)) ^ 2 > 1e-18) exit 1}' && ok || bad "--em without missing genotypes"
edit 'BEGIN {srand(2)} /^#/ {print; next} {for (i = 10; i <= NF; i += 2) if (rand() < 0.4) $i = "./."; print}' >half.vcf
"$gw" pca -k 4 --max-missing 1 half.vcf 2>/dev/null >mean.tsv; "$gw" pca -k 4 --em --em-components 1 half.vcf 2>/dev/null >em.tsv
shrunk() { # mean size of samples 1, 3, 5... on PC1 over that of 2, 4, 6..., by that in full.tsv
    paste full.tsv "$1" | awk 'NR > 1 {i = NR % 2; a[i] += $3 * $3; b[i] += $9 * $9} END {print (b[0] / b[1]) / (a[0] / a[1])}'
}
awk -v m="$(shrunk mean.tsv)" -v e="$(shrunk em.tsv)" 'BEGIN {exit !(m < 0.3 && e > 0.8 && e < 1.25)}' && ok || bad "--em undoes shrinkage: mean $(shrunk mean.tsv), em $(shrunk em.tsv)"
refused 65 "too few to fit 50" -k 4 --gl --em-components 50 pl.vcf
"$gw" pca -k 4 --gl --json gl.json --report gl.html --out glr --outliers out.tsv pl.vcf 2>/dev/null && same gl.tsv glr.eigenvec "--gl --out" && [ "$(wc -l <out.tsv)" -eq 43 ] && grep -q '"em_rounds"' gl.json && grep -q '"variants_kept": 351' gl.json && grep -q "<svg" gl.html && ok || bad "--gl with a report"
"$gw" pca -k 4 --json beagle.json small.beagle 2>/dev/null >out && same beagle.tsv out "BEAGLE with --json" && grep -q '"bound_1_minus_mev"' beagle.json && grep -q '"samples": 42' beagle.json && ok || bad "BEAGLE's JSON"
for o in "--hwe 0.1" "--ld-prune 0.5" "--max-missing-sample 0.5" "--max-kinship 0.5" "--kinship x" "--project x" "--grm --out x" "--scale sd" "--em" "--outlier-rounds 1"; do
    refused 64 "-" --gl $o pl.vcf
done
for o in "--project x" "--grm --out x" "--scale center" "--outlier-rounds 1"; do refused 64 "--em" --em $o small.vcf; done
refused 64 "em-components" --em-components 2 small.vcf
refused 64 "em-tol" --em-tol 1 small.vcf
refused 64 "em-rounds" --em-rounds 1 small.vcf
refused 64 "BEAGLE file has likelihoods" --em small.beagle
refused 65 "holds genotypes, not likelihoods" --gl small.bed
refused 64 "--gl is for genotypes" --gl counts.tsv
broken_pl() { # sed script, words: on the record of line 40 or so
    sed "$1" pl.vcf >b.vcf
    refused 65 "$2" --gl b.vcf
}
for x in 0,90,200,7 0,x,9 0,,9 0,nan,9 -1,0,9 0,.,9; do
    broken_pl "60s/:9:[0-9,]*/:9:$x/" "the likelihoods (PL or GL) of sample HG00096"
done
sed '60,80s/0,90,200/0,200/g; 60,80s/200,90,0/200,0/g' pl.vcf >hap.vcf; "$gw" pca -k 4 --gl hap.vcf >out 2>err && close_to gl.tsv out 0.99 "haploid likelihoods" || bad "haploid likelihoods"
broken_pl '60s/$/\t0:9:0,9,9/' "more columns"
broken_pl '60s/\t[^\t]*$//' "fewer columns"
refused 65 "too often missing 351" --gl --max-missing 0.5 small.vcf
beagle() { # awk program on line 20, words
    awk "BEGIN {FS = OFS = \"\\t\"} NR == 20 {$1} {print}" small.beagle >b.beagle
    refused 65 "$2" b.beagle
}
beagle '$6 = "x"' "line 20: a likelihood is no finite number"
beagle '$6 = "inf"' "no finite number"
beagle '$6 = -0.1' "sample HG00096 are negative"
beagle '$4 = $5 = $6 = 0' "all 0"
beagle '$(NF + 1) = 1' "more columns"
beagle 'NF = NF - 1' "fewer columns"
beagle '$1 = ""' "a marker and two alleles"
sed '1s/HG00096/other/' small.beagle >b.beagle; refused 65 "head three columns" b.beagle
head -1 small.beagle >b.beagle; refused 65 "b.beagle: samples but no variants" b.beagle
cut -f1-3 small.beagle | sed '1s/$/\t/' >b.beagle; refused 65 "head three columns" b.beagle

# refusals
refused 66 "cannot open" absent.vcf
refused 64 "too few files"
refused 64 "--maf" --maf 0.7 small.vcf
: >empty.vcf
refused 65 "is empty" empty.vcf
echo "hello" >text.txt
refused 65 "text.txt" text.txt
grep '^#' small.vcf >header.vcf
refused 65 "header.vcf: samples but no variants" header.vcf
cut -f1-9 small.vcf >nosamples.vcf
refused 65 "no samples" nosamples.vcf
cut -f1-8 small.vcf >sites.vcf
refused 65 "no samples" sites.vcf
edit '/^#CHROM/ {$11 = $10} {print}' >twice.vcf
refused 65 "sample HG00096 is there twice" twice.vcf
edit '/^#/ {print; next} {for (i = 10; i <= NF; i++) $i = "0/0"; print}' >mono.vcf
refused 65 "monomorphic 351" mono.vcf
edit '/^#/ {print; next} {for (i = 10; i <= NF; i++) $i = "./."; print}' >nocalls.vcf
refused 65 "too often missing 351" nocalls.vcf
edit '/^#/ {print; next} NR == 40 {$12 = "0/2"} {print}' >allele.vcf
refused 65 "genotype of sample" allele.vcf
edit '/^#/ {print; next} NR == 40 {$12 = "0/1/1"} {print}' >triploid.vcf
refused 65 "genotype of sample" triploid.vcf
edit '/^#/ {print; next} NR == 40 {$2 = "12x"} {print}' >pos.vcf
refused 65 "POS is no whole number" pos.vcf
edit '/^#/ {print; next} NR == 40 {$4 = "Z"} {print}' >ref.vcf
refused 65 "REF is no sequence" ref.vcf
head -c 30000 small.vcf | sed '$s/.\{20\}$//' >cut.vcf
refused 65 "cut.vcf: record" cut.vcf
edit 'NR == 40 {print $0, "0/0"; next} {print}' >more.vcf
refused 65 "more columns" more.vcf
head -c 5000 small.vcf.gz >cut.vcf.gz
refused 65 "cut" cut.vcf.gz
edit '/^#/ && !/^#CHROM/ {print}' >nochrom.vcf
refused 65 "#CHROM" nochrom.vcf
broken() { # a fresh copy of the bed named b
    for e in bed bim fam; do cp small.$e b.$e; done
}
broken; head -c 3000 small.bed >b.bed; refused 65 "cut short" b.bed
broken; head -c 3853 small.bed >b.bed; refused 65 "more lines" b.bed
broken; head -300 small.bim >b.bim; refused 65 "300 lines" b.bed
broken; head -40 small.fam >b.fam; refused 65 "cut short" b.bed
broken; head -c 5000 small.bim >b.bim; refused 65 "fields, not 6" b.bed
broken; printf '0 x' >>b.fam; refused 65 "fields, not 6" b.bed
broken; rm b.bim; refused 66 "b.bim" b.bed
broken; rm b.fam; refused 66 "b.fam" b.bed
broken; : >b.fam; refused 65 "no samples" b.bed
broken; { printf 'l\033\000'; tail -c +4 small.bed; } >b.bed; refused 65 "ordered by sample" b.bed
broken; sed 2s/HG00097/HG00096/ small.fam >b.fam; refused 65 "HG00096 is there twice" b.bed
cp small.bed other.name
refused 65 "not named PREFIX.bed" other.name
refused 73 "no/such" -o no/such/file small.vcf
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
