#!/bin/sh
# Sequence clustering beside its peers, in one run: time, peak memory, clusters, and an audit by parasail
# (tests/bench/cluster_audit.c), as rows of a table. Peers that are not installed are left out.
# Needs /usr/bin/time, parasail, and the shared data set. Figures are printed, none is asserted.
#   tests/bench/cluster.sh [GENOWARP]
# WORK=DIR keeps what was made; a run that was stopped goes on from there. MMSEQS_MASTER=PATH: a second mmseqs,
# built from its repository's main branch. Every pair of genowarp is audited, of the peers PAIRS (10000); for all,
# REPS representatives (200) are compared with all others that fit. THREADS: 2 unless said otherwise. SKIP: names of
# rows that are left out (cd-hit takes ten minutes of CPU, mmseqs-cluster two).
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
gw=$(realpath "${1:-./genowarp}")
[ -z "${MMSEQS_MASTER:-}" ] || MMSEQS_MASTER=$(realpath "$MMSEQS_MASTER")
data=${GW_SHARED_DATA:-$here/shared/data}/cluster
[ -f "$data/sprot201401_51k.fasta.zst" ] || { echo "no data at $data; set GW_SHARED_DATA" >&2; exit 77; }
tmp=${WORK:-$(mktemp -d)} || exit 1
mkdir -p "$tmp" && cd "$tmp" || exit 1
[ -n "${WORK:-}" ] || trap 'rm -rf "$tmp"' EXIT
[ -f p.fa ] || zstdcat "$data/sprot201401_51k.fasta.zst" >p.fa
[ -f d.fa ] || zcat "$data/BioMarKs50k.fsa.gz" >d.fa
cc -O2 "$here/tests/bench/cluster_audit.c" -o audit -lparasail || exit 1
threads=${THREADS:-2} pairs=${PAIRS:-10000} reps=${REPS:-200}

# made NAME COMMAND...: runs it unless it is done already; false when it is not there or fails
made() {
    name=$1
    shift
    case " ${SKIP:-} " in *" $name "*) return 1 ;; esac
    [ -f "$name.time" ] && return 0
    command -v "$1" >/dev/null || return 1
    rm -rf "$name.tmp"
    /usr/bin/time -o "$name.t" -f '%U %S %e %M' "$@" >"$name.log" 2>&1 || { echo "$name failed: $(tail -1 "$name.log")" >&2; return 1; }
    mv "$name.t" "$name.time"
}
# row NAME TABLE AUDIT-OPTIONS...: of what was made, REP<tab>MEMBER in TABLE
row() {
    name=$1 table=$2
    shift 2
    [ -f "$name.audit" ] || { ./audit "$@" -t "$table" -s "$reps" >"$name.part" && mv "$name.part" "$name.audit"; } || return
    cat "$name.time" "$name.audit" | awk -v n="$name" '
        NR == 1 {time = sprintf("%.1f | %.1f | %d", $3, $1 + $2, $4 / 1024)}
        NR == 2 {for (i = 1; i < NF; i += 2) v[$i] = $(i + 1)
            printf "| %s | %s | %d | %d | %d of %d (%.1f %%) | %d of %d (%.1f %%) | %d |\n", n, time, v["clusters"], v["unassigned"],
                v["violating"], v["aligned"], 100 * v["violating"] / v["aligned"], v["missing"], v["representatives"],
                100 * v["missing"] / v["representatives"], v["contested"]}'
}
clstr() { # CD-HIT's .clstr as a table
    awk 'function flush(  i) {for (i = 1; i <= k; i++) print r "\t" m[i]; k = 0}
        /^>/ {flush(); next}
        {n = $3; sub(/^>/, "", n); sub(/\.\.\.$/, "", n); m[++k] = n; if ($NF == "*") r = n}
        END {flush()}' "$1"
}
heading() {
    printf '\n%s\n\n| program | wall s | CPU s | MB | clusters | dropped | violating members | representatives with a missed merge | contested |\n|%s\n' \
        "$1" "---|---|---|---|---|---|---|---|---|"
}

heading "51,267 Swiss-Prot, identity .5, coverage .8 of both"
how="--min-seq-id 0.5 -c 0.8" look="-i .5 -c .8 -f p.fa"
for depth in "" --linear --sensitive; do
    made "genowarp$depth" "$gw" cluster p.fa $how $depth -@ "$threads" -o "gw$depth" && row "genowarp$depth" "gw$depth.tsv" $look
done
for mmseqs in mmseqs ${MMSEQS_MASTER:+"$MMSEQS_MASTER"}; do
    which=$([ "$mmseqs" = mmseqs ] && echo mmseqs || echo mmseqs-master)
    for easy in cluster linclust; do
        second=$([ "$which-$easy" = mmseqs-master-cluster ] && echo "--cluster-version 2")
        made "$which-$easy" "$mmseqs" "easy-$easy" p.fa "$which-$easy" "$which-$easy.tmp" $how $second --threads "$threads" &&
            row "$which-$easy" "$which-${easy}_cluster.tsv" $look -p "$pairs"
        rm -rf "$which-$easy.tmp"
    done
done
made diamond diamond cluster -d p.fa -o di.tsv --approx-id 50 --member-cover 80 --threads "$threads" && row diamond di.tsv $look -p "$pairs"
made cd-hit cd-hit -i p.fa -o ch -c 0.5 -n 3 -aL 0.8 -aS 0.8 -d 0 -T "$threads" -M 0 && clstr ch.clstr >ch.tsv && row cd-hit ch.tsv $look -p "$pairs"

heading "50,000 BioMarKs amplicons, identity .97"
look="-n -i .97 -c 0 -f d.fa"
made genowarp-amplicons "$gw" cluster d.fa --min-seq-id 0.97 -c 0 --sizein --strand plus --mode greedy -@ "$threads" -o gd &&
    row genowarp-amplicons gd.tsv $look
made vsearch vsearch --cluster_size d.fa --id 0.97 --sizein --strand plus --uc vs.uc --threads "$threads" &&
    awk -F'\t' '$1 == "S" {print $9 "\t" $9} $1 == "H" {print $10 "\t" $9}' vs.uc >vs.tsv && row vsearch vs.tsv $look -p "$pairs"
made cd-hit-est cd-hit-est -i d.fa -o ce -c 0.97 -n 10 -d 0 -r 0 -T "$threads" -M 0 && clstr ce.clstr >ce.tsv && row cd-hit-est ce.tsv $look -p "$pairs"
[ -n "${MMSEQS_MASTER:-}" ] && made mmseqs-master-amplicons "$MMSEQS_MASTER" easy-linclust d.fa ml ml.tmp --min-seq-id 0.97 -c 0 --threads "$threads" &&
    row mmseqs-master-amplicons ml_cluster.tsv $look -p "$pairs"
rm -rf ml.tmp
tr acgt ACGT <d.fa >sw.fa
made swarm swarm -z -d 1 -t "$threads" -u sw.uc -o sw.out sw.fa &&
    awk -v n="$(wc -l <sw.out)" '{printf "| swarm d=1 (no threshold) | %.1f | %.1f | %d | %d | | | | |\n", $3, $1 + $2, $4 / 1024, n}' swarm.time
