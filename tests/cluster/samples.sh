#!/bin/sh
# cluster --samples from outside: what scikit-learn finds, every table format, wrong tables.
set -u
MODE=--samples
pca=${srcdir:-.}/tests/data/pca
. "${srcdir:-.}/tests/cluster/lib.sh"
p=$data/points.tsv e=$data/points.expected.tsv
# same COLUMN: $tmp/out groups the samples as that column of the expectations (-1 is our 0)
same() {
    awk -F'\t' -v col="$1" 'NR == FNR {if (FNR == 1) for (i = 1; i <= NF; i++) at[$i] = i; else want[$1] = $(at[col]); next}
        FNR > 1 {n++; w = want[$1]; g = $2
            if ((w == -1) != (g == 0) || ((w in to) && to[w] != g) || ((g in from) && from[g] != w)) exit 1
            to[w] = g; from[g] = w}
        END {if (n != 240) exit 1}' "$e" "$tmp/out"
}

# the same groups as scikit-learn's optimum
run "$p" -k 4
same kmeans && ok || bad "kmeans"
awk -F'\t' 'NR == FNR {w[$1] = $NF; next} FNR > 1 && ($4 - w[$1] > 2e-4 || w[$1] - $4 > 2e-4) {exit 1}' "$e" "$tmp/out" &&
    ok || bad "silhouettes"
cp "$tmp/out" "$tmp/kmeans"
for link in average single complete ward; do
    run "$p" --method hclust -k 4 --linkage $link
    same $link && ok || bad "hclust $link"
done
run "$p" --method dbscan --eps .5
same dbscan && ok || bad "dbscan"
for form in full diag; do
    run "$p" --method gmm -k 4 --covariance $form
    same gmm_$form && ok || bad "gmm $form"
    awk -F'\t' 'NR > 1 && ($3 < .25 || $3 > 1) {exit 1}' "$tmp/out" && ok || bad "probabilities of gmm $form"
done
# how many: by silhouette, by BIC (scikit-learn: 1930.14 diag, 1972.74 full)
run "$p"
cmp -s "$tmp/out" "$tmp/kmeans" && ok || bad "number of clusters by silhouette"
run "$p" --method gmm --json "$tmp/j"
same gmm_diag && grep -q '"bic": 1930.14' "$tmp/j" && grep -q '"1972.74"' "$tmp/j" && ok || bad "gmm by BIC"
# labels: scikit-learn's adjusted_rand_score and normalized_mutual_info_score
run "$p" -k 4 --labels "$e" --json "$tmp/j" --report "$tmp/r.html"
grep -q 'ARI 0.9405, NMI 0.9361' "$tmp/err" && grep -q '"ari": 0.94048' "$tmp/j" && grep -q '<svg' "$tmp/r.html" && ok ||
    bad "agreement with labels: $(cat "$tmp/err")"
# a cut by height is the cut by number that lies there; the tree holds every sample
run "$p" --method hclust -k 4 --linkage ward -o "$tmp/tree"
cp "$tmp/tree.tsv" "$tmp/want"
is "$(grep -o "'s[0-9]*'" "$tmp/tree.nwk" | sort -u | wc -l | tr -d ' ')" 240 "leaves of the tree"
h=$(sed "s/'[^']*'//g" "$tmp/tree.nwk" | grep -c ';')
is "$h" 1 "one tree"
run "$p" --method hclust --height 11 --linkage ward
same ward && ok || bad "cut by height"
# centres are means
run "$p" -k 4 -o "$tmp/km"
cmp -s "$tmp/km.tsv" "$tmp/kmeans" && [ ! -s "$tmp/out" ] && ok || bad "-o"
awk -F'\t' 'FILENAME ~ /kmeans/ {g[$1] = $2; next} FILENAME ~ /points/ {k = g[$1]; n[k]++; x[k] += $2; next}
    FNR > 1 && (n[$1] != $2 || x[$1] / $2 - $3 > 1e-9 || $3 - x[$1] / $2 > 1e-9) {exit 1}' \
    "$tmp/kmeans" "$p" "$tmp/km.centres.tsv" && ok || bad "centres"

