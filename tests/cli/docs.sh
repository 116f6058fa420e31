#!/bin/sh
# Help, man pages and completion say the same: every option of every command's table stands in its
# man page between the markers, word for word, and in both completion scripts.
# With UPDATE=1 the man pages are rewritten instead ("make update-man").
set -u
gw=${GENOWARP:-./genowarp}
man=${srcdir:-.}/man
pass=0 fail=0
ok() { pass=$((pass + 1)); }
bad() {
    echo "FAIL: $*"
    fail=$((fail + 1))
}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
"$gw" completion bash >"$tmp/bash" && bash -n "$tmp/bash" && ok || bad "bash completion does not parse"
"$gw" completion zsh >"$tmp/zsh" && ok || bad "zsh completion"
if command -v zsh >/dev/null; then
    zsh -n "$tmp/zsh" && ok || bad "zsh completion does not parse"
fi
for c in $("$gw" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    page=$man/genowarp-$c.1
    if [ ! -f "$page" ]; then
        bad "$c has no man page"
        continue
    fi
    "$gw" doc man-options "$c" >"$tmp/options" || bad "doc man-options $c"
    if [ "${UPDATE:-}" = 1 ]; then
        awk -v new="$tmp/options" '/^\.\\" options: end/ {skip = 0}
            !skip {print}
            /^\.\\" options: generated/ {while ((getline l < new) > 0) print l; skip = 1}' \
            "$page" >"$tmp/page" && cat "$tmp/page" >"$page"
    fi
    awk '/^\.\\" options: end/ {on = 0} on {print} /^\.\\" options: generated/ {on = 1}' "$page" >"$tmp/have"
    if cmp -s "$tmp/have" "$tmp/options"; then
        ok
    else
        bad "man/genowarp-$c.1 differs from the option table (make update-man)"
        diff "$tmp/have" "$tmp/options" | head -5
    fi
    for s in NAME SYNOPSIS DESCRIPTION OPTIONS "EXIT STATUS" EXAMPLES; do
        grep -Eq "^\\.SH \"?$s\"?\$" "$page" && ok || bad "man/genowarp-$c.1 has no $s"
    done
    "$gw" "$c" --help >"$tmp/help" 2>"$tmp/err" && [ ! -s "$tmp/err" ] && ok || bad "$c --help"
    sed -n 's/^ \{2,6\}\(-.,\)\{0,1\} *--\([A-Za-z-]*\).*/\2/p' "$tmp/help" >"$tmp/names"
    [ -s "$tmp/names" ] || bad "$c --help lists no options"
    while read -r name; do
        grep -qF -- "$(printf '%s' "\\-\\-$name" | sed 's/\([a-zA-Z]\)-/\1\\-/g')" "$page" &&
            grep -q -- "--$name" "$tmp/bash" && grep -q -- "--$name" "$tmp/zsh" &&
            ok || bad "--$name of $c is missing from man page or completion"
    done <"$tmp/names"
done
v=$("$gw" --version)
case $v in
[0-9]*.[0-9]*) ok ;;
*) bad "--version printed $v" ;;
esac
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
