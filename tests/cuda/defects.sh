#!/bin/sh
# The emulator catches planted defects: each by the message that names it, or by wrong answers.
set -u
pass=0 fail=0
defects=./tests/cuda/defects
check() { # number, expected status 0 or 1, text in the output
    out=$(CUEMU_SEED=$4 $defects "$1" 2>&1)
    st=$?
    [ $st -eq 0 ] || st=1
    if [ $st -eq "$2" ] && printf '%s\n' "$out" | grep -q -- "$3"; then
        pass=$((pass + 1))
    else
        printf 'defect %s, order %s: exit status %s, output:\n%s\n' "$1" "$4" $st "$out"
        fail=$((fail + 1))
    fi
}
for order in 0 1 2 3; do
    check 0 0 '^0 of 64' $order
    check 1 1 'answers are wrong' $order
    check 2 1 'never arrives' $order
    check 3 1 'different collectives' $order
    check 4 1 'not in its mask' $order
    check 5 1 'different lines' $order
    check 6 1 'deadlock at __syncthreads' $order
    check 7 1 'answers are wrong' $order
    check 10 0 '^0 of 64' $order
    check 11 1 'different collectives' $order
done
if nm $defects 2>/dev/null | grep -q __asan_init; then
    check 8 1 'AddressSanitizer: heap-buffer-overflow' 0
    check 9 1 'AddressSanitizer: heap-buffer-overflow' 0
else
    echo "SKIP: overruns need AddressSanitizer (configure --enable-sanitizers)"
fi
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
