#!/bin/sh
# Whole commands, CPU against device, every output compared: Markdown on stdout.
#   tests/bench/gpu.sh [COMMAND...]    (from the build folder; all five when none is named)
# GENOWARP: the program (default ./genowarp); DEVICE: the other device (default cuda); GW_SHARED_DATA: the
# larger sets, and without it the small ones of the tests; SMALL=1: the small ones in any case, for
# a look at the script itself. Exit status 77: there is no device that works; 1: an output differs.
set -eu
export LC_ALL=C
gw=${GENOWARP:-$(pwd)/genowarp}
sim=${SIMGENO:-$(pwd)/tests/bench/simgeno}
src=$(cd "${srcdir:-.}" && pwd)
other=${DEVICE:-cuda}
rows=${*:-align call cluster pca fold}
small=$src/tests/data
large=${GW_SHARED_DATA:-$src/shared/data}
[ -d "$large" ] && [ -z "${SMALL:-}" ] || large=
[ -x "$gw" ] || { echo "gpu.sh: no program $gw; build it, or set GENOWARP" >&2; exit 1; }
"$gw" devices >/dev/null 2>&1 || { echo "gpu.sh: '$gw devices' says that something computes wrongly; see it first" >&2; exit 1; }
"$gw" devices 2>/dev/null | grep -q '^cuda:.*ok$' || {
    echo "gpu.sh: no CUDA device that works: $("$gw" devices 2>&1 | grep '^cuda' | head -n 1)" >&2
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
bad=0
# row NAME WHAT command...: both runs in folders of their own, so that files are compared too; the CPU
# first, and the device twice, as the first run makes the context and reads the files.
row() {
    name=$1 what=$2
    shift 2
    case " $rows " in *" $name "*) ;; *) return 0 ;; esac
    for run in cpu first "$other"; do
        device=$run
        [ $run != first ] || device=$other
        rm -rf "$name.$run"
        mkdir "$name.$run"
        begin=$(date +%s.%N)
        (cd "$name.$run" && "$gw" "$@" --device "$device" >stdout 2>../stderr) || {
            echo "gpu.sh: $name --device $device failed: $(tail -n 1 stderr)" >&2
            exit 1
        }
        echo "$begin $(date +%s.%N)" >"$name.$run.time"
        if grep -q 'not used any more' stderr; then
            echo "gpu.sh: $name: the device failed: $(grep 'not used any more' stderr | head -n 1)" >&2
            exit 1
        fi
    done
    same=yes
    diff -r "$name.cpu" "$name.$other" >differs 2>&1 || { same=NO && bad=1 && head -n 5 differs >&2; }
    echo "$name.cpu.time $name.$other.time" | xargs awk -v what="$what" -v name="$name" -v same=$same '
        { t[NR] = $2 - $1 }
        END { printf "| %s | %s | %.2f | %.2f | %.1f | %s |\n", name, what, t[1], t[2], t[1] / (t[2] + 1e-9), same }'
}
if [ -n "$large" ]; then
    for need in zstd "$sim"; do
        command -v "$need" >/dev/null || { echo "gpu.sh: $need is missing; SMALL=1 does without" >&2; exit 1; }
    done
    gzip -dc "$large/ref/grch38.chr20_and_21_10M.fa.gz" >g.fa
    awk '/^>/ { n = 0 } !/[Nn>]/ && n++ < 40000 && m++ < 40000 { if (m == 1) print ">s"; print }' g.fa >s.fa
    sh "$src/tests/cli/shred.sh" s.fa 150 400 10 s
    gzip -dc "$large/ref/hg19_chr20_9.995-11.095M.masked.fa.gz" >h.fa
    "$gw" index h.fa 2>/dev/null
    "$gw" align h.fa "$large"/human/NA12878_chr20_10.0-10.1M_R1.fastq.gz \
        "$large"/human/NA12878_chr20_10.0-10.1M_R2.fastq.gz --device cpu --sort -O bam >h.bam 2>/dev/null
    zstd -dcq "$large/cluster/sprot201401_51k.fasta.zst" >c.fa
    "$sim" p 5000 50000 5 0.02 0.01 1 >/dev/null
    genotypes=$work/p.bed many=20 note="50x of 100 kb"
else
    cp "$small/phix/phix.fa" g.fa
    sh "$src/tests/cli/shred.sh" "$small/phix/phix_illumina.fa" 100 250 "${STEP:-20}" s
    cp "$small/na12878/ref.fa" h.fa
    cp "$small/na12878/reads.bam" h.bam
    head -n 40 "$small/cluster/amplicons.fa" | cut -c 1-120 >c.fa
    genotypes=$small/pca/small.vcf many=3 note="the tests' reads"
fi
# gaps in every third pair, or there would be little to align
awk 'NR % 4 % 2 == 0 && int((NR - 1) / 4) % 3 == 0 { $0 = substr($0, 1, 40) substr($0, 45) } 1' s_R1.fq >r_R1.fq
mv s_R2.fq r_R2.fq
"$gw" index g.fa 2>/dev/null
echo "| command | on | cpu, s | $other, s | times | same bytes |"
echo "|---|---|---|---|---|---|"
row align "$(($(wc -l <r_R1.fq) / 4)) pairs" align "$work/g.fa" "$work/r_R1.fq" "$work/r_R2.fq" --no-PG -O sam
row call "$note" call -f "$work/h.fa" "$work/h.bam" --no-PG
row cluster "$(grep -c '>' c.fa) sequences, aligned" cluster "$work/c.fa" --min-seq-id 0.5 -o out --msa fasta
row pca "$(basename "$genotypes")" pca "$genotypes" -k "$many" --maf 0 --out out
if [ -f "$src/refs/fold/starter.gwt" ]; then
    awk -v n="${RESIDUES:-1000}" 'NR == 1 { print; next } { s = s $0 } END { print substr(s, 1, n) }' \
        "$small/fold/globin.fa" >q.fa
    row fold "starter library" fold -t "$src/refs/fold/starter.gwt" "$work/q.fa" --max-hits 5
fi
exit $bad
