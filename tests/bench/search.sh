#!/bin/sh
# align --search beside its peers, in one run: CPU seconds and scores, whether E-values hold, and how many true
# relatives come before false ones. Peers that are not installed are left out. Needs /usr/bin/time, python3, parasail
# and ssw, and the shared data. QUERIES (8), SHUFFLED (50) and STEP (4: every fourth domain) say how much is searched,
# PARTS (domains chance speed) and PEERS what. Figures are printed, none is asserted but that scores agree.
#   tests/bench/search.sh [GENOWARP]
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
gw=${1:-${GENOWARP:-./genowarp}}
data=${GW_SHARED_DATA:-$here/shared/data}
tools="python3 $here/tests/bench/search_bench.py"
[ -f "$data/cluster/sprot201401_51k.fasta.zst" ] || { echo "no data at $data; set GW_SHARED_DATA" >&2; exit 77; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
zstdcat "$data/cluster/sprot201401_51k.fasta.zst" >"$tmp/p.fa"
timed() { /usr/bin/time -a -o "$tmp/time" -f '%U %S %M' "$@" 2>"$tmp/log" || tail -n 2 "$tmp/log"; }
spent() { awk '{ s += $1 + $2; if ($3 > m) m = $3 } END { printf "%.1f CPU s, %d MB", s, m / 1024 }' "$tmp/time"; rm "$tmp/time"; }
has() { command -v "$1" >/dev/null; }
# search NAME DB QUERIES: hits to $tmp/hits, time to $tmp/time
search() {
    case $1 in
    genowarp) timed "$gw" align --search "$2" "$3" -@ 1 -o "$tmp/hits" ;;
    ssearch36) timed ssearch36 -m 8 -f -11 -g -1 -s BL62 -T 1 -E 10 -d 0 "$3" "$2" >"$tmp/hits" ;;
    blastp*)
        makeblastdb -in "$2" -dbtype prot -out "$tmp/bl" >"$tmp/log"
        timed blastp -query "$3" -db "$tmp/bl" -outfmt 6 -evalue 10 -comp_based_stats "${1#blastp-}" -num_threads 1 \
            -max_target_seqs 500 >"$tmp/hits"
        ;;
    diamond) timed diamond blastp --ultra-sensitive -q "$3" -d "$2" -o "$tmp/hits" -e 10 -k 500 -p 1 --quiet ;;
    mmseqs) rm -rf "$tmp/mm" && timed mmseqs easy-search "$3" "$2" "$tmp/hits" "$tmp/mm" -s 7.5 -e 10 --max-seqs 500 --threads 1 -v 1 ;;
    esac
}
peers=genowarp
has ssearch36 && peers="$peers ssearch36"
has blastp && peers="$peers blastp-0 blastp-2"
has diamond && peers="$peers diamond"
has mmseqs && peers="$peers mmseqs"
peers=${PEERS:-$peers}

speed() {
    n=${QUERIES:-8}
    $tools pick "$tmp/p.fa" $((51267 / n + 1)) 100 >"$tmp/q.fa"
    echo "== $(grep -c '>' "$tmp/q.fa") queries of Swiss-Prot against its 51,267: one thread"
    for p in $peers; do
        search "$p" "$tmp/p.fa" "$tmp/q.fa"
        echo "$p: $(spent), $($tools count "$(grep -c '>' "$tmp/q.fa")" "$tmp/hits") hits a query at E <= .01, .1, 1, 10"
        [ "$p" = genowarp ] && cp "$tmp/hits" "$tmp/ours"
    done
    matrix=${MATRIX:-/usr/share/ncbi/data/BLOSUM62}
    if [ -f "$matrix" ] && cc -O2 "$here/tests/bench/search_peers.c" -o "$tmp/peers" -lparasail -lssw 2>"$tmp/log"; then
        "$tmp/peers" parasail "$tmp/p.fa" "$tmp/q.fa" "$tmp/ours" "$matrix"
        "$tmp/peers" ssw "$tmp/p.fa" "$tmp/q.fa" "$tmp/ours" "$matrix"
    fi
}

chance() {
    n=${SHUFFLED:-50}
    echo "== chance: $n shuffled proteins against every fifth of Swiss-Prot; hits a query at E <= .01, .1, 1, 10"
    $tools pick "$tmp/p.fa" 5 >"$tmp/fifth.fa"
    $tools shuffle "$tmp/p.fa" $((51267 / n + 1)) >"$tmp/q.fa"
    for p in $peers; do
        search "$p" "$tmp/fifth.fa" "$tmp/q.fa"
        echo "$p: $($tools count "$(grep -c '>' "$tmp/q.fa")" "$tmp/hits"), $(spent)"
    done
}

domains() {
    [ -f "$data/fold/lib40A.tsv.zst" ] || return 0
    zstdcat "$data/fold/lib40A.tsv.zst" | awk -F '\t' 'NR > 1 { print ">" $1 "\n" $9 }' >"$tmp/d.fa"
    zstdcat "$data/fold/lib40A.tsv.zst" | awk -F '\t' 'NR > 1 { print $1 "\t" $2 }' >"$tmp/class"
    $tools pick "$tmp/d.fa" "${STEP:-4}" >"$tmp/q.fa"
    echo "== $(grep -c '>' "$tmp/q.fa") SCOPe domains below 40 % identity against all of them: % of right pairs before .001, .01, .1, 1 wrong hits a query"
    echo "   | wrong hits a query at E <= .001, .01, .1, 1"
    for p in $peers; do
        search "$p" "$tmp/d.fa" "$tmp/q.fa"
        echo "$p: $($tools judge "$tmp/class" "$tmp/q.fa" "$tmp/hits"), $(spent)"
    done
}

for part in ${PARTS:-domains chance speed}; do
    $part
done
