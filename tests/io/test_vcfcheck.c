#include <config.h>

#include <stdio.h>
#include <string.h>
#include <htslib/hts_log.h>
#include <htslib/vcf.h>

#include "io/vcfcheck.h"
#include "tests/check_main.h"
#include "tests/io/scratch.h"

/* 1. header lines, put into an otherwise good header: what is said about them, NULL = nothing */
static const struct {
    const char *line, *msg;
} headers[] = {
    {"##source=x", NULL},
    {"##contig=<ID=1>\n##contig=<ID=1,length=1000>", NULL},
    {"##contig=<ID=1,length=1000>\n##contig=<ID=1>", NULL},
    {"##contig=<ID=1,length=9>\n##contig=<ID=1,length=1000>", "declared twice, with different"},
    {"##contig=<ID=1,species=\"a, b\",URL=ftp://u@h:80/p>", NULL},
    {"##contig=<ID=1,A,length=3>", "no KEY=value"},
    {"##contig=<length=3>", "does not begin with an ID"},
    {"##contig=<ID=1,length=abc>", "length abc, which is no number"},
    {"##contig=<ID=1,length=-1>", "which is no number"},
    {"##contig=<ID=1>\n##contig=<ID=HLA-A*01:01,length=10>", NULL},
    {"##reference=", "is no ##KEY=value"},
    {"##just a text", "is no ##KEY=value"},
    {"##INFO=<ID=X,Number=1,Type=Integer,Description=\"a \\\"b\\\", c\">", NULL},
    {"##INFO=<ID=X,Number=1,Type=Integer,Description=\"a \"b\" c\">", "quotation mark inside"},
    {"##INFO=<ID=X,Number=1,Type=Integer,Description=\"a>", "not closed"},
    {"##INFO=<ID=X,Number=1,Type=Integer,Description=\"a\"", "not enclosed in <>"},
    {"##INFO=<ID=X,Number=1,Type=Integer,Description=a>", "without quotation marks"},
    {"##INFO=<ID=X,Number=N,Type=Integer,Description=\"a\">", "a Number that is none"},
    {"##INFO=<ID=X,Number=1,Type=Int,Description=\"a\">", "has a Type"},
    {"##INFO=<ID=X,Type=Integer,Number=1,Description=\"a\">", "in this order"},
    {"##INFO=<Number=1,Type=Integer,Description=\"a\",ID=X>", "does not begin with an ID"},
    {"##INFO=<ID=X,Number=1,Description=\"a\">", "lacks its Number, Type"},
    {"##INFO=<ID=X Y,Number=1,Type=Integer,Description=\"a\">", "has an ID that"},
    {"##INFO=<ID=9X,Number=1,Type=Integer,Description=\"a\">", "has an ID that"},
    {"##INFO=<ID=AC,Number=1,Type=Integer,Description=\"a\">", "declares AC otherwise"},
    {"##FORMAT=<ID=GQ,Number=1,Type=Float,Description=\"a\">", "declares GQ otherwise"},
    {"##FORMAT=<ID=X,Number=0,Type=Flag,Description=\"a\">", "stands in INFO only"},
    {"##ALT=<ID=NON_REF,Description=\"a\">", NULL},
    {"##ALT=<ID=DEL:A B,Description=\"a\">", "a blank in its ID"},
    {"##ALT=<ID=DEL:A>B,Description=\"a\">", "an angle bracket inside"},
    {"##META=<ID=A,Type=String,Number=.,Values=[x, y]>", "in this order"},
    {"##META=<ID=A,Number=.,Type=String,Values=[x, y]>", NULL},
    {"##META=<ID=A,Number=.,Type=String,Values=x>", "not enclosed in []"},
    {"##SAMPLE=<ID=s,Assay=Whole Genome>", NULL},
    {"##SAMPLE=<Assay=x>", "does not begin with an ID"},
    {"##PEDIGREE=<ID=c,Father=f,Mother=m m>", "not allowed there"},
    {"##pedigreeDB=<http://host/x>", NULL},
    {"##pedigreeDB=<>", "does not give a URL"},
    {"##assembly=ftp://8080:8080/x", "does not give a URL"},
};

