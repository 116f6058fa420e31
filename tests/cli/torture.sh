#!/bin/sh
# The torture table: bad inputs, odd but good ones, and failing surroundings, run through every
# command they apply to. A row of torture.tsv (tab-separated):
#   name  make  file  runs  exit  message
# make is shell that makes the input in an empty folder holding copies of the small good files;
# file is what is given to each of runs (below); exit and message (an extended regular expression)
# are what must come back. Held for every case: exactly one line of error on stderr, at the end,
# naming the file; nothing else there but our own notes; no output, no temporary file left behind;
# good rows (exit 0) without an error. Names of rows given as arguments are run alone.
# HTSlib 1.16 forgets its buffers when a damaged file is read or closed: leaks are looked for in the
# other tests of a sanitizer build, not here.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
set -u
here=$(cd "${srcdir:-.}" && pwd)
GW_REAL=${GENOWARP:-$(pwd)/genowarp}
export GW_REAL
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
pass=0 fail=0 skip=0 silent=0

# no case may hang: exit 124 after five minutes
printf '#!/bin/sh\nexec timeout 300 "$GW_REAL" "$@"\n' >"$work/genowarp"
chmod +x "$work/genowarp"
GW=$work/genowarp
export GW
built=$("$GW" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | tr '\n' ' ')

# helpers for rows
flip() { # FILE OFFSET: one bit of a byte; a negative offset counts from the end
    size=$(wc -c <"$1")
    at=$2
    [ "$at" -ge 0 ] || at=$((size + at))
    b=$(od -An -tu1 -j "$at" -N 1 "$1" | tr -d ' ')
    printf "\\$(printf %03o $((b ^ 4)))" | dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null
}
cutat() { # FILE BYTES, or how many less when negative
    size=$(wc -c <"$1")
    n=$2
    [ "$n" -ge 0 ] || n=$((size + n))
    head -c "$n" "$1" >cut.part && mv cut.part "$1"
}
row() { printf "$@"; } # a file from a printf format
long() { awk -v n="$1" 'BEGIN {for (i = 0; i < n; i++) printf "x"}'; }
edit() { # FILE AWK-PROGRAM, tab-separated
    awk -F'\t' -v OFS='\t' "$2" "$1" >edit.part && mv edit.part "$1"
}

# the small good files
base=$work/base
mkdir "$base"
cp "$here/tests/data/phix/phix.fa" "$base/ref.fa"
sh "$here/tests/cli/shred.sh" "$here/tests/data/phix/phix_illumina.fa" 100 250 30 "$base/r" &&
    mv "$base/r_R1.fq" "$base/r1.fq" && mv "$base/r_R2.fq" "$base/r2.fq"
gzip -c "$base/r1.fq" >"$base/r1.fq.gz"
gzip -c "$base/r2.fq" >"$base/r2.fq.gz"
cp "$here/tests/data/pca/small.vcf" "$base/v.vcf"
for e in bed bim fam; do cp "$here/tests/data/pca/small.$e" "$base/v.$e"; done
gzip -dc "$here/tests/data/pca/small.beagle.gz" | head -60 >"$base/v.beagle"
cp "$here/tests/data/pca/counts.tsv" "$base/m.tsv"
cp "$here/tests/data/fold/globin.fa" "$base/q.fa"
for f in query.a3m query.hhm 1orc.pdb 1cbs.cif; do
    gzip -dc "$here/tests/data/fold/$f.gz" >"$base/q.${f#*.}"
done
"$GW" pca -k 2 --out "$base/v" "$base/v.vcf" 2>"$work/base.log"
awk '/^>/ && ++n > 20 {exit} {print}' "$here/tests/data/cluster/proteins.fa" >"$base/p.fa"
# libraries built here are measured against one of two templates, not against the starter library: cheaper
GENOWARP_DATA=$work/data
export GENOWARP_DATA
mkdir "$work/data"
(cd "$base" && "$GW" index ref.fa && "$GW" fold --build-library l.gwt q.pdb q.cif && cp l.gwt "$work/data/starter.gwt" && for o in sam bam ubam; do
    "$GW" align ref.fa r1.fq r2.fq -R '@RG\tID:a\tSM:s' --sort -O $o -o x.$o
done && "$GW" align ref.fa r1.fq r2.fq -O bam -o unsorted.bam) 2>"$work/base.log" || {
    cat "$work/base.log"
    echo "0 passed, 1 failed"
    exit 1
}

