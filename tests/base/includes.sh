#!/bin/sh
# Include directions: a room includes only itself and rooms on lower floors; every header compiles
# alone and is named for the file it stands in.
set -u
src=${srcdir:-.}/src
top=${srcdir:-.}
pass=0 fail=0
floor() {
    case $1 in
    base) echo 1 ;; io | kernels | cuda) echo 2 ;; engine) echo 3 ;;
    align | call | cluster | pca | fold) echo 4 ;; cli) echo 5 ;; *) echo 0 ;;
    esac
}
for room in base io kernels cuda engine align call cluster pca fold cli; do
    here=$(floor $room)
    where=$src/$room
    [ $room != cuda ] || where=$top/cuda
    bad=$(
        grep -HnE '^ *# *include "' "$where"/*.[ch] "$where"/*.cu 2>/dev/null |
            while IFS= read -r line; do
                to=$(printf '%s\n' "$line" | sed -n 's/.*include "\([a-z]*\)\/.*/\1/p')
                there=$(floor "$to")
                if [ "$there" -eq 0 ] || { [ "$to" != $room ] &&
                        [ "$room $to" != "cuda kernels" ] && [ "$there" -ge "$here" ]; }; then
                    printf '%s\n' "$line"
                fi
            done
    )
    if [ -n "$bad" ]; then
        printf '%s reaches outside its floors:\n%s\n' $room "$bad"
        fail=$((fail + 1))
    else
        pass=$((pass + 1))
    fi
done
cc=${CC:-cc}
for h in "$src"/*/*.h "$top"/cuda/*.h; do
    rel=${h#"$src"/}
    [ "$h" != "$top/cuda/rt.h" ] || continue # C++ alone
    # a template is a body for several files: it says so and has no include guard
    if head -12 "$h" | grep -qi template && ! grep -q '^#ifndef GW_' "$h"; then continue; fi
    if $cc ${CPPFLAGS_ALL:-} -std=gnu11 -Wall -Werror -fsyntax-only -I. -I"$top" -I"$src" \
        -include config.h -x c "$h" 2>includes.err; then
        pass=$((pass + 1))
    else
        echo "$rel does not compile alone:"
        head -3 includes.err
        fail=$((fail + 1))
    fi
done
rm -f includes.err
echo "$pass passed, $fail failed"
[ $fail -eq 0 ]
