#!/bin/sh
# Cuts a FASTA into overlapping read pairs: shred.sh REF.fa READ_LENGTH INSERT STEP PREFIX
# writes PREFIX_R1.fq and PREFIX_R2.fq; error-free, quality I; names tell contig and start (1-based).
set -eu
awk -v len="$2" -v insert="$3" -v step="$4" -v out="$5" '
function revcomp(s,   r, i) {
    r = ""
    for (i = length(s); i > 0; i--) r = r comp[substr(s, i, 1)]
    return r
}
function shred(   i, a, b) {
    for (i = 1; i + insert - 1 <= length(seq); i += step) {
        n++
        a = substr(seq, i, len)
        b = revcomp(substr(seq, i + insert - len, len))
        printf "@%s:%d:%d\n%s\n+\n%s\n", name, i, n, n % 2 ? a : b, qual > (out "_R1.fq")
        printf "@%s:%d:%d\n%s\n+\n%s\n", name, i, n, n % 2 ? b : a, qual > (out "_R2.fq")
    }
}
BEGIN {
    comp["A"] = "T"; comp["C"] = "G"; comp["G"] = "C"; comp["T"] = "A"; comp["N"] = "N"
    for (i = 0; i < len; i++) qual = qual "I"
}
/^>/ { shred(); seq = ""; name = substr($1, 2); next }
{ seq = seq toupper($0) }
END { shred() }' "$1"
