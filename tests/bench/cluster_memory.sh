#!/bin/sh
# --max-mem: the most memory that runs take under several bounds, as the system saw it, and whether the output
# is the same as without one. Figures are printed, none is asserted.
#   tests/bench/cluster_memory.sh [GENOWARP [SEQUENCES]]
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
gw=$(realpath "${1:-./genowarp}")
n=${2:-50000}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
cc -O2 "$here/tests/bench/simfam.c" -o simfam || exit 1
./simfam "$n" 1 >s.fa
awk '/^>/ {n++} n % 5' s.fa >most.fa
"$gw" cluster most.fa --min-seq-id .5 --verbosity error >old.tsv || exit 1
echo "| $n simulated proteins | --max-mem | most that it took | CPU s | output |"
echo "|---|---|---|---|---|"
row() { # --max-mem or nothing, label, options...
    bound=$1 label=$2
    shift 2
    /usr/bin/time -o t -f '%M %U %S' "$gw" cluster s.fa --min-seq-id .5 -c .8 -@ 2 "$@" ${bound:+--max-mem "$bound"} >"out$bound" 2>err
    if [ $? -eq 64 ]; then
        echo "| $label | $bound | | | $(sed 's/.*error: //' err) |"
        return
    fi
    awk -v l="$label" -v b="${bound:-none}" -v same="$([ -z "$bound" ] && echo "" || { cmp -s out "out$bound" && echo "the same bytes" || echo DIFFERENT; })" \
        '{printf "| %s | %s | %d MB | %.1f | %s |\n", l, b, $1 / 1024, $2 + $3, same}' t
}
for bound in "" 50M 75M 100M 150M 250M 500M; do
    row "$bound" "set cover"
done
for how in "--mode connected" "--mode greedy" "--linear" "--update old.tsv"; do
    for bound in "" 150M; do
        row "$bound" "$how" $how
    done
done
