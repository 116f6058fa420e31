#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/sink.h"
#include "base/mem.h"
#include "tests/align/fake_records.h"
#include "tests/check_main.h"

/* The writer of these tests: keeps what it is given, or fails at record fail_at. */
struct gw_alnwriter {
    bam1_t **rec;
    size_t n, cap, fail_at;
};

gw_status_t gw_alnwriter_put(gw_alnwriter_t *w, const bam1_t *rec, gw_err_t *err)
{
    if (w->n == w->fail_at)
        return gw_err_set(err, GW_EIO, "full at %zu", w->n);
    ck_assert(GW_GROW(w->rec, w->cap, w->n + 1));
    w->rec[w->n++] = bam_dup1(rec);
    return GW_OK;
}

static void writer_release(gw_alnwriter_t *w)
{
    for (size_t i = 0; i < w->n; i++)
        bam_destroy1(w->rec[i]);
    free(w->rec);
}

/* Runs n templates through a sink; padding makes records long enough for many spills. */
static gw_status_t through(const gw_sink_opts_t *o, int n, int padding, gw_alnwriter_t *w,
                           gw_err_t *e)
{
    gw_rng_t r;
    gw_sink_t *s;
    sam_hdr_t *h = fake_header();
    bam1_t *rec[FAKE_MAX], flat[FAKE_MAX];
    for (int i = 0; i < FAKE_MAX; i++)
        rec[i] = bam_init1();
    char *pad = gw_calloc((size_t)padding + 1, 1);
    memset(pad, 'x', (size_t)padding);
    gw_rng_init(&r, 42);
    gw_status_t st = gw_sink_open(o, h, w, &s, e);
    int64_t order = 0;
    for (int i = 0; i < n && st == GW_OK; i++) {
        int k = fake_template(&r, i, rec);
        for (int j = 0; j < k; j++) {
            ck_assert_int_eq(bam_aux_update_int(rec[j], "no", order++), 0);
            ck_assert_int_eq(bam_aux_update_str(rec[j], "pd", padding + 1, pad), 0);
            if (j % 2)
                rec[j]->core.flag |= BAM_FDUP; /* of an earlier marking: decided anew */
            flat[j] = *rec[j];
        }
        st = gw_sink_put(s, flat, (size_t)k, e);
    }
    if (st == GW_OK)
        st = gw_sink_finish(s, e);
    gw_sink_destroy(s);
    for (int i = 0; i < FAKE_MAX; i++)
        bam_destroy1(rec[i]);
    free(pad);
    sam_hdr_destroy(h);
    return st;
}

static int64_t order_of(const bam1_t *b)
{
    return bam_aux2i(bam_aux_get(b, "no"));
}

/* Writes through, sorts, marks, both: on no spill, many spills, one thread, several. */
START_TEST(modes)
{
    bool sort = _i & 1, mark = _i & 2;
    static const struct {
        uint64_t mem;
        int threads;
    } run[] = {{256 << 20, 1}, {1, 1}, {1, 2}, {8 << 20, 3}};
    gw_alnwriter_t plain = {.fail_at = SIZE_MAX}, first = plain;
    gw_err_t e = {0};
    enum { N = 6000, PAD = 2000 };
    ck_assert_int_eq(through(&(gw_sink_opts_t){.max_mem = 1}, N, PAD, &plain, &e), GW_OK);
    for (size_t i = 0; i < plain.n; i++)
        ck_assert_int_eq(order_of(plain.rec[i]), (int64_t)i);
    for (size_t k = 0; k < sizeof run / sizeof *run; k++) {
        gw_alnwriter_t w = {.fail_at = SIZE_MAX};
        gw_sink_opts_t o = {sort, mark, run[k].mem, NULL, run[k].threads, 100};
        ck_assert_int_eq(through(&o, N, PAD, &w, &e), GW_OK);
        ck_assert_uint_eq(w.n, plain.n);
        size_t flagged = 0;
        for (size_t i = 0; i < w.n; i++) {
            const bam1_t *b = w.rec[i], *was = plain.rec[order_of(b)];
            ck_assert_int_eq(b->l_data, was->l_data);
            ck_assert_mem_eq(b->data, was->data, (size_t)b->l_data);
            uint16_t hidden = mark ? BAM_FDUP : 0;
            ck_assert_int_eq(b->core.flag & ~hidden, was->core.flag & ~hidden);
            flagged += (b->core.flag & BAM_FDUP) != 0;
            if (i && sort) {
                const bam1_t *a = w.rec[i - 1];
                uint32_t ta = (uint32_t)a->core.tid, tb = (uint32_t)b->core.tid;
                ck_assert(ta < tb || (ta == tb && a->core.pos <= b->core.pos));
                ck_assert(ta != tb || a->core.pos != b->core.pos || order_of(a) < order_of(b));
            } else {
                ck_assert_int_eq(order_of(b), sort ? order_of(b) : (int64_t)i);
            }
        }
        ck_assert(!mark || (flagged > w.n / 4 && flagged < w.n));
        if (k == 0)
            first = w;
        for (size_t i = 0; i < w.n && k > 0; i++) {
            ck_assert_mem_eq(&w.rec[i]->core, &first.rec[i]->core, sizeof(bam1_core_t));
            ck_assert_int_eq(order_of(w.rec[i]), order_of(first.rec[i]));
        }
        if (k > 0)
            writer_release(&w);
    }
    writer_release(&first);
    writer_release(&plain);
}
END_TEST

/* One decision for all records of a template: they end up with the same flag. */
START_TEST(whole_templates)
{
    gw_alnwriter_t w = {.fail_at = SIZE_MAX};
    gw_err_t e = {0};
    gw_sink_opts_t o = {false, true, 1 << 20, NULL, 1, 100};
    ck_assert_int_eq(through(&o, 3000, 1, &w, &e), GW_OK);
    int mixed = 0, extra = 0;
    for (size_t i = 1; i < w.n; i++) {
        if (strcmp(bam_get_qname(w.rec[i]), bam_get_qname(w.rec[i - 1])) != 0)
            continue;
        mixed += (w.rec[i]->core.flag ^ w.rec[i - 1]->core.flag) & BAM_FDUP ? 1 : 0;
        bool dup = w.rec[i]->core.flag & BAM_FDUP;
        extra += dup && w.rec[i]->core.flag & (BAM_FSUPPLEMENTARY | BAM_FSECONDARY | BAM_FUNMAP);
    }
    ck_assert_int_eq(mixed, 0);
    ck_assert_int_gt(extra, 0);
    writer_release(&w);
}
END_TEST

START_TEST(writer_fails)
{
    gw_alnwriter_t w = {.fail_at = 700};
    gw_err_t e = {0};
    gw_sink_opts_t o = {_i & 1, _i & 2, 1 << 20, NULL, 2, 100};
    ck_assert_int_eq(through(&o, 1000, 1, &w, &e), GW_EIO);
    ck_assert_str_eq(e.msg, "full at 700");
    writer_release(&w);
    gw_sink_destroy(NULL);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("align/sink");
    TCase *t = tcase_create("sink");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, modes, 0, 4);
    tcase_add_test(t, whole_templates);
    tcase_add_loop_test(t, writer_fails, 0, 4);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(suite)
