#!/bin/sh
# The output of every command that has --device is, byte for byte, that of the CPU: all work on one
# emulated device, shared by two, and with one that fails in the middle.
set -u
export LC_ALL=C
gw=$(pwd)/tests/cuda/genowarp-emu
data=${srcdir:-.}/tests/data
data=$(cd "$data" && pwd)
refs=$(cd "${srcdir:-.}/refs" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
pass=0 fail=0
good() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}

# same NAME command...: OUT in the command is where its outputs go. --device comes last.
same() {
    name=$1
    shift
    for how in cpu cuda cuda2 broken; do
        mkdir -p "$name/$how"
        device=$how
        unset CUEMU_FAIL CUEMU_DEVICES
        case $how in
        cuda2) device=cuda CUEMU_DEVICES=2 && export CUEMU_DEVICES ;;
        broken) device=cuda CUEMU_FAIL=14 && export CUEMU_FAIL ;;
        esac
        (cd "$name/$how" && "$gw" "$@" --device $device >stdout 2>stderr)
        st=$?
        if [ $st -ne 0 ]; then
            bad "$name, $how: exit status $st: $(tail -n 1 "$name/$how/stderr")"
            return
        fi
    done
    unset CUEMU_FAIL CUEMU_DEVICES
    grep -q 'not used any more' "$name/broken/stderr" || bad "$name: nothing failed in the middle"
    for how in cuda cuda2 broken; do
        if diff -r -x stderr "$name/cpu" "$name/$how" >"$name/diff" 2>&1; then
            good
        else
            bad "$name, $how: other output: $(head -n 3 "$name/diff")"
        fi
    done
}

awk '!/^>/ {seq = seq $0}
    END {for (i = 1; i + 154 <= length(seq); i += 7) # five bases deleted
        printf ">r%d\n%s%s\n", i, substr(seq, i, 40 + i % 70), substr(seq, i + 45 + i % 70, 110 - i % 70)}' \
    "$data/phix/phix_illumina.fa" >reads.fa
same align align "$data/phix/phix.fa" "$work/reads.fa" --no-PG -O sam
same call call -f "$data/na12878/ref.fa" "$data/na12878/reads.bam" --no-PG
same pca pca "$data/pca/small.vcf" -k 3 --out small
if [ -f "$refs/fold/starter.gwt" ]; then
    same fold fold -t "$refs/fold/starter.gwt" "$data/fold/globin.fa" --max-hits 5
fi
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
