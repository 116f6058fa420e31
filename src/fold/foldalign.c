#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/foldalign.h"

enum { NONE = INT32_MIN / 2 };

/* the pair under work */
typedef struct {
    int32_t m, n; /* query and template residues */
    const gw_thread_templates_t *t;
    const gw_thread_query_t *q;
    int64_t beg;    /* first column of the template */
    int16_t *cell;  /* [m][n] scores */
    uint8_t *trace; /* [m][n] */
    float *post;    /* [m][n] posteriors */
} pair_t;

/* 1. alignments */
void gw_foldalign_release(gw_foldalign_t *a)
{
    free(a->map);
    free(a->post);
    memset(a, 0, sizeof *a);
}

static int16_t clamp16(int32_t v)
{
    return (int16_t)(v > 8000 ? 8000 : v < -8000 ? -8000 : v);
}

static void fill_cells(pair_t *p, size_t tmpl)
{
    for (int32_t i = 0; i < p->m; i++)
        for (int32_t j = 0; j < p->n; j++)
            p->cell[(size_t)i * (size_t)p->n + (size_t)j] =
                clamp16(gw_thread_cell(p->t, p->q, tmpl, i, p->beg + j));
}

/* 2. aligning: the best-scoring path. trace bits: 0-1 where H came from (0 start, 1 diagonal,
 * 2 E, 3 F), 2: E extends, 3: F extends */
enum { FROM_START, FROM_DIAG, FROM_E, FROM_F, E_EXTENDS = 4, F_EXTENDS = 8 };

typedef struct {
    int32_t score, i, j; /* last cell */
} end_t;

static bool may_end(const pair_t *p, gw_foldalign_mode_t mode, int32_t i, int32_t j)
{
    if (mode == GW_FOLDALIGN_LOCAL)
        return true;
    if (mode == GW_FOLDALIGN_GLOBAL)
        return i == p->m - 1 && j == p->n - 1;
    return p->m <= p->n ? i == p->m - 1 : j == p->n - 1;
}

/* score of starting right before cell (i, j), or NONE. Leading residues of the ends that have to
 * be aligned cost a gap in GLOBAL mode; in GLOCAL mode the shorter one starts at its first. */
static int32_t start_score(const pair_t *p, gw_foldalign_mode_t mode, int32_t i, int32_t j)
{
    int32_t open = p->q->gap_open, ext = p->q->gap_extend;
    if (mode == GW_FOLDALIGN_LOCAL)
        return 0;
    if (mode == GW_FOLDALIGN_GLOCAL)
        return (p->m <= p->n ? i : j) == 0 ? 0 : NONE;
    if (i > 0 && j > 0)
        return NONE;
    int32_t k = i + j;
    return k == 0 ? 0 : -(open + (k - 1) * ext);
}

static end_t fill_path(pair_t *p, gw_foldalign_mode_t mode, int32_t *h, int32_t *f)
{
    bool local = mode == GW_FOLDALIGN_LOCAL;
    end_t best = {local ? 0 : NONE, -1, -1};
    for (int32_t j = 0; j <= p->n; j++) {
        h[j] = NONE;
        f[j] = NONE;
    }
    for (int32_t i = 0; i < p->m; i++) {
        int32_t diag = NONE, e = NONE;
        for (int32_t j = 0; j < p->n; j++) {
            size_t at = (size_t)i * (size_t)p->n + (size_t)j;
            int32_t start = start_score(p, mode, i, j), from = FROM_DIAG, v = diag;
            if (start >= v) {
                v = start;
                from = FROM_START;
            }
            v = v == NONE ? NONE : v + p->cell[at];
            if (e > v) {
                v = e;
                from = FROM_E;
            }
            if (f[j + 1] > v) {
                v = f[j + 1];
                from = FROM_F;
            }
            uint8_t tr = (uint8_t)from;
            diag = h[j + 1];
            if (local && v < 0)
                v = NONE; /* a path through here never pays */
            h[j + 1] = v;
            if (v > best.score && may_end(p, mode, i, j))
                best = (end_t){v, i, j};
            int32_t open = v == NONE ? NONE : v - p->q->gap_open - p->t->gap[p->beg + j];
            int32_t ext_e = e == NONE ? NONE : e - p->q->gap_extend;
            int32_t ext_f = f[j + 1] == NONE ? NONE : f[j + 1] - p->q->gap_extend;
            tr |= (uint8_t)((ext_e > open ? E_EXTENDS : 0) | (ext_f > open ? F_EXTENDS : 0));
            e = ext_e > open ? ext_e : open;
            f[j + 1] = ext_f > open ? ext_f : open;
            p->trace[at] = tr;
        }
    }
    return best;
}

