#!/usr/bin/perl
# What a gVCF claims, held against the truth:
#   gvcf.pl CONFIDENT.bed TRUTH.vcf NO_READS.txt CALLS.g.vcf
# prints, parted by blanks: records, confident reference bases, of them with GQ >= 20 (FORMAT GQ of the block; a
# block without GQ and PL counts 3 for each of its MIN_DP), variants of the truth inside such blocks with no
# call within 20 bases, bases without reads (chrom, pos) inside such blocks.
use strict;
use warnings;
my ($bed, $truth, $empty, $calls) = @ARGV;
my (%ok, %variant, @truth, %called, %none);
open my $f, '<', $bed or die "$bed: $!";
while (<$f>) { my ($c, $a, $b) = split; $ok{"$c:$_"} = 1 for $a + 1 .. $b; }
open $f, '<', $truth or die "$truth: $!";
while (<$f>) {
    next if /^#/;
    my ($c, $p, undef, $r) = split /\t/;
    next unless $ok{"$c:$p"};
    push @truth, [$c, $p];
    delete $ok{"$c:$_"} for $p .. $p + length($r) - 1;
}
open $f, '<', $empty or die "$empty: $!";
while (<$f>) { my ($c, $p) = split; $none{"$c:$p"} = 1; }
my ($records, $sure, $in_none, %sure_at) = (0, 0, 0);
open $f, '<', $calls or die "$calls: $!";
while (<$f>) {
    next if /^#/;
    chomp;
    my ($c, $p, undef, $r, $alt, undef, undef, $info, $format, $sample) = split /\t/;
    $records++;
    my %v;
    @v{split /:/, $format} = split /:/, $sample;
    if ($alt !~ /[ACGT]/) {
        my $end = $info =~ /(?:^|;)END=(\d+)/ ? $1 : $p;
        my $depth = $v{MIN_DP} // ($info =~ /MinDP=(\d+)/ ? $1 : $v{DP} // 0);
        my @pl = split /,/, $v{PL} // '';
        my $gq = $v{GQ} // (@pl == 3 ? ($pl[1] < $pl[2] ? $pl[1] : $pl[2]) - $pl[0] : 3 * $depth);
        next if $gq eq '.' || $gq < 20 || ($v{GT} // '') =~ /\./;
        for ($p .. $end) {
            $sure++ if $ok{"$c:$_"};
            $in_none++ if $none{"$c:$_"};
            $sure_at{"$c:$_"} = 1;
        }
    } elsif (($v{GT} // '') =~ /[1-9]/) {
        $called{"$c:$_"} = 1 for $p - 20 .. $p + length($r) + 20;
    }
}
my $missed = grep { $sure_at{"$_->[0]:$_->[1]"} && !$called{"$_->[0]:$_->[1]"} } @truth;
print join(' ', $records, scalar(keys %ok), $sure, $missed, $in_none), "\n";
