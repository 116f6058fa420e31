#!/bin/sh
# The same damaged inputs given to the field's tools and to genowarp: who refuses, who carries on.
# Usage: torture_peers.sh >table   (from a build folder; peers that are not installed are left out)
# A cell is: refuses (exit status not 0), says (exit 0, but its stderr has a word of warning that the
# good input does not bring), SILENT (exit 0, no such word), CRASH (ended by a signal), HANG (20 s), - (does not apply).
# bcftools means mpileup | call for alignments, and fails when one of the two does.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
GW=${GENOWARP:-$(pwd)/genowarp}
GENOWARP=$GW
# what a tool does with FILE
run() { # TOOL FILE
    case $1 in
    "genowarp align") "$GW" align ref.fa "$2" ;;
    "genowarp align, mates") "$GW" align ref.fa r1.fq "$2" ;;
    "genowarp index") "$GW" index "$2" -o o.gwi ;;
    "genowarp call") "$GW" call -f ref.fa "$2" --ploidy 1 ;;
    "genowarp check") "$GW" check "$2" ;;
    "genowarp pca") "$GW" pca "$2" -k 2 ;;
    "genowarp cluster") "$GW" cluster "$2" ;;
    "bwa mem") bwa mem ref.fa "$2" ;;
    "bwa mem, mates") bwa mem ref.fa r1.fq "$2" ;;
    "bwa index") cp "$2" i.fa && bwa index i.fa ;;
    "minimap2") minimap2 -ax sr ref.fa "$2" ;;
    "minimap2, mates") minimap2 -ax sr ref.fa r1.fq "$2" ;;
    "minimap2 -d") minimap2 -d o.mmi "$2" ;;
    "samtools faidx") cp "$2" i.fa && rm -f i.fa.fai && samtools faidx i.fa ;;
    "samtools sort")
        case $2 in *.unsorted.* | *.other.*) return 99 ;; esac # nothing that sorting would see
        samtools sort "$2" -o o.bam ;;
    "samtools import") samtools import -0 "$2" -o o.bam ;;
    "bcftools") { bcftools mpileup -f ref.fa "$2" || echo $? >status.1; } | bcftools call -mv -o o.vcf &&
        [ ! -s status.1 ] ;;
    "bcftools view") bcftools view "$2" -o o.vcf ;;
    "freebayes")
        case $2 in *.sam) return 99 ;; esac # reads BAM and CRAM
        freebayes -f ref.fa "$2" ;;
    "plink2") plink2 --vcf "$2" --allow-extra-chr --make-pgen --out o ;;
    "mmseqs") mmseqs easy-linclust "$2" o tmp --threads 1 ;;
    "cd-hit") cd-hit -i "$2" -o o ;;
    "vsearch") vsearch --cluster_fast "$2" --id 0.9 --centroids o --notrunclabels ;;
    "vsearch, fastq") vsearch --fastx_filter "$2" --fastaout o ;;
    esac
}
export GENOWARP
if [ "${1:-}" = --one ]; then
    cd "$PEERS_DIR" || exit 1
    run "$2" "$3"
    exit $?
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
has() { command -v "$1" >/dev/null 2>&1; }

cp "$here/data/phix/phix.fa" ref.fa
sh "$here/cli/shred.sh" "$here/data/phix/phix_illumina.fa" 100 250 30 r
mv r_R1.fq r1.fq && mv r_R2.fq r2.fq
awk '/^>/ && ++n > 60 {exit} {print}' "$here/data/cluster/proteins.fa" >p.fa
awk '/^>/ && ++n > 60 {exit} {print}' "$here/data/cluster/amplicons.fa" >n.fa
cp "$here/data/pca/small.vcf" v.vcf
"$GW" align ref.fa r1.fq r2.fq -R '@RG\tID:a\tSM:s' --sort -O bam -o x.bam 2>/dev/null || exit 1
! has bwa || bwa index ref.fa 2>/dev/null
! has samtools || { samtools faidx ref.fa && samtools index x.bam; }