static void trace_path(const pair_t *p, end_t end, gw_foldalign_t *out)
{
    int32_t i = end.i, j = end.j;
    int state = 0; /* 0 H, 1 E, 2 F */
    while (i >= 0 && j >= 0) {
        uint8_t tr = p->trace[(size_t)i * (size_t)p->n + (size_t)j];
        if (state == 0 && (tr & 3) <= FROM_DIAG) {
            out->map[i] = j;
            if ((tr & 3) == FROM_START)
                return;
            i--;
            j--;
        } else if (state == 1 || (state == 0 && (tr & 3) == FROM_E)) {
            j--; /* E at (i, j) came from (i, j - 1) */
            state =
                p->trace[(size_t)i * (size_t)p->n + (size_t)(j < 0 ? 0 : j)] & E_EXTENDS ? 1 : 0;
        } else {
            i--;
            state = i >= 0 && p->trace[(size_t)i * (size_t)p->n + (size_t)j] & F_EXTENDS ? 2 : 0;
        }
    }
}

/* forward sums scaled row by row, backward likewise; post = the product over the total */
static bool fill_posteriors(pair_t *p)
{
    size_t n = (size_t)p->n;
    double *row = gw_calloc(6 * (n + 2), sizeof *row),
           *scale = gw_malloc((size_t)p->m + 1, sizeof *scale);
    double lambda = log(2.0) / 16, ext = exp(-lambda * p->q->gap_extend), total = 0, start = 1;
    if (!row || !scale) {
        free(row);
        free(scale);
        return false;
    }
    double *m0 = row, *f0 = m0 + n + 2, *m1 = f0 + n + 2, *f1 = m1 + n + 2, *e0 = f1 + n + 2,
           *open = e0 + n + 2;
    for (size_t j = 0; j < n; j++)
        open[j] = exp(-lambda * (p->q->gap_open + p->t->gap[p->beg + (int64_t)j]));
    /* forward: x0[j + 1] is column j of the row above; sums are divided by prod(scale) */
    for (int32_t i = 0; i < p->m; i++) {
        double e = 0, top = 0;
        for (size_t j = 0; j < n; j++) {
            double in = start + m0[j] + e0[j] + f0[j];
            double mm = exp(lambda * p->cell[(size_t)i * n + j]) * in;
            m1[j + 1] = mm;
            p->post[(size_t)i * n + j] = (float)mm;
            f1[j + 1] = m0[j + 1] * open[j] + f0[j + 1] * ext;
            top = mm > top ? mm : top;
        }
        for (size_t j = 0; j < n; j++) { /* gaps along the template, from this row */
            e0[j + 1] = e;
            e = m1[j + 1] * open[j] + e * ext;
        }
        double s = top > 1 ? top : 1;
        scale[i] = s;
        for (size_t j = 0; j < n; j++) {
            p->post[(size_t)i * n + j] = (float)(m1[j + 1] / s);
            m1[j + 1] /= s;
            f1[j + 1] /= s;
            e0[j + 1] /= s;
        }
        total /= s;
        for (size_t j = 0; j < n; j++)
            total += m1[j + 1];
        start /= s;
        double *x = m0;
        m0 = m1;
        m1 = x;
        x = f0;
        f0 = f1;
        f1 = x;
    }
    /* backward: the sum over what follows cell (i, j), divided by prod(scale[i + 1..]) */
    memset(row, 0, 5 * (n + 2) * sizeof *row);
    double end = 1, *b0 = row, *bf0 = b0 + n + 2, *b1 = bf0 + n + 2, *bf1 = b1 + n + 2;
    for (int32_t i = p->m - 1; i >= 0; i--) {
        double be = 0;
        for (size_t k = n; k-- > 0;) {
            /* b0[j]: exp(cell) * backward of (i + 1, j), already scaled */
            double down = i + 1 < p->m && k + 1 < n ? b0[k + 1] : 0;
            double f_in = bf0[k];
            b1[k] = end + down + open[k] * be + open[k] * f_in;
            bf1[k] = ext * f_in + down;
            be = ext * be + down;
        }
        for (size_t k = 0; k < n; k++) {
            double v = p->post[(size_t)i * n + k] * b1[k] / total;
            p->post[(size_t)i * n + k] = (float)(v > 1 ? 1 : v);
            b1[k] *= exp(lambda * p->cell[(size_t)i * n + k]) / scale[i];
            bf1[k] /= scale[i];
        }
        end /= scale[i];
        double *x = b0;
        b0 = b1;
        b1 = x;
        x = bf0;
        bf0 = bf1;
        bf1 = x;
    }
    free(row);
    free(scale);
    return true;
}

