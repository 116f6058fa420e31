#!/bin/sh
# --max-mem: the bound holds, records wait on disk, the output is the same; too little is one line
set -u
. "${srcdir:-.}/tests/cluster/lib.sh"
tests/bench/simfam 10000 1 >"$tmp/s.fa" || exit 1
how="$tmp/s.fa --min-seq-id .5 -O uc -@ 1"
run $how
is "$status" 0 "no limit"
cp "$tmp/out" "$tmp/want"
run $how --max-mem 1M
refused 64 "max-mem: 1M is too little for reading" "a limit that sequences do not fit in"
least=$(sed -n 's/.*at least \([0-9]*\)M are needed.*/\1/p' "$tmp/err")
run $how --max-mem "${least}M"
refused 64 "max-mem: ${least}M is too little for searching" "a limit without room to search"
least=$(sed -n 's/.*at least \([0-9]*\)M are needed.*/\1/p' "$tmp/err")
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
# nucleotides: candidates among everything, then among representatives
for how in "--min-seq-id .8" "--min-seq-id .9 --mode greedy"; do
    run "$data/amplicons.fa" $how
    cp "$tmp/out" "$tmp/want"
    run "$data/amplicons.fa" $how --max-mem 200M -@ 1
    cmp -s "$tmp/out" "$tmp/want" && ok || bad "--max-mem changes $how"
done

echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ]