words='\[[EW]::|warn|error|not sorted|fail|truncat|invalid|corrupt|cannot|unexpected|missing|skip|discard'
complaints() { grep -Eic "$words" "$1"; }
outcome() { # TOOL FILE: into $cell, and the number of complaints into $n_said
    rm -rf tmp o o.* status.1
    # timeout needs a program: this script again, to run one tool
    timeout 20 sh "$self" --one "$1" "$2" >out 2>err
    rc=$?
    [ "$1" != plink2 ] || cat out >>err
    [ "$1" != mmseqs ] || cat out >>err
    n_said=$(complaints err)
    if [ $rc -eq 124 ]; then cell=HANG
    elif [ $rc -eq 99 ]; then cell=-
    elif [ $rc -ge 129 ] && [ $rc -lt 160 ]; then cell="CRASH ($rc)"
    elif [ $rc -ne 0 ]; then cell="refuses"
    else cell=silent; fi
}
self=$here/bench/$(basename "$0")
table() { # TITLE GOOD-FILE TOOL... ; then rows "name<tab>make" on stdin; the input is made as b.EXT
    title=$1 good=$2
    shift 2
    printf '\n| %s |' "$title"
    for t in "$@"; do printf ' %s |' "$t"; done
    printf '\n|---|'
    for t in "$@"; do printf -- '---|'; done
    printf '\n'
    i=0
    for t in "$@"; do # what the good input brings
        i=$((i + 1))
        outcome "$t" "$good"
        eval "base$i=$n_said"
        [ "$cell" = silent ] || echo "$t does not take the good $good: $cell" >&2
    done
    while IFS="$(printf '\t')" read -r name make; do
        rm -f b.*
        eval "$make" </dev/null
        file=$(ls b.* | head -n 1)
        printf '| %s |' "$name"
        i=0
        for t in "$@"; do
            i=$((i + 1))
            outcome "$t" "$file"
            eval "before=\$base$i"
            if [ "$cell" = silent ]; then
                [ "$n_said" -gt "$before" ] && cell=says || cell='**SILENT**'
            fi
            printf ' %s |' "$cell"
        done
        printf '\n'
    done
}
flip() { # FILE: one bit in its middle
    at=$(($(wc -c <"$1") / 2))
    b=$(od -An -tu1 -j $at -N 1 "$1" | tr -d ' ')
    printf "\\$(printf %03o $((b ^ 4)))" | dd of="$1" bs=1 seek=$at conv=notrunc 2>/dev/null
}
present() { # the tools of a list whose program is here
    for t in "$@"; do
        case $t in genowarp*) ;; *) has "${t%%[ ,]*}" || continue ;; esac
        printf '%s\n' "$t"
    done
}
with() { # TITLE GOOD TOOL...: table of the tools that are here
    t1=$1 t2=$2
    shift 2
    list=$(present "$@")
    oldifs=$IFS
    IFS='
'
    # shellcheck disable=SC2086
    set -- $list
    IFS=$oldifs
    table "$t1" "$t2" "$@"
}

PEERS_DIR=$work
export PEERS_DIR