# the same bytes with any threads, another seed the same optimum
for t in 1 3; do
    for m in "kmeans -k 4" "gmm" "hclust -k 3" "dbscan --eps .5"; do
        run "$p" --method $m -@ $t
        [ $t = 1 ] && cp "$tmp/out" "$tmp/one.${m%% *}"
        cmp -s "$tmp/out" "$tmp/one.${m%% *}" && ok || bad "$m: other bytes with $t threads"
    done
done
run "$p" -k 4 --seed 99
cmp -s "$tmp/out" "$tmp/kmeans" && ok || bad "another seed"

# every form of table
awk -F'\t' 'NR > 1 {print 0, $1, $2, $3, $4}' "$p" >"$tmp/a.eigenvec" # PLINK 1.9
awk -F'\t' 'NR == 1 {print "#FID\tIID\tPC1\tPC2\tPC3"; next} {print 0 "\t" $0}' "$p" >"$tmp/b.eigenvec"
awk -F'\t' 'NR == 1 {print "#IID\tPC1\tPC2\tPC3"; next} {print}' "$p" >"$tmp/c.eigenvec"
tr '\t' , <"$p" >"$tmp/d.csv"
awk -F'\t' 'NR == 1 {print "\"x\" \"y\" \"z\""; next} {print "\"" $1 "\"", $2, $3, $4}' "$p" >"$tmp/e.r"
gzip -c "$p" >"$tmp/f.gz"
sed 's/$/\r/' "$p" >"$tmp/g.dos"
for f in a.eigenvec b.eigenvec c.eigenvec d.csv e.r f.gz g.dos; do
    run "$tmp/$f" -k 4
    cmp -s "$tmp/out" "$tmp/kmeans" && ok || bad "table $f: $(cat "$tmp/err")"
done
run - -k 4 <"$p"
cmp -s "$tmp/out" "$tmp/kmeans" && ok || bad "table from stdin"
cut -f2- "$p" >"$tmp/h" # no names
run "$tmp/h" -k 4
is "$(cut -f2 "$tmp/out")" "$(cut -f2 "$tmp/kmeans")" "table without names"
awk -F'\t' '{print NR "\t" $0}' "$tmp/h" | tail -n +2 >"$tmp/i"
run "$tmp/i" -k 4
refused 65 "different whole numbers" "names that are numbers"
run "$tmp/i" -k 4 --id-columns 1
is "$(cut -f2 "$tmp/out")" "$(cut -f2 "$tmp/kmeans")" "--id-columns"
run "$p" -k 4 --dims 2
cut -f1-3 "$p" >"$tmp/h"
cp "$tmp/out" "$tmp/want"
run "$tmp/h" -k 4
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--dims"
awk -F'\t' -v OFS='\t' 'NR > 1 {$2 = $2 * 1000 + 5} 1' "$p" >"$tmp/h"
run "$p" -k 4 --standardize
cp "$tmp/out" "$tmp/want"
run "$tmp/h" -k 4 --standardize
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--standardize"

# distances: square TSV, PHYLIP square and lower triangle give the tree of the points
head -41 "$p" >"$tmp/few.tsv"
awk -F'\t' 'NR > 1 {n++; name[n] = $1; x[n] = $2; y[n] = $3; z[n] = $4}
    function d(i, j) {return sqrt((x[i] - x[j]) ^ 2 + (y[i] - y[j]) ^ 2 + (z[i] - z[j]) ^ 2)}
    END {
        for (j = 1; j <= n; j++) printf "\t%s", name[j] >sq
        printf "\n" >sq
        print n >ph; print n >lo
        for (i = 1; i <= n; i++) {
            printf "%s", name[i] >sq; printf "%s", name[i] >ph; printf "%s", name[i] >lo
            for (j = 1; j <= n; j++) {
                printf "\t%.10f", d(i, j) >sq
                printf "%s%.10f", j % 7 ? " " : "\n  ", d(i, j) >ph
                if (j < i) printf " %.10f", d(i, j) >lo
            }
            print "" >sq; print "" >ph; print "" >lo
        }
    }' sq="$tmp/sq" ph="$tmp/ph" lo="$tmp/lo" "$tmp/few.tsv"
