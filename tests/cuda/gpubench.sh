#!/bin/sh
# gpu_bench at toy sizes on the emulated device: it runs to its end, every answer it looks at is
# right, every kernel has a line, and without a device it says so and skips.
set -u
pass=0 fail=0
bench=./tests/cuda/gpu_bench-emu
out=$($bench --toy 2>&1)
st=$?
rows=$(printf '%s\n' "$out" | grep -c "	ok	T ")
if [ $st -eq 0 ] && [ "$rows" -eq 12 ]; then
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
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