with "reads" r1.fq "genowarp align" "bwa mem" minimap2 "samtools import" "vsearch, fastq" <<'ROWS'
a quality string one too short	sed '400s/.$//' r1.fq >b.fq
cut inside a record	head -c 20000 r1.fq >b.fq
a + line missing	sed 403d r1.fq >b.fq
a sequence line missing	sed 402d r1.fq >b.fq
control characters in qualities	awk 'NR == 404 {$0 = substr($0, 1, 20) "\001" substr($0, 22)} {print}' r1.fq >b.fq
a digit among the bases	sed '402s/^..../AC5T/' r1.fq >b.fq
gzip cut in the middle	gzip -c r1.fq >b.gz; head -c $(($(wc -c <b.gz) / 2)) b.gz >b.fq.gz; rm b.gz
gzip with one bit changed	gzip -c r1.fq >b.fq.gz; flip b.fq.gz
binary junk	awk 'BEGIN {srand(1); for (i = 0; i < 5000; i++) printf "%c", 128 + rand() * 127}' >b.fq
an HTML page	printf '<html>404</html>\n' >b.fq
empty	: >b.fq
ROWS
with "second mates" r2.fq "genowarp align, mates" "bwa mem, mates" "minimap2, mates" <<'ROWS'
names differ from the first file's	sed '401s/.*/@other/' r2.fq >b.fq
another order	paste - - - - <r2.fq | sort -r | tr '\t' '\n' >b.fq
fewer records	head -n 400 r2.fq >b.fq
ROWS
with "references" ref.fa "genowarp index" "bwa index" "minimap2 -d" "samtools faidx" <<'ROWS'
one contig twice	cat ref.fa ref.fa >b.fa
empty	: >b.fa
binary junk	awk 'BEGIN {srand(2); for (i = 0; i < 5000; i++) printf "%c", 128 + rand() * 127}' >b.fa
a contig without sequence	{ printf '>none\n'; cat ref.fa; } >b.fa
protein	printf '>p\nMEFLIPQQEMEFLIPQQE\n' >b.fa
a digit among the bases	sed '3s/^./5/' ref.fa >b.fa
ROWS
with "alignments" x.bam "genowarp call" bcftools freebayes "samtools sort" <<'ROWS'
BAM without its end marker	head -c -28 x.bam >b.bam
BAM cut inside a block	head -c -400 x.bam >b.bam
BAM with one bit changed	cp x.bam b.bam; flip b.bam
SAM cut inside a line	"$GW" align ref.fa r1.fq --sort -O sam 2>/dev/null | head -c -120 >b.sam
SAM with a CIGAR of another length	"$GW" align ref.fa r1.fq --sort -O sam 2>/dev/null | awk -F'\t' -v OFS='\t' '!/^@/ && !n++ {$6 = "90M"} {print}' >b.sam
not sorted	"$GW" align ref.fa r1.fq r2.fq -R '@RG\tID:a\tSM:s' -O bam -o b.unsorted.bam 2>/dev/null
made with another sequence of that name	awk 'NR > 1 {gsub(/A/, "t")} {print toupper($0)}' ref.fa | sed "1s/.*/$(head -n 1 ref.fa)/" >other.fa; "$GW" align other.fa r1.fq r2.fq -R '@RG\tID:a\tSM:s' --sort -O sam 2>/dev/null | sed 's/\tM5:[^\t]*//' | samtools view -b -o b.other.bam
ROWS
with "variants" v.vcf "genowarp check" "genowarp pca" "bcftools view" plink2 <<'ROWS'
cut inside a line	head -c -700 v.vcf >b.vcf
genotype of an allele that is not there	awk -F'\t' -v OFS='\t' '!/^#/ && ++n == 9 {$10 = "0/9"} {print}' v.vcf >b.vcf
a sample column missing	awk -F'\t' -v OFS='\t' '!/^#/ && ++n == 9 {NF = NF - 1} {print}' v.vcf >b.vcf
POS is text	awk -F'\t' -v OFS='\t' '!/^#/ && ++n == 9 {$2 = "abc"} {print}' v.vcf >b.vcf
REF is Z	awk -F'\t' -v OFS='\t' '!/^#/ && ++n == 9 {$4 = "Z"} {print}' v.vcf >b.vcf
a sample twice	awk -F'\t' -v OFS='\t' '/^#C/ {$11 = $10} {print}' v.vcf >b.vcf
gzip with one bit changed	gzip -c v.vcf >b.vcf.gz; flip b.vcf.gz
ROWS
with "proteins" p.fa "genowarp cluster" mmseqs cd-hit <<'ROWS'
one name twice	cat p.fa p.fa >b.fa
a digit among the residues	sed '2s/^./5/' p.fa >b.fa
a record without sequence	{ cat p.fa; printf '>x\n'; } >b.fa
gzip cut in the middle	gzip -c p.fa >b.gz; head -c $(($(wc -c <b.gz) / 2)) b.gz >b.fa.gz; rm b.gz
gzip with one bit changed	gzip -c p.fa >b.fa.gz; flip b.fa.gz
binary junk	awk 'BEGIN {srand(3); for (i = 0; i < 5000; i++) printf "%c", 128 + rand() * 127}' >b.fa
empty	: >b.fa
ROWS
with "nucleotide families" n.fa "genowarp cluster" vsearch <<'ROWS'
one name twice	cat n.fa n.fa >b.fa
a digit among the bases	sed '2s/^./5/' n.fa >b.fa
a record without sequence	{ cat n.fa; printf '>x\n'; } >b.fa
gzip cut in the middle	gzip -c n.fa >b.gz; head -c $(($(wc -c <b.gz) / 2)) b.gz >b.fa.gz; rm b.gz
binary junk	awk 'BEGIN {srand(4); for (i = 0; i < 5000; i++) printf "%c", 128 + rand() * 127}' >b.fa
empty	: >b.fa
ROWS
