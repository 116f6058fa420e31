#!/bin/sh
# Whole commands, CPU against device, with a comparison of their outputs: Markdown on stdout.
# Needs GENOWARP; DEVICE (default cuda) is the other device. Uses the data of the tests, and the
# larger sets of $GW_SHARED_DATA where they are.
set -eu
gw=${GENOWARP:-$(pwd)/genowarp}
src=$(cd "${srcdir:-.}" && pwd)
other=${DEVICE:-cuda}
data=$src/tests/data
"$gw" devices | grep -q '^cuda:.*ok$' || {
    echo "gpu.sh: no CUDA device that works: $("$gw" devices | grep '^cuda' | head -n 1)" >&2
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
sh "$src/tests/cli/shred.sh" "$data/phix/phix_illumina.fa" 100 250 "${STEP:-1}" r
now() { date +%s.%N; }
row() { # name, command...
    name=$1
    shift
    for device in cpu $other; do
        begin=$(now)
        "$gw" "$@" --device $device >$device.out 2>$device.err || {
            echo "gpu.sh: $name --device $device failed: $(tail -n 1 $device.err)" >&2
            exit 1
        }
        echo "$begin $(now)" >$device.time
    done
    same=no
    cmp -s cpu.out $other.out && same=yes
    echo "| $name | $(awk '{ printf "%.2f", $2 - $1 }' cpu.time) | $(awk '{ printf "%.2f", $2 - $1 }' $other.time) | $same |"
    [ $same = yes ]
}
echo "| command | cpu, s | $other, s | same bytes |"
echo "|---|---|---|---|"
row align align "$data/phix/phix.fa" r_R1.fq r_R2.fq --no-PG -O sam
row call call -f "$data/na12878/ref.fa" "$data/na12878/reads.bam" --no-PG
row pca pca "$data/pca/small.vcf" -k 3
[ ! -f "$src/refs/fold/starter.gwt" ] ||
    row fold fold -t "$src/refs/fold/starter.gwt" "$data/fold/globin.fa"
echo
echo "cluster has no --device: its alignments are pruned by the CPU kernel's bounds (tests/bench/gpu.md)."
