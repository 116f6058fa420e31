#!/bin/sh
# The output of every command that has --device is, byte for byte, that of the CPU: all work on one
# emulated device, shared by two, and with one that fails in the middle.
set -u
export LC_ALL=C
unset CUDA_VISIBLE_DEVICES
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

# reads with gaps, so that there is something to align
sh "$data/../cli/shred.sh" "$data/phix/phix_illumina.fa" 100 250 180 r
awk 'NR % 4 == 2 || NR % 4 == 0 { if (int((NR - 1) / 4) % 3 == 0) $0 = substr($0, 1, 40) substr($0, 45) } 1' \
    r_R1.fq >gaps.fq
same align align "$data/phix/phix.fa" "$work/gaps.fq" "$work/r_R2.fq" --no-PG -O sam
same call call -f "$data/na12878/ref.fa" "$data/na12878/reads.bam" --no-PG
same pca pca "$data/pca/small.vcf" -k 3 --out small --kinship pairs.tsv --max-kinship 0.2
# the beginnings of a few amplicons: every cell counts here
awk '/^>/ { print; next } /./ { print substr($0, 1, 120) }' "$data/cluster/amplicons.fa" | head -n 80 >part_dna.fa
same cluster cluster "$work/part_dna.fa" --min-seq-id 0.8 -o clusters --msa fasta --consensus
# candidate pairs and certificates: compared on the device, and only there with cuda
awk '/^>/ { if (++n > 24) exit; print; next } /./ { print substr($0, 1, 100) }' "$data/cluster/proteins.fa" >part_aa.fa
same families cluster "$work/part_aa.fa" --min-seq-id 0.4 -c 0.5 --certify -O uc --verbosity debug
head -n 4 part_dna.fa >q_dna.fa
same strands cluster "$work/part_dna.fa" --min-seq-id 0.7 -c 0.5 --mode connected --verbosity debug
same greedy cluster "$work/part_dna.fa" --min-seq-id 0.9 -c 0 --mode greedy --certify -O uc --verbosity debug
for name in families strands greedy; do
    grep -q 'pairs compared on a device' "$name/cuda/stderr" && good || bad "$name: no pair was compared on the device"
    grep -q 'pairs compared on a device' "$name/cpu/stderr" && bad "$name: --device cpu used one" || good
done
head -n 4 part_aa.fa >q_aa.fa
same search align --search "$work/part_aa.fa" "$work/q_aa.fa" -k 5
same nucleotides align --search "$work/part_dna.fa" "$work/q_dna.fa" -k 5
if [ -f "$refs/fold/starter.gwt" ]; then
    # the first residues are enough, and every cell counts here
    awk 'NR == 1 { print; next } { s = s $0 } END { print substr(s, 1, 40) }' "$data/fold/globin.fa" >part.fa
    same fold fold -t "$refs/fold/starter.gwt" "$work/part.fa" --max-hits 5
fi
# the table of devices: one that works, one that fails while it is checked
"$gw" devices >table 2>/dev/null && grep -q "^cuda:0.*ok$" table && good || bad "devices: $(cat table)"
CUEMU_FAIL=12 "$gw" devices >table 2>why && grep -q '^cuda:0.*unusable$' table &&
    grep -q 'illegal memory access' why && good || bad "devices, failing: $(cat table why)"
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
