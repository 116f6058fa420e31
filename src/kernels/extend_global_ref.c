/* The plain reference of the banded global alignment: the whole band is kept, then traced back. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/extend_cigar.h"
#include "kernels/extend_variants.h"

enum { NONE = -GW_EXTEND_MAX_VALUE * 2 }; /* the value of a cell that no path reaches */

/* Row i of the matrix (i query letters consumed) holds cells beg..end, both within the band. */
typedef struct {
    int64_t beg, end; /* target letters consumed; end included; beg > end: none */
} row_t;

static row_t band_row(int64_t i, int64_t t_len, int64_t diag, int64_t width)
{
    row_t r = {0, t_len};
    if (width >= 0) {
        if (i + diag - width > 0)
            r.beg = i + diag - width;
        if (i + diag + width < t_len)
            r.end = i + diag + width;
    }
    return r;
}

typedef struct {
    int32_t h, e, f;
    uint8_t flags;
} cell_t;

/* left, up, diagonal: value NONE outside the band */
static cell_t fill_cell(const gw_extend_params_t *p, const cell_t *left, const cell_t *up,
                        int32_t diagonal, int32_t score)
{
    int32_t open = p->gap_open + p->gap_extend, extend = p->gap_extend;
    int32_t e_open = left->h == NONE ? NONE : left->h - open;
    int32_t e_more = left->e == NONE ? NONE : left->e - extend;
    int32_t f_open = up->h == NONE ? NONE : up->h - open;
    int32_t f_more = up->f == NONE ? NONE : up->f - extend;
    int32_t m = diagonal == NONE ? NONE : diagonal + score;
    cell_t c = {.e = e_open > e_more ? e_open : e_more, .f = f_open > f_more ? f_open : f_more};
    c.h = c.e > c.f ? c.e : c.f;
    if (m > c.h)
        c.h = m;
    c.flags = (m == c.h ? GW_TRACE_M : 0) | (c.e == c.h ? GW_TRACE_D : 0);
    /* among equals a gap ends where a match, then a deletion, can stand before it */
    if (e_more > e_open || (e_more == e_open && !(left->flags & GW_TRACE_M)))
        c.flags |= GW_TRACE_MORE_D;
    if (f_more > f_open || (f_more == f_open && !(up->flags & (GW_TRACE_M | GW_TRACE_D))))
        c.flags |= GW_TRACE_MORE_I;
    return c;
}

/* Fills the flags; row i's start at flags + i * stride. Returns the last cell's score. */
static int32_t fill(const gw_extend_params_t *p, const uint8_t *q, int64_t q_len, const uint8_t *t,
                    int64_t t_len, int64_t diag, int64_t width, uint8_t *flags, size_t stride,
                    cell_t *above)
{
    const cell_t none = {NONE, NONE, NONE, 0};
    for (int64_t j = 0; j <= t_len; j++)
        above[j] = none;
    for (int64_t i = 0; i <= q_len; i++) {
        row_t r = band_row(i, t_len, diag, width);
        if (r.beg > r.end)
            return NONE;
        cell_t left = none;
        int32_t diagonal = r.beg > 0 ? above[r.beg - 1].h : NONE;
        if (r.beg > 0)
            above[r.beg - 1] = none; /* left of the band from here on */
        for (int64_t j = r.beg; j <= r.end; j++) {
            int32_t s = i && j ? p->matrix[q[i - 1] * p->n_letters + t[j - 1]] : 0;
            int32_t next = above[j].h;
            if (i == 0 && j == 0)
                left = (cell_t){0, NONE, NONE, GW_TRACE_M};
            else
                left = fill_cell(p, &left, &above[j], diagonal, s);
            flags[(size_t)i * stride + (size_t)(j - r.beg)] = left.flags;
            above[j] = left;
            diagonal = next;
        }
    }
    return above[t_len].h;
}

static bool trace(const uint8_t *flags, size_t stride, int64_t q_len, int64_t t_len, int64_t diag,
                  int64_t width, gw_extend_cigars_t *out)
{
    gw_trace_t tr = {q_len, t_len, 0, out->n_cigar};
    while (tr.i > 0 || tr.j > 0) {
        row_t r = band_row(tr.i, t_len, diag, width);
        uint8_t f = flags[(size_t)tr.i * stride + (size_t)(tr.j - r.beg)];
        if (!gw_trace_step(&tr, f, out))
            return false;
    }
    gw_trace_end(&tr, out);
    return true;
}

gw_status_t gw_extend_global_pair_ref(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                      size_t k, int64_t diag, int64_t width,
                                      gw_extend_cigars_t *out, gw_err_t *err)
{
    int64_t q_len = b->q_len[k], t_len = b->t_len[k];
    size_t stride = (size_t)t_len + 1;
    if (width >= 0 && (size_t)(2 * width + 1) < stride)
        stride = (size_t)(2 * width + 1);
    uint8_t *flags = gw_malloc((size_t)q_len + 1, stride);
    cell_t *above = gw_malloc((size_t)t_len + 1, sizeof *above);
    bool ok = flags && above;
    if (ok) {
        int32_t s = fill(p, b->query + b->q_off[k], q_len, b->target + b->t_off[k], t_len, diag,
                         width, flags, stride, above);
        out->score[k] = s == NONE ? INT32_MIN : s;
        if (s != NONE)
            ok = trace(flags, stride, q_len, t_len, diag, width, out);
    }
    free(flags);
    free(above);
    return ok ? GW_OK : gw_err_nomem(err, "aligning a sequence pair");
}

gw_status_t gw_extend_global_ref(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                 const int32_t *diag, const int32_t *width, gw_extend_cigars_t *out,
                                 gw_err_t *err)
{
    for (size_t k = 0; k < b->n; k++) {
        out->cigar_off[k] = (int64_t)out->n_cigar;
        gw_status_t st = gw_extend_global_pair_ref(b, p, k, diag[k], width[k], out, err);
        if (st != GW_OK)
            return st;
    }
    out->cigar_off[b->n] = (int64_t)out->n_cigar;
    return GW_OK;
}
