#!/bin/sh
# Failing surroundings: the Nth allocation, read or write of a small run of every command fails;
# file sizes are limited; the process is killed at random points. Held: the exit status is one of
# ours (0 where nothing was lost), never a crash; no output is left unless it is complete; nothing
# stays in the temporary folder. FAULTS=N tries N points of each kind a command (default 6).
set -u
here=$(cd "${srcdir:-.}" && pwd)
GW=${GENOWARP:-$(pwd)/genowarp}
faults=${FAULTS:-6}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
so=$work/faultinj.so
command -v pgrep >/dev/null || {
    echo "pgrep (Debian: procps) is not here; skipped"
    exit 77
}
${CC:-cc} -shared -fPIC -O1 -o "$so" "$here/tests/cli/faultinj.c" -ldl 2>"$work/cc.log" || {
    echo "no shim can be built here; skipped"
    exit 77
}
if ldd "$GW" | grep -q asan; then
    echo "a sanitizer owns malloc here; skipped"
    exit 77
fi
built=$("$GW" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | tr '\n' ' ')
pass=0 fail=0
STOP= # what runs the program: nothing, or what sends it a signal
cd "$work" || exit 1
cp "$here/tests/data/phix/phix.fa" ref.fa
sh "$here/tests/cli/shred.sh" "$here/tests/data/phix/phix_illumina.fa" 100 250 30 r
gzip r_R1.fq r_R2.fq
cp "$here/tests/data/pca/small.vcf" v.vcf
awk '/^>/ && ++n > 1 {exit} {print}' "$here/tests/data/fold/globin.fa" >q.fa
for f in 1orc.pdb 1cbs.cif; do
    gzip -dc "$here/tests/data/fold/$f.gz" >s."${f#*.}"
done
"$GW" index ref.fa 2>/dev/null &&
    "$GW" fold --build-library l.gwt s.pdb s.cif 2>/dev/null &&
    "$GW" align ref.fa r_R1.fq.gz r_R2.fq.gz --sort -O bam -o x.bam 2>/dev/null &&
    "$GW" call -f ref.fa x.bam --ploidy 1 --gvcf -o x.g.vcf 2>/dev/null || exit 1
sed '/^#CHROM/s/$/2/' x.g.vcf >y.g.vcf
head -n 120 "$here/tests/data/cluster/proteins.fa" >p.fa
tail -n 6 p.fa >some.fa
head -n 60 p.fa | "$GW" cluster - --min-seq-id .5 >old.tsv 2>/dev/null || exit 1
head -n 100 "$here/tests/data/cluster/amplicons.fa" >a.fa
cp "$here"/tests/data/cluster/points*.tsv .
awk 'BEGIN {print "@SQ\tSN:c1\tLN:9000"
    for (i = 0; i < 200; i++) printf "r%d_%s\t0\tc1\t%d\t60\t8M\t*\t0\t0\tACGTACGT\tIIIIIIII\n", i, \
        substr("ACGTTGCAAC", 1 + i % 7, 4), 1 + int(i / 20)}' >u.sam
# the library built below is measured against one of two templates, not against the starter library: cheaper
mkdir tmp out data && cp l.gwt data/starter.gwt
GENOWARP_DATA=$work/data
export GENOWARP_DATA