/* greatest sum of post - mact over local paths; gaps cost half of mact a residue */
static end_t fill_mac(pair_t *p, double mact, float *row)
{
    end_t best = {0, -1, -1};
    float top = 0, gap = (float)(0.5 * mact), cut = (float)mact;
    memset(row, 0, ((size_t)p->n + 1) * sizeof *row);
    for (int32_t i = 0; i < p->m; i++) {
        float diag = 0, left = 0;
        for (int32_t j = 0; j < p->n; j++) {
            size_t at = (size_t)i * (size_t)p->n + (size_t)j;
            float d = (diag > 0 ? diag : 0) + p->post[at] - cut, u = row[j + 1] - gap,
                  l = left - gap;
            uint8_t from = diag > 0 ? FROM_DIAG : FROM_START;
            if (u > d) {
                d = u;
                from = FROM_F;
            }
            if (l > d) {
                d = l;
                from = FROM_E;
            }
            diag = row[j + 1];
            row[j + 1] = left = d > 0 ? d : 0;
            p->trace[at] = from;
            if (d > top) {
                top = d;
                best = (end_t){1, i, j};
            }
        }
    }
    return best;
}

static void trace_mac(const pair_t *p, end_t end, gw_foldalign_t *out)
{
    int32_t i = end.i, j = end.j;
    while (i >= 0 && j >= 0) {
        uint8_t from = p->trace[(size_t)i * (size_t)p->n + (size_t)j];
        if (from == FROM_E) {
            j--;
        } else if (from == FROM_F) {
            i--;
        } else {
            out->map[i] = j;
            if (from == FROM_START)
                return;
            i--;
            j--;
        }
    }
}

static void summarise(const pair_t *p, const uint8_t *q_seq, const uint8_t *t_seq,
                      gw_foldalign_t *out)
{
    for (int32_t i = 0; i < p->m; i++) {
        int32_t j = out->map[i];
        if (j < 0)
            continue;
        if (out->n_aligned++ == 0) {
            out->q_beg = i;
            out->t_beg = j;
        }
        out->q_end = i + 1;
        out->t_end = j + 1;
        out->n_identical += q_seq[i] == t_seq[j] && q_seq[i] < GW_AA_N;
        out->post[i] = p->post[(size_t)i * (size_t)p->n + (size_t)j];
    }
}

gw_status_t gw_foldalign_run(const gw_score_templates_t *t, const gw_score_query_t *q,
                             const uint8_t *q_seq, size_t tmpl, gw_foldalign_mode_t mode,
                             double mact, gw_foldalign_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    pair_t p = {.m = q->kernel.len,
                .n = (int32_t)(t->off[tmpl + 1] - t->off[tmpl]),
                .t = &t->kernel,
                .q = &q->kernel,
                .beg = t->off[tmpl]};
    size_t cells = (size_t)p.m * (size_t)p.n, row = (size_t)p.n + 1;
    p.cell = gw_malloc(cells, sizeof *p.cell);
    p.trace = gw_malloc(cells, 1);
    p.post = gw_malloc(cells, sizeof *p.post);
    int32_t *h = gw_malloc(2 * row, sizeof *h);
    out->q_len = p.m;
    out->map = gw_malloc((size_t)p.m, sizeof *out->map);
    out->post = gw_calloc((size_t)p.m, sizeof *out->post);
    gw_status_t st = GW_OK;
    if (!p.cell || !p.trace || !p.post || !h || !out->map || !out->post) {
        st = gw_err_nomem(err, "aligning");
        goto done;
    }
    memset(out->map, 0xff, (size_t)p.m * sizeof *out->map);
    fill_cells(&p, tmpl);
    end_t end = fill_path(&p, mode, h, h + row);
    out->score = end.i < 0 ? 0 : end.score;
    trace_path(&p, end, out);
    if (!fill_posteriors(&p)) {
        st = gw_err_nomem(err, "aligning");
        goto done;
    }
    if (mact >= 0) {
        end_t mac = fill_mac(&p, mact, (float *)h);
        if (mac.i >= 0) {
            memset(out->map, 0xff, (size_t)p.m * sizeof *out->map);
            trace_mac(&p, mac, out);
        }
    }
    summarise(&p, q_seq, t->seq + p.beg, out);
done:
    free(p.cell);
    free(p.trace);
    free(p.post);
    free(h);
    if (st != GW_OK)
        gw_foldalign_release(out);
    return st;
}
