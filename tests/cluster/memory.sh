#!/bin/sh
# --max-mem: the bound holds, records wait on disk, the output is the same; too little is one line
set -u
. "${srcdir:-.}/tests/cluster/lib.sh"
tests/bench/simfam 10000 1 >"$tmp/s.fa" || exit 1
how="$tmp/s.fa --min-seq-id .5 -O uc -@ 1"
run $how
is "$status" 0 "no limit"
cp "$tmp/out" "$tmp/want"
# every refusal tells its stage and the least that it needs; with the last of them the run ends well
stages() { # the words of each stage that refuses, in order
    least=1
    for stage in "$@"; do
        run $how --max-mem "${least}M"
        refused 64 "max-mem: ${least}M is too little for $stage; at least" "no room for $stage"
        before=$least
        least=$(sed -n 's/.*at least \([0-9]*\)M are needed.*/\1/p' "$tmp/err")
        [ "$least" -gt "$before" ] && ok || bad "$stage: at least ${least}M of ${before}M"
    done
}
stages "reading these sequences" "searching these sequences" "the candidate pairs"
run $how --max-mem "$((least - 1))M"
refused 64 "at least ${least}M are needed" "one less than the least"
# the least that it asks for does: on disk, within the bound
mkdir "$tmp/dir"
run $how --max-mem "${least}M" --tmp-dir "$tmp/dir" --verbosity debug
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--max-mem ${least}M changes the output"
grep -q 'MB of records were put aside' "$tmp/err" && ok || bad "nothing was put aside"
most=$(sed -n 's/.*memory: \([0-9]*\)M at most, of.*/\1/p' "$tmp/err")
if nm "$gw" 2>/dev/null | grep -q __asan_init; then
    echo "SKIP: AddressSanitizer takes memory of its own"
else
    [ -n "$most" ] && [ "$most" -le "$least" ] && ok || bad "took ${most}M, of ${least}M"
fi
is "$(ls -A "$tmp/dir")" "" "files left behind"
run $how --max-mem "${least}M" --tmp-dir "$tmp/none"
[ "$status" -ne 0 ] && [ "$(grep -c error: "$tmp/err")" -eq 1 ] && ok || bad "a missing --tmp-dir: $status"
for no in "--derep" "--denoise" "--samples" "--umi reads"; do
    run "$tmp/s.fa" $no --max-mem 1G
    refused 64 "max-mem" "--max-mem with $no"
    run "$tmp/s.fa" $no --tmp-dir "$tmp"
    refused 64 "tmp-dir" "--tmp-dir with $no"
done
run $how --tmp-dir "$tmp/dir"
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--tmp-dir alone"
# candidates are put aside as they are found; where they do not fit together, that is told before any is compared
awk 'BEGIN {srand(7); A = "ARNDCQEGHILKMFPSTWYV"; for (i = 0; i < 120; i++) a[i] = 1 + int(20 * rand())
    for (s = 0; s < 1200; s++) {print ">m" s; for (i = 0; i < 120; i++) printf "%s", substr(A, rand() < .3 ? 1 + int(20 * rand()) : a[i], 1)
        print ""}}' >"$tmp/one.fa"
how="$tmp/one.fa --min-seq-id .5 -@ 1"
run $how
cp "$tmp/out" "$tmp/want"
stages "reading these sequences" "searching these sequences" "the candidate pairs"
run $how --max-mem "${least}M"
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--max-mem ${least}M changes the output"
# what is new, and what an update leaves for clustering anew
awk '/^>/ {n++} n % 4' "$tmp/s.fa" >"$tmp/old.fa"
run "$tmp/old.fa" --min-seq-id .5
cp "$tmp/out" "$tmp/old.tsv"
run "$tmp/s.fa" --min-seq-id .5 --update "$tmp/old.tsv" -@ 1
cp "$tmp/out" "$tmp/want"
run "$tmp/s.fa" --min-seq-id .5 --update "$tmp/old.tsv" -@ 1 --max-mem 30M
refused 64 "at least" "an update without room"
run "$tmp/s.fa" --min-seq-id .5 --update "$tmp/old.tsv" -@ 1 --max-mem 120M
cmp -s "$tmp/out" "$tmp/want" && ok || bad "--max-mem changes an update"
# nucleotides: candidates among everything, then among representatives
for how in "--min-seq-id .8" "--min-seq-id .9 --mode greedy"; do
    run "$data/amplicons.fa" $how
    cp "$tmp/out" "$tmp/want"
    run "$data/amplicons.fa" $how --max-mem 200M -@ 1
    cmp -s "$tmp/out" "$tmp/want" && ok || bad "--max-mem changes $how"
done

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
