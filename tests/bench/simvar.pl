#!/usr/bin/perl
# simvar.pl REF.fa CONTIG BEG END SEED PREFIX -- a made-up person for benchmarks of callers
#
# Puts random SNVs and indels (half of the indels in tandem repeats, lengths 1 to 50 with a heavy
# tail, 3:2 heterozygous to homozygous, some with two different alternative alleles, a tenth close to
# the variant before) into CONTIG:BEG-END (1-based, closed) of REF.fa and writes PREFIX.vcf (phased
# truth, left-aligned) and PREFIX.fa (two haplotypes of the region) for a read simulator.
use strict;
use warnings;

my ($ref, $contig, $beg, $end, $seed, $prefix) = @ARGV;
die "usage: simvar.pl REF.fa CONTIG BEG END SEED PREFIX\n" unless defined $prefix;
srand($seed);
my ($seq, $on) = ("", 0);
open(my $in, "<", $ref) or die "$ref: $!\n";
while (<$in>) {
    chomp;
    if (/^>(\S+)/) { $on = $1 eq $contig; next; }
    $seq .= uc $_ if $on;
}
close $in;
die "$contig is not in $ref\n" unless length $seq;
my $len = length $seq;

# tandem repeats of the region: [start0, length, period]
my @str;
for my $p (1 .. 4) {
    my $min = $p == 1 ? 7 : $p == 2 ? 8 : $p * 3;
    my $run = 0;
    for (my $i = $beg - 1 + $p; $i <= $end; $i++) {
        if ($i < $end && substr($seq, $i, 1) eq substr($seq, $i - $p, 1) && substr($seq, $i, 1) ne "N") {
            $run++;
            next;
        }
        push @str, [$i - $run - $p, $run + $p, $p] if $run + $p >= $min;
        $run = 0;
    }
}

sub base { substr("ACGT", int(rand 4), 1) }
sub indel_len {
    my $x = rand;
    return 1 if $x < .46;
    return 2 if $x < .63;
    return 3 if $x < .70;
    return 4 if $x < .80;
    my $l = 5;
    $l++ while $l < 50 && rand() < .86;
    return $l;
}

my (@var, %used);
my $n = int(($end - $beg + 1) / 590);
my $last = 0;
sub left_align {
    my ($pos, $r, $a) = @_; # 0-based position of the first letter
    while (1) {
        if (length $r && length $a && substr($r, -1) eq substr($a, -1)) {
            chop $r; chop $a;
            next if length $r && length $a;
        }
        if (!length $r || !length $a) {
            $pos--;
            my $b = substr($seq, $pos, 1);
            $r = $b . $r; $a = $b . $a;
            last if $b eq "N"; # the caller refuses it; an assembly gap can be millions long
            next if substr($r, -1) eq substr($a, -1);
        }
        last;
    }
    while (length $r > 1 && length $a > 1 && substr($r, 0, 1) eq substr($a, 0, 1)) {
        $r = substr($r, 1); $a = substr($a, 1); $pos++;
    }
    return ($pos, $r, $a);
}
my $tries = 0;
while (@var < $n && $tries++ < 100 * $n) {
    my $pos = $beg + 300 + int(rand($end - $beg - 600));
    $pos = $last + 2 + int(rand 25) if $last && rand() < .1;
    my ($r, $a, $a2, $p0) = ("", "", undef, $pos - 1);
    if (rand() < .835) {
        $r = substr($seq, $p0, 1);
        next if $r !~ /[ACGT]/;
        my %ti = qw(A G G A C T T C);
        do { $a = rand() < .55 ? $ti{$r} : base() } while $a eq $r;
        if (rand() < .001) { do { $a2 = base() } while $a2 eq $r || $a2 eq $a; }
    } elsif (rand() < .5 && @str) {
        my ($s, $l, $p) = @{$str[int rand @str]};
        my $u = 1;
        $u++ while $u < 8 && rand() < .3;
        my $k = $u * $p;
        next if $s < $beg + 300 || $s + $l > $end - 300;
        my $unit = substr($seq, $s, $p);
        if (rand() < .5 && $k < $l) {
            ($p0, $r, $a) = left_align($s, substr($seq, $s, $k), "");
            $a2 = $r . $unit if rand() < .04;
        } else {
            ($p0, $r, $a) = left_align($s, "", $unit x $u);
            $a2 = $a . $unit if rand() < .04;
        }
    } else {
        my $k = indel_len();
        if (rand() < .5) {
            ($p0, $r, $a) = left_align($p0, substr($seq, $p0, $k), "");
        } else {
            my $ins = rand() < .4 ? substr($seq, $p0, $k) : join("", map { base() } 1 .. $k);
            ($p0, $r, $a) = left_align($p0, "", $ins);
        }
    }
    next if "$r$a" =~ /[^ACGT]/ || $p0 < $beg + 250;
    my $clash = 0;
    for my $i ($p0 - 1 .. $p0 + length($r)) { $clash = 1 if $used{$i}; }
    next if $clash;
    $used{$_} = 1 for $p0 .. $p0 + length($r) - 1;
    my $gt = $a2 ? (rand() < .5 ? "1|2" : "2|1") : rand() < .4 ? "1|1" : rand() < .5 ? "0|1" : "1|0";
    push @var, [$p0, $r, $a2 ? "$a,$a2" : $a, $gt];
    $last = $pos;
}
@var = sort { $a->[0] <=> $b->[0] } @var;

open(my $vcf, ">", "$prefix.vcf") or die "$prefix.vcf: $!\n";
print $vcf "##fileformat=VCFv4.3\n##contig=<ID=$contig,length=$len>\n",
  "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n",
  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSIM\n";
print $vcf join("\t", $contig, $_->[0] + 1, ".", $_->[1], $_->[2], 50, "PASS", ".", "GT", $_->[3]), "\n"
  for @var;
close $vcf;
open(my $fa, ">", "$prefix.fa") or die "$prefix.fa: $!\n";
for my $h (0, 1) {
    my ($out, $at) = ("", $beg - 1);
    for my $v (@var) {
        my @allele = ($v->[1], split(/,/, $v->[2]));
        my $k = (split /\|/, $v->[3])[$h];
        $out .= substr($seq, $at, $v->[0] - $at) . $allele[$k];
        $at = $v->[0] + length $v->[1];
    }
    $out .= substr($seq, $at, $end - $at);
    print $fa ">hap", $h + 1, "\n$out\n";
}
close $fa or die "$prefix.fa: $!\n";