# what a run is, as the program's words
words_of() { # RUN FILE: runs $GW, or only prints the command's name when $GW is echo
    case $1 in
    align) "$GW" align ref.fa "$2" -o out.bam ;;
    sorted) "$GW" align ref.fa "$2" --sort --markdup -o out.bam ;;
    pair) "$GW" align ref.fa r1.fq "$2" -o out.bam ;;
    pair1) "$GW" align ref.fa "$2" r2.fq -o out.bam ;;
    onto) "$GW" align "$2" r1.fq r2.fq -o out.bam ;;
    query) "$GW" align --search p.fa "$2" -o out.tsv ;;
    database) "$GW" align --search "$2" p.fa -o out.tsv ;;
    index) "$GW" index "$2" -o out.gwi ;;
    check) "$GW" check "$2" ;;
    checkpair) "$GW" check --paired r1.fq "$2" ;;
    call) "$GW" call -f ref.fa "$2" --ploidy 1 -o out.vcf ;;
    callonto) "$GW" call -f "$2" x.bam --ploidy 1 -o out.vcf ;;
    pca) "$GW" pca "$2" -k 2 --out out ;;
    pcagl) "$GW" pca --gl "$2" -k 2 --out out ;;
    pcaonto) "$GW" pca --project "$2" v.vcf -o out.tsv ;;
    cluster) "$GW" cluster "$2" -o out ;;
    fold) "$GW" fold -t l.gwt "$2" ;;
    foldonto) "$GW" fold -t "$2" q.fa ;;
    foldlib) "$GW" fold --build-library out.gwt "$2" ;;
    *) return 1 ;;
    esac
}
complain() {
    echo "FAIL: $name ($run): $*"
    sed 's/^/    | /' "$work/err" | head -4
    bad=1
}
one() { # name make file run exit message
    name=$1 file=$3 run=$4 want=$5 message=$6
    case $run in
    sh:*) cmds=$(printf '%s' "$run" | grep -o '"$GW" [a-z]*' | cut -d' ' -f2) ;;
    *) cmds=$(GW=echo words_of "$run" x | cut -d' ' -f1) ;;
    esac
    for cmd in $cmds; do
        case " $built " in
        *" $cmd "*) ;;
        *)
            skip=$((skip + 1))
            return
            ;;
        esac
    done
    dir=$work/case
    rm -rf "$dir"
    cp -r "$base" "$dir"
    mkdir "$dir/tmp"
    bad=0
    (cd "$dir" && eval "$2") >"$work/err" 2>&1 || complain "the input could not be made"
    ls -A "$dir" >"$work/before"
    case $run in
    sh:*)
        (cd "$dir" && TMPDIR=$dir/tmp && export TMPDIR && eval "${run#sh:}") \
            >"$work/out" 2>"$work/err"
        got=$?
        ;;
    *)
        (cd "$dir" && TMPDIR=$dir/tmp && export TMPDIR && words_of "$run" "$file" <in.pipe) \
            >"$work/out" 2>"$work/err"
        got=$?
        ;;
    esac
    ls -A "$dir" >"$work/after"
    errors=$(grep -c '^genowarp[a-z -]*: error: ' "$work/err")
    noise=$(grep -vc '^genowarp[a-z -]*: ' "$work/err")
    [ "$got" -eq "$want" ] || complain "exit $got, not $want"
    [ "$noise" -eq 0 ] || complain "lines on stderr that are not ours"
    if [ "$want" -ne 0 ] && [ "$want" -lt 129 ]; then
        [ "$errors" -gt 0 ] || silent=$((silent + 1))
        [ "$errors" -eq 1 ] || complain "$errors lines of error"
        tail -n 1 "$work/err" | grep -Eq -- "$message" || complain "message is not /$message/"
        [ "$file" = - ] || tail -n 1 "$work/err" | grep -qF -- "$file" || complain "$file is not named"
        cmp -s "$work/before" "$work/after" || complain "left behind: $(comm -13 "$work/before" "$work/after" | tr '\n' ' ')"
        case $run in check* | sh:*check*) ;; *) [ ! -s "$work/out" ] || complain "output on stdout" ;; esac
    elif [ "$errors" -ne 0 ]; then
        complain "an error was printed"
    fi
    [ -z "$(ls -A "$dir/tmp")" ] || complain "temporary files left: $(ls -A "$dir/tmp")"
    ls -A "$dir" | grep -q '\.tmp$' && complain "unfinished output left"
    if [ $bad -eq 0 ]; then pass=$((pass + 1)); else fail=$((fail + 1)); fi
}
: >"$base/in.pipe"
tab=$(printf '\t')
while IFS= read -r line; do
    case $line in '#'* | '') continue ;; esac
    name=$(printf '%s' "$line" | cut -f1)
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    make=$(printf '%s' "$line" | cut -f2)
    file=$(printf '%s' "$line" | cut -f3)
    runs=$(printf '%s' "$line" | cut -f4)
    want=$(printf '%s' "$line" | cut -f5)
    message=$(printf '%s' "$line" | cut -f6)
    case $runs in
    sh:*) one "$name" "$make" "$file" "$runs" "$want" "$message" ;;
    *) for r in $runs; do one "$name" "$make" "$file" "$r" "$want" "$message"; done ;;
    esac
done <"$here/tests/cli/torture.tsv"
[ $skip -eq 0 ] || echo "$skip cases are of commands that are not built"
echo "$silent silent failures"
echo "$pass passed, $fail failed"
[ $fail -eq 0 ] && [ $pass -gt 0 ]
