#!/bin/sh
# Golden command tests. Each folder in tests/cli/golden holds `cmd`, a shell snippet run in an
# empty folder with $GW (the program), $DATA (tests/data) and $REFS (refs), and what is expected:
# `stdout`, `stderr` (absent = empty) and `status` (absent = 0). UPDATE=1 rewrites the
# expectations: read the diff before committing it. Names given as arguments are run alone.
set -u
here=$(cd "${srcdir:-.}" && pwd)
GW=${GENOWARP:-$(pwd)/genowarp}
DATA=$here/tests/data
REFS=$here/refs
export GW DATA REFS
pass=0 fail=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- $(cd "$here/tests/cli/golden" && ls)
check() { # expected, actual, what
    if [ "${UPDATE:-}" = 1 ]; then
        if [ -s "$2" ]; then cp "$2" "$1"; else rm -f "$1"; fi
    fi
    [ -f "$1" ] || : >"$work/empty"
    want=$1
    [ -f "$1" ] || want=$work/empty
    cmp -s "$want" "$2" && return 0
    echo "FAIL: $name: $3 differs:"
    diff "$want" "$2" | head -8
    return 1
}
for name; do
    case=$here/tests/cli/golden/$name
    mkdir "$work/$name"
    (cd "$work/$name" && sh "$case/cmd") >"$work/out" 2>"$work/raw"
    status=$?
    sed "s|$here|SRC|g; s|$work|TMP|g" "$work/raw" >"$work/err"
    : >"$work/status"
    [ $status -eq 0 ] || echo $status >"$work/status"
    if check "$case/status" "$work/status" "exit status" && check "$case/stdout" "$work/out" stdout &&
        check "$case/stderr" "$work/err" stderr; then
        pass=$((pass + 1))
    else
        fail=$((fail + 1))
    fi
done
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