static gw_status_t check(const char *text, gw_err_t *err)
{
    gw_vcfcheck_t c;
    scratch_write("x", text, strlen(text));
    return gw_vcfcheck_file("x", &c, err);
}

static void expect(const char *text, const char *msg, const char *shown)
{
    gw_err_t e = {0};
    gw_status_t st = check(text, &e);
    if (!msg) {
        ck_assert_msg(st == GW_OK, "%s: %s", shown, e.msg);
        return;
    }
    ck_assert_msg(st == GW_EDATA, "%s was not refused", shown);
    ck_assert_msg(strstr(e.msg, msg), "%s: %s", shown, e.msg);
    ck_assert_msg(strncmp(e.msg, "x: line ", 8) == 0, "%s", e.msg);
}

START_TEST(header_row)
{
    char text[2000];
    snprintf(text, sizeof text,
             "##fileformat=VCFv4.3\n%s\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
             headers[_i].line);
    expect(text, headers[_i].msg, headers[_i].line);
}
END_TEST

START_TEST(older_versions)
{
    /* 4.2 does not reserve, and 1000 Genomes and freebayes write otherwise */
    expect("##fileformat=VCFv4.2\n##FORMAT=<ID=GQ,Number=1,Type=Float,Description=\"a\">\n"
           "##INFO=<ID=AF-X,Number=1,Type=Float,Description=\"a\">\n"
           "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n"
           "1\t5\t.\tA\tC\t.\t.\tAF-X=0.5\tGT:GQ\t0/1:3.5\n",
           NULL, "4.2");
    expect("##fileformat=VCFv3.3\n", "is not ##fileformat=VCFv4.x", "3.3");
    expect("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", "is not ##fileformat", "no version");
    expect("##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\n",
           "FORMAT without a sample", "FORMAT alone");
}
END_TEST

/* 2. records: columns 1 to 9, and those of two samples */
static const char head[] = "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n##contig=<ID=2>\n"
                           "##INFO=<ID=N2,Number=2,Type=Integer,Description=\"a\">\n"
                           "##INFO=<ID=T,Number=1,Type=String,Description=\"a\">\n"
                           "##INFO=<ID=FL,Number=0,Type=Flag,Description=\"a\">\n"
                           "##FORMAT=<ID=CH,Number=1,Type=Character,Description=\"a\">\n"
                           "##FORMAT=<ID=L,Number=.,Type=Integer,Description=\"a\">\n"
                           "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\tt\n";