# the small runs; each writes into out/ only
run_of() {
    case $1 in
    index) set -- index ref.fa -o out/x.gwi ;;
    align) set -- align ref.fa r_R1.fq.gz r_R2.fq.gz -O sam -o out/x.sam ;;
    sorted) set -- align ref.fa r_R1.fq.gz r_R2.fq.gz --sort --markdup --write-index --json out/x.json -o out/x.bam ;;
    search) set -- align --search p.fa some.fa -k 5 --max-mem 1M --json out/s.json -o out/s.tsv ;;
    call) set -- call -f ref.fa x.bam --ploidy 1 -o out/x.vcf ;;
    gvcf) set -- call -f ref.fa x.bam --ploidy 1 --gvcf -o out/x.g.vcf ;;
    joint) set -- call -f ref.fa --joint x.g.vcf y.g.vcf -o out/x.vcf ;;
    check) set -- check x.bam r_R1.fq.gz v.vcf ref.fa.gwi -o out/x.txt ;;
    pca) set -- pca v.vcf -k 2 --out out/p ;;
    fold) set -- fold -t l.gwt q.fa --force -o out ;;
    foldlib) set -- fold --build-library out/l.gwt s.pdb s.cif ;;
    cluster) set -- cluster p.fa --min-seq-id .5 --msa fasta --consensus --json out/c.json -o out/c ;;
    update) set -- cluster p.fa --min-seq-id .5 --update old.tsv -o out/c ;;
    denoise) set -- cluster a.fa --sizein --denoise --chimeras perfect --otu-table out/t.tsv -o out/d ;;
    umi) set -- cluster --umi name u.sam --consensus -o out/u ;;
    samples) set -- cluster --samples points.tsv --method gmm --labels points.expected.tsv -o out/s ;;
    tree) set -- cluster --samples points.tsv --method hclust -k 3 -o out/s ;;
    esac
    $STOP "$GW" "$@" -@ 2
}
complain() {
    echo "FAIL: $run: $what: $*"
    tail -n 2 err | sed 's/^/    | /'
    bad=1
}
# Every file in out/ is byte for byte what a good run makes (reports hold no times).
judge() { # the statuses that are right
    bad=0
    case " $1 " in *" $got "*) ;; *) complain "exit $got" ;; esac
    for f in out/* out/.[!.]*; do
        [ -e "$f" ] || continue
        case $f in
        *.tmp) [ "$got" -eq 137 ] || complain "left behind: $f" ;;
        out/x.txt) ;; # of check: says what it saw
        *) cmp -s "$f" "good.$run/$(basename "$f")" || complain "$f is not whole" ;;
        esac
    done
    [ "$got" -ne 0 ] || [ "$(ls out)" = "$(ls "good.$run")" ] || complain "success, but outputs are missing"
    [ -z "$(ls -A tmp)" ] || complain "temporary files left"
    if [ "$got" -gt 0 ] && [ "$got" -lt 128 ]; then
        [ "$(grep -c ': error: ' err)" -eq 1 ] || complain "not one line of error"
    fi
    rm -rf out tmp
    mkdir out tmp
    if [ $bad -eq 0 ]; then pass=$((pass + 1)); else fail=$((fail + 1)); fi
}
under_shim() { # KIND AT
    (
        export LD_PRELOAD="$so" FAULT_KIND="$1" FAULT_AT="$2" FAULT_COUNT="$work/count" TMPDIR="$work/tmp"
        run_of "$run"
    ) >log 2>err
    got=$?
}
for run in ${RUNS:-index align sorted search call gvcf joint check pca cluster update denoise umi samples tree fold foldlib}; do
    word=$run
    case $run in
    sorted | search) word=align ;;
    gvcf | joint) word=call ;;
    update | denoise | umi | samples | tree) word=cluster ;;
    foldlib) word=fold ;;
    esac
    case " $built " in *" $word "*) ;; *) continue ;; esac
    run_of "$run" >log 2>err || { echo "FAIL: $run does not run at all"; tail -n 2 err; fail=$((fail + 1)); continue; }
    mv out "good.$run"
    mkdir out
    for kind in malloc read write; do
        ok="0 65 66 73 74 104"
        [ $kind != malloc ] || { ok="0 104"; FAULT_OWN=1; export FAULT_OWN; }
        what="$kind, none fails"
        under_shim $kind 0
        judge 0
        n=$(cat count)
        i=0
        while [ $i -lt "$faults" ] && [ "$n" -gt 0 ]; do
            # the first, the last, and points spread between by a fixed sequence
            at=$((1 + (i * 7919 + i * i * 31) % n))
            [ $i -ne 1 ] || at=$n
            for FAULT_ALL in '' 1; do
                if [ -n "$FAULT_ALL" ]; then export FAULT_ALL; else unset FAULT_ALL; fi
                what="$kind $at of $n${FAULT_ALL:+ and all after}"
                under_shim $kind $at
                judge "$ok"
            done
            unset FAULT_ALL
            i=$((i + 1))
        done
        unset FAULT_OWN
    done
    # a limit on file size: what stdio and libraries write without the shim seeing it
    for blocks in 0 1 8; do
        what="files of at most $blocks blocks"
        # through a pipe, which has no size: the message must not be limited
        said=$(
            trap '' XFSZ
            ulimit -f $blocks
            TMPDIR=$work/tmp run_of "$run" 2>&1 >/dev/null
            echo $?
        )
        got=$(printf '%s\n' "$said" | tail -n 1)
        printf '%s\n' "$said" | sed '$d' >err
        judge "0 73 74"
    done
    # kill -9: absent or complete
    i=0
    while [ $i -lt "$faults" ]; do
        what="kill -9 after $((i * 6)) ms"
        TMPDIR=$work/tmp run_of "$run" >log 2>err &
        sleep "$(printf '0.%03d' $((i * 6)))"
        pid=$!
        kill -9 "$(pgrep -P "$pid" | head -n 1)" 2>/dev/null || kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        got=$?
        judge "0 137"
        i=$((i + 1))
    done
    # signals that can be caught leave nothing at all; timeout sends them, for a shell's background
    # jobs do not get SIGINT
    for sig in TERM HUP INT PIPE; do
        for after in 0.004 0.02 0.05; do
            what="SIG$sig after $after s"
            STOP="timeout --preserve-status -s $sig $after"
            TMPDIR=$work/tmp run_of "$run" >log 2>err
            got=$?
            STOP=
            judge "0 129 130 141 143"
        done
    done
done
echo "$pass passed, $fail failed"
[ $fail -eq 0 ] && [ $pass -gt 0 ]
