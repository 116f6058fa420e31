#!/bin/sh
# The kernels' harness on ARM: kernels and base are compiled for aarch64 (no HTSlib needed) and the
# tests of tests/kernels run under an emulator, so that the portable level is held to the reference
# with NEON. Needs, from Debian: gcc-aarch64-linux-gnu qemu-user libsimde-dev. Run it where config.h
# is. Tests to run: arguments, or all.
set -u
cc=${AARCH64_CC:-aarch64-linux-gnu-gcc} qemu=${QEMU_AARCH64:-qemu-aarch64}
simde=${SIMDE:-/usr/include/simde}
src=${srcdir:-.}
for need in "$cc" "$qemu"; do
    if ! command -v "$need" >/dev/null 2>&1; then
        echo "SKIP: no $need (apt-get install gcc-aarch64-linux-gnu qemu-user)"
        exit 77
    fi
done
if [ ! -d "$simde" ]; then
    echo "SKIP: no $simde (apt-get install libsimde-dev)"
    exit 77
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/aarch64.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$dir/include" && ln -s "$simde" "$dir/include/simde" || exit 1
flags="-std=gnu11 -O2 -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno -Itests -I. \
-I$src/tests/kernels/cross -I$src/src -I$src -isystem $dir/include"
base="status mem text hash thread"
kernels=
for f in "$src"/src/kernels/*.c; do
    case $f in *_avx2.c | *_avx512.c) ;; *) kernels="$kernels $f" ;; esac
done
# The reference against long double: the emulator computes that in software and takes minutes.
CROSS_SKIP='reference_is_the_textbook long_reads'
export CROSS_SKIP
n=0
for f in $kernels $(for b in $base; do echo "$src/src/base/$b.c"; done); do
    # shellcheck disable=SC2086
    "$cc" $flags -c "$f" -o "$dir/$(basename "$f" .c).o" || exit 1
done
for t in ${*:-extend gapless global pairhmm gram ident thread_score conv seeding}; do
    # shellcheck disable=SC2086
    "$cc" $flags -static "$src/tests/kernels/test_$t.c" "$dir"/*.o -lpthread -lm -o "$dir/$t" ||
        exit 1
    "$qemu" "$dir/$t" || {
        echo "FAIL: test_$t on aarch64"
        exit 1
    }
    n=$((n + 1))
done
echo "aarch64: $n programs passed"