static const struct {
    const char *record, *msg;
} records[] = {
    {"1 5 rs1;rs2 A C 9.5 PASS . GT 0/1 ./.", NULL},
    {"1 5 . A C,<DEL>,* . q10;s50 DP=3 GT 0|3 2", NULL},
    {"<1> 5 . A C . . . GT 0 1", NULL},
    {"<ctg9> 5 . A C . . . GT 0 1", NULL},
    {"<1 5 . A C . . . GT 0 1", "angle bracket"},
    {"9 5 . A C . . . GT 0 1", "contig 9 is not in the header"},
    {"1 0 . A C . . . GT 0 1", NULL},
    {"1 1001 . A C . . . GT 0 1", NULL},
    {"1 1002 . A C . . . GT 0 1", "reaches past the contig's 1000"},
    {"1 1000 . AC C . . . GT 0 1", "reaches past the contig's 1000"},
    {"1 -5 . A C . . . GT 0 1", "POS is -5"},
    {"1 5 . R C . . . GT 0 1", "REF is R"},
    {"1 5 ;rs1 A C . . . GT 0 1", "ID has a semicolon too many"},
    {"1 5 rs1;rs1 A C . . . GT 0 1", "ID holds rs1 twice"},
    {"1 5 . A <a[b]:c> . . . GT 0 1", NULL},
    {"1 5 . A <a>b> . . . GT 0 1", "which is no allele"},
    {"1 5 . A <> . . . GT 0 1", "which is no allele"},
    {"1 5 . A C<ins1> . . . GT 0 1", NULL},
    {"1 5 . A A[2:7[,]2:7]A,.[2:7[ . . . GT 0 1", NULL},
    {"1 5 . A A[<ctg>:7[ . . . GT 0 1", NULL},
    {"1 5 . A [2:7[ . . . GT 0 1", "which is no allele"},
    {"1 5 . A A[2[ . . . GT 0 1", "which is no allele"},
    {"1 5 . A A[2:7] . . . GT 0 1", "which is no allele"},
    {"1 5 . A A. . . . GT 0 1", NULL},
    {"1 5 . A R . . . GT 0 1", "ALT is R"},
    {"1 5 . A C -1 . . GT 0 1", "QUAL is -1"},
    {"1 5 . A C . PASS; . GT 0 1", "FILTER has a semicolon too many"},
    {"1 5 . A C . q;. . GT 0 1", "a missing value beside others"},
    {"1 5 . A C . q;0 . GT 0 1", "FILTER holds 0"},
    {"1 5 . A C . q;q . GT 0 1", "FILTER holds q twice"},
    {"1 5 . A C . . N2=1,2;T=a,b;FL GT 0 1", NULL},
    {"1 5 . A C . . N2=1 GT 0 1", "N2=1 is not as many values"},
    {"1 5 . A C . . N2=. GT 0 1", NULL},
    {"1 5 . A C . . N2=1,x GT 0 1", "not of the type"},
    {"1 5 . A C . . N2=1,2147483648 GT 0 1", "not of the type"},
    {"1 5 . A C . . N2=1,-2147483648 GT 0 1", "not of the type"},
    {"1 5 . A C . . N2=-2147483640,2147483647 GT 0 1", NULL},
    {"1 5 . A C . . FL=7 GT 0 1", "a flag has no value"},
    {"1 5 . A C . . T=1;T=2 GT 0 1", "INFO holds T twice"},
    {"1 5 . A C . . =1 GT 0 1", "INFO has the key ''"},
    {"1 5 . A C . . DP=1; GT 0 1", NULL},
    {"1 5 . A C,G . . AC=1;AF=0.5 GT 0 1", "AC=1 is not as many values"},
    {"1 5 . A . . . AC=0 GT 0 0", NULL},
    {"1 5 . A C . . AC=-1 GT 0 1", "outside of what its meaning"},
    {"1 5 . A C . . AF=1.5 GT 0 1", "outside of what its meaning"},
    {"1 5 . A C . . CIGAR=1X GT 0 1", NULL},
    {"1 5 . A C . . CIGAR=X1 GT 0 1", "outside of what its meaning"},
    {"1 5 . A C . . AA=A,C GT 0 1", "AA=A,C is not as many values"},
    {"1 5 . A C . . DP=1.5 GT 0 1", "not of the type"},
    {"1 5 . A C . . . . . .", NULL},
    {"1 5 . A C . . . GT:DP 0/1:3 0/0", NULL},
    {"1 5 . A C . . . GT:DP 0/1:3:4 0/0", "3 values for 2 keys"},
    {"1 5 . A C . . . DP:GT 3:0/1 .", "GT is not the first key"},
    {"1 5 . A C . . . GT:DP:DP 0/1:3:3 .", "FORMAT holds DP twice"},
    {"1 5 . A C . . . GT:D*P 0/1:3 .", "FORMAT has the key 'D*P'"},
    {"1 5 . A C . . . GT 0/2 0", "genotype 0/2 names an allele"},
    {"1 5 . A C . . . GT 0/ 0", "genotype 0/ names an allele"},
    {"1 5 . A C . . . GT:PL 0/1:1,2,3 1:1,2", NULL},
    {"1 5 . A C . . . GT:PL 0/1:1,2 1:1,2", "PL 1,2 is not as many values"},
    {"1 5 . A C . . . GT:PL 0/1:1,2,3 1:1,2,3", "sample 2: PL 1,2,3 is not as many"},
    {"1 5 . A C,G . . . GT:PL 0/1/1:1,2,3,4,5,6,7,8,9,0 .", NULL},
    {"1 5 . A C . . . GT:AD 0/1:1 .", "AD 1 is not as many values"},
    {"1 5 . A C . . . GT:CH 0/1:x .:%3A", NULL},
    {"1 5 . A C . . . GT:CH 0/1:xy .", "not of the type"},
    {"1 5 . A C . . . L  1,2", NULL}, /* an empty list */
    {"1 5 . A C . . . L 1,,2 .", "not of the type"},
};

