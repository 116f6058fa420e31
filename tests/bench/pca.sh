#!/bin/sh
# genowarp pca beside plink2, plink1.9, flashpca, PCAone and smartpca in one run: CPU seconds, memory
# and 1 - MEV.
# usage: pca.sh WORKDIR [SAMPLES VARIANTS POPULATIONS]; builds nothing but the simulated set.
# GENOWARP, SIMGENO: the programs (default: ./genowarp, ./tests/bench/simgeno). PEERS: which to run
# (default: all of them, those of plink2 from BCF and of smartpca's fastmode too; those not on PATH are
# left out, and said so). Debian's /usr/bin/smartpca is a wrapper that takes no -p: PATH=/usr/lib/eigensoft:$PATH.
# 1 - MEV is against genowarp's exact mode, which its tests hold to a dense decomposition.
set -eu
work=$1 n=${2:-2000} m=${3:-200000} pops=${4:-11}
gw=${GENOWARP:-$(pwd)/genowarp} sim=${SIMGENO:-$(pwd)/tests/bench/simgeno}
peers=${PEERS-PCAone flashpca plink2 plink2-bcf plink1.9 plink2-approx smartpca smartpca-fast}
mkdir -p "$work"
cd "$work"
[ -f sim.bed ] || "$sim" sim "$n" "$m" "$pops" 0.01 0.01 1
mev() { # reference, other: 1 - MEV of the first 10 components; columns are brought to length 1
    awk 'FNR == 1 {f++; short = $1 == "#IID"} /^#|^FID|eigvals/ {next} {i = ++rows[f];
        o = short || f == 2 && NF == 12 && $NF !~ /^[-0-9.e]+$/ ? 1 : 2
        for (c = 1; c <= 10; c++) {x[f, i, c] = $(c + o); s[f, c] += $(c + o) ^ 2}}
        END {for (a = 1; a <= 10; a++) for (b = 1; b <= 10; b++) {d = 0
            for (i = 1; i <= rows[1]; i++) d += x[1, i, a] * x[2, i, b]
            sum += d * d / (s[1, a] * s[2, b])}
        printf "%.1e", 1 - sum / 10}' "$1" "$2"
}
run() { # name, eigenvec ("" = none), command...
    name=$1 vec=$2
    shift 2
    if /usr/bin/time -o time.txt -f "%U %S %e %M" "$@" >"$name.log" 2>&1; then
        set -- $(tail -1 time.txt)
        printf '%-28s %8.2f %8.2f %8.0f  %s\n' "$name" "$(echo "$1 $2" | awk '{print $1 + $2}')" "$3" \
            "$(($4 / 1000))" "$([ -n "$vec" ] && mev exact.eigenvec "$vec" || true)"
    else
        printf '%-28s failed: %s\n' "$name" "$(tail -1 "$name.log")"
    fi
}
echo "$n samples x $m variants, k = 10, $(nproc) cores, $(uname -m); $("$gw" --version)"
printf '%-28s %8s %8s %8s  %s\n' command CPU_s wall_s MB 1-MEV
run exact exact.eigenvec "$gw" pca --maf 0 --method exact --out exact sim.bed
run krylov krylov.tsv "$gw" pca --maf 0 --method krylov -o krylov.tsv sim.bed
run krylov-1-thread krylov1.tsv "$gw" pca -@ 1 --maf 0 --method krylov -o krylov1.tsv sim.bed
cmp krylov.tsv krylov1.tsv
if command -v plink2 >/dev/null; then
    [ -f simb.bcf ] || plink2 --bfile sim --export bcf --out simb >/dev/null
    run krylov-bcf krylovb.tsv "$gw" pca --maf 0 --method krylov -o krylovb.tsv simb.bcf
    run krylov-bcf-pipe krylovp.tsv sh -c 'cat simb.bcf | "$0" pca --maf 0 --method krylov -o krylovp.tsv -' "$gw"
    cmp krylov.tsv krylovb.tsv && cmp krylov.tsv krylovp.tsv
    [ -f simv.vcf.gz ] || plink2 --bfile sim --export vcf bgz --out simv >/dev/null
    run krylov-vcf-gz krylovv.tsv "$gw" pca --maf 0 --method krylov -o krylovv.tsv simv.vcf.gz
    cmp krylov.tsv krylovv.tsv
fi
for p in $peers; do
    command -v "${p%%-*}" >/dev/null || { echo "$p: not installed"; continue; }
    case $p in
    plink2) run plink2 p2.eigenvec plink2 --bfile sim --pca 10 --out p2 ;;
    plink2-approx) run plink2-approx p2a.eigenvec plink2 --bfile sim --pca 10 approx --out p2a ;;
    plink2-bcf) run plink2-bcf p2b.eigenvec plink2 --bcf simb.bcf --pca 10 --out p2b ;;
    PCAone) run PCAone po.eigvecs2 PCAone -b sim -k 10 -n 2 -o po -v 0 ;;
    flashpca) run flashpca fp.vec flashpca --bfile sim -d 10 --numthreads 1 --outvec fp.vec --outval fp.val --outpc fp.pc --outpve fp.pve ;;
    plink1.9) run plink1.9 p1.eigenvec plink1.9 --bfile sim --pca 10 --out p1 ;;
    smartpca | smartpca-fast)
        awk '{$6 = 1} {print}' sim.fam >sim.pedind
        fast=$([ "$p" = smartpca ] && echo NO || echo YES)
        printf 'genotypename: sim.bed\nsnpname: sim.bim\nindivname: sim.pedind\nevecoutname: %s.evec\nevaloutname: %s.eval\nnumoutevec: 10\nnumoutlieriter: 0\nhiprecision: YES\nfastmode: %s\n' \
            "$p" "$p" "$fast" >"$p.par"
        run "$p" "$p.evec" smartpca -p "$p.par"
        ;;
    esac
done
