#!/bin/sh
# gpu_bench at toy sizes on the emulated device: it runs to its end, every answer it looks at is
# right, every kernel has a line, and without a device it says so and skips.
set -u
unset CUDA_VISIBLE_DEVICES
pass=0 fail=0
bench=./tests/cuda/gpu_bench-emu
out=$($bench --toy 2>&1)
st=$?
rows=$(printf '%s\n' "$out" | grep -c "	ok	T ")
if [ $st -eq 0 ] && [ "$rows" -eq 14 ]; then
    pass=$((pass + 1))
else
    printf 'exit status %s, %s kernels:\n%s\n' $st "$rows" "$out"
    fail=$((fail + 1))
fi
CUEMU_DEVICES=0 $bench --toy >/dev/null 2>&1
if [ $? -eq 77 ]; then
    pass=$((pass + 1))
else
    echo "without a device the status is not 77"
    fail=$((fail + 1))
fi
# the table of whole commands: two of them, and what it says without a device or a program
script=${srcdir:-.}/tests/bench/gpu.sh
out=$(GENOWARP=$(pwd)/tests/cuda/genowarp-emu SMALL=1 STEP=400 sh "$script" align pca 2>&1)
st=$?
if [ $st -eq 0 ] && [ "$(printf '%s\n' "$out" | grep -c '| yes |$')" -eq 2 ]; then
    pass=$((pass + 1))
else
    printf 'gpu.sh, exit status %s:\n%s\n' $st "$out"
    fail=$((fail + 1))
fi
out=$(CUEMU_DEVICES=0 GENOWARP=$(pwd)/tests/cuda/genowarp-emu sh "$script" 2>&1)
if [ $? -eq 77 ] && printf '%s\n' "$out" | grep -q 'no CUDA device that works'; then
    pass=$((pass + 1))
else
    echo "gpu.sh without a device: $out"
    fail=$((fail + 1))
fi
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
