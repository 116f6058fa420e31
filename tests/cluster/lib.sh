# What the shell tests of cluster share: sourced, with gw, data, tmp and the counters.
gw=${GENOWARP:-./genowarp}
data=${srcdir:-.}/tests/data/cluster
pass=0 fail=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
is() { [ "$1" = "$2" ] && ok || bad "$3: got '$1', expected '$2'"; }
run() { # as the command line says; MODE=--samples goes first
    "$gw" cluster ${MODE:-} "$@" >"$tmp/out" 2>"$tmp/err"
    status=$?
}
refused() { # status, text, what: of the last run; one line of error, nothing on stdout
    [ "$status" -eq "$1" ] && grep -q -- "$2" "$tmp/err" && [ ! -s "$tmp/out" ] &&
        [ "$(grep -c error: "$tmp/err")" -eq 1 ] && ok || {
        bad "$3: exit $status"
        cat "$tmp/err"
    }
}