for m in "hclust -k 3" "hclust -k 5 --linkage single" "hclust -k 4 --linkage complete" "dbscan --eps 1"; do
    run "$tmp/few.tsv" --method $m
    cp "$tmp/out" "$tmp/want"
    for f in sq ph lo; do
        run "$tmp/$f" --distances --method $m
        cmp -s "$tmp/out" "$tmp/want" && ok || bad "distances $f, $m: $(cat "$tmp/err")"
    done
done
# straight from pca
"$gw" pca "$pca/small.vcf" -k 4 2>/dev/null | "$gw" cluster --samples - --labels "$pca/small.labels.tsv" \
    --label-column super_pop >"$tmp/out" 2>"$tmp/err"
is "$?:$(wc -l <"$tmp/out" | tr -d ' ')" 0:43 "pca | cluster"

# tables that are wrong
run "$tmp/sq" -k 2
refused 65 "add --distances" "distances not announced"
run "$tmp/ph" -k 2
refused 65 "add --distances" "PHYLIP not announced"
sed '5s/[0-9.]*$/NA/' "$p" >"$tmp/x"
run "$tmp/x" -k 2
refused 65 "line 5: cell 4 (z) is 'NA'" "a missing value"
sed '7s/.$/nan/' "$p" >"$tmp/x"
run "$tmp/x" -k 2
refused 65 "line 7" "not a number"
head -c 3000 "$p" >"$tmp/x"
run "$tmp/x" -k 2
refused 65 "is the file cut" "a cut line"
sed '9s/^s[0-9]*/s001/' "$p" >"$tmp/x"
run "$tmp/x" -k 2
refused 65 "two samples are called s001" "a name twice"
: >"$tmp/x"
run "$tmp/x"
refused 65 "empty" "an empty table"
head -1 "$p" >"$tmp/x"
run "$tmp/x"
refused 65 "no samples" "a header alone"
cut -f1 "$p" >"$tmp/x"
run "$tmp/x"
refused 65 "no numbers" "names alone"
head -4 "$p" >"$tmp/x"
run "$tmp/x" -k 4
refused 65 "ask for fewer clusters" "more clusters than samples"
{ head -3 "$p"; sed -n '3s/^s002/t/p' "$p"; } >"$tmp/x"
run "$tmp/x" -k 3
refused 65 "fewer than 3 different" "more clusters than different samples"
sed '3s/\t[0-9.]*$/\t-1/' "$tmp/sq" >"$tmp/x"
run "$tmp/x" --distances --method hclust -k 2
refused 65 "symmetric" "a matrix that is not symmetric"
head -9 "$tmp/sq" >"$tmp/x"
run "$tmp/x" --distances --method hclust -k 2
refused 65 "square" "a matrix that is not square"
head -9 "$tmp/ph" >"$tmp/x"
run "$tmp/x" --distances --method hclust -k 2
refused 65 "cut" "a cut PHYLIP matrix"
run "$p" -k 2 --labels "$pca/small.labels.tsv"
refused 65 "labels none" "labels of other samples"
run "$tmp/none" -k 2
refused 66 "none" "a missing table"
for o in "--method hclust" "--method hclust -k 2 --height 1" "--method dbscan" "--method dbscan --eps 1 -k 2" \
    "--eps 1" "--linkage ward" "--covariance full" "--method hclust -k 2 --restarts 3" "--min-seq-id .5" \
    "--distances" "--method hclust --distances -k 2 --linkage ward" "--method hclust -k 2 --min-points 3"; do
    run "$p" $o
    refused 64 "" "options $o"
done
"$gw" cluster "$p" -k 3 >"$tmp/out" 2>"$tmp/err"
status=$?
refused 64 "samples" "-k without --samples"

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