static void put_record(const char *record, char *out)
{
    strcat(out, record);
    for (char *p = out + strlen(out) - strlen(record); *p; p++)
        if (*p == ' ')
            *p = '\t';
    strcat(out, "\n");
}

START_TEST(record_row)
{
    char text[3000];
    strcpy(text, head);
    put_record(records[_i].record, text);
    expect(text, records[_i].msg, records[_i].record);
}
END_TEST

START_TEST(order_and_end)
{
    static const struct {
        const char *record[3], *msg;
    } rows[] = {
        {{"1 5 . A C . . . GT 0 1", "1 5 . A C . . . GT 0 1", "2 3 . A C . . . GT 0 1"}, NULL},
        {{"2 5 . A C . . . GT 0 1", "2 6 . A C . . . GT 0 1", "1 3 . A C . . . GT 0 1"}, NULL},
        {{"1 5 . A C . . . GT 0 1", "1 4 . A C . . . GT 0 1", "2 3 . A C . . . GT 0 1"},
         "1:4 after 5: not sorted"},
        {{"1 5 . A C . . . GT 0 1", "2 4 . A C . . . GT 0 1", "1 8 . A C . . . GT 0 1"},
         "contig 1 again after others"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[3000];
        strcpy(text, head);
        for (int k = 0; k < 3; k++)
            put_record(rows[i].record[k], text);
        expect(text, rows[i].msg, "order");
        text[strlen(text) - 1] = '\0';
        if (!rows[i].msg)
            expect(text, "the last line does not end", "no newline");
    }
}
END_TEST

/* 3. BCF is held to the same rules */
START_TEST(bcf_too)
{
    char text[3000];
    gw_err_t e = {0};
    gw_vcfcheck_t c;
    for (int faulty = 0; faulty < 2; faulty++) {
        strcpy(text, head);
        put_record("1 5 . A C,G . . DP=3 GT:PL 0/1:1,2,3,4,5,6 .", text);
        put_record(faulty ? "1 4 . A C . . . GT 0/1 ." : "1 6 . A C . . . GT 0/1 .", text);
        scratch_write("t.vcf", text, strlen(text));
        htsFile *in = hts_open("t.vcf", "r"), *out = hts_open("x", "wb");
        bcf_hdr_t *h = bcf_hdr_read(in);
        bcf1_t *rec = bcf_init();
        /* what BCF needs to be told, and VCF does not */
        ck_assert_int_eq(bcf_hdr_append(h, "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"\">"),
                         0);
        ck_assert_int_eq(bcf_hdr_append(h, "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">"),
                         0);
        ck_assert_int_eq(
            bcf_hdr_append(h, "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"\">"), 0);
        ck_assert_int_eq(bcf_hdr_write(out, h), 0);
        while (bcf_read(in, h, rec) == 0)
            ck_assert_int_eq(bcf_write(out, h, rec), 0);
        bcf_destroy(rec);
        bcf_hdr_destroy(h);
        hts_close(in);
        ck_assert_int_eq(hts_close(out), 0);
        gw_status_t st = gw_vcfcheck_file("x", &c, &e);
        ck_assert_msg(st == (faulty ? GW_EDATA : GW_OK), "%s", e.msg);
        if (faulty)
            ck_assert_str_eq(e.msg, "x: record 2: 1:4 after 5: not sorted; use bcftools sort");
    }
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("vcfcheck");
    TCase *t = tcase_create("vcfcheck");
    hts_set_log_level(HTS_LOG_OFF);
    tcase_add_checked_fixture(t, scratch_enter, scratch_leave);
    tcase_add_loop_test(t, header_row, 0, (int)(sizeof headers / sizeof *headers));
    tcase_add_test(t, older_versions);
    tcase_add_loop_test(t, record_row, 0, (int)(sizeof records / sizeof *records));
    tcase_add_test(t, order_and_end);
    tcase_add_test(t, bcf_too);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
