#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fold/dssp.h"
#include "fold/foldtrace.h"
#include "fold/score.h"
#include "fold/sspred.h"
#include "fold/superpose.h"

enum { WIDE = 460, MARGIN = 26, MAX_HIGH = 460 };

/* one modelled residue as it is drawn */
typedef struct {
    float x[3];   /* in the drawing: right, down, towards the reader */
    int32_t i;    /* residue */
    double along; /* 0 at the first modelled residue .. 1 at the last */
    double near;  /* 0 farthest .. 1 nearest */
    uint8_t ss3;
    bool joined; /* to the one before */
} bead_t;

static int by_depth(const void *a, const void *b)
{
    const bead_t *x = *(const bead_t *const *)a, *y = *(const bead_t *const *)b;
    if (x->x[2] != y->x[2])
        return x->x[2] < y->x[2] ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

static double apart(const float *a, const float *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(s);
}

/* secondary structure of the model itself */
static gw_status_t states(const gw_model_t *m, bead_t *b, size_t n, gw_err_t *err)
{
    gw_dssp_residue_t *r = gw_calloc(n, sizeof *r);
    uint8_t *ss = gw_malloc(n, 1);
    gw_status_t st = r && ss ? GW_OK : gw_err_nomem(err, "drawing a model");
    for (size_t k = 0; st == GW_OK && k < n; k++) {
        const gw_model_residue_t *x = &m->r[b[k].i];
        memcpy(r[k].n, x->xyz[GW_MODEL_N], sizeof r[k].n);
        memcpy(r[k].ca, x->xyz[GW_MODEL_CA], sizeof r[k].ca);
        memcpy(r[k].c, x->xyz[GW_MODEL_C], sizeof r[k].c);
        memcpy(r[k].o, x->xyz[GW_MODEL_O], sizeof r[k].o);
        r[k].proline = x->aa == 14;
    }
    if (st == GW_OK)
        st = gw_dssp_assign(r, n, ss, err);
    for (size_t k = 0; st == GW_OK && k < n; k++)
        b[k].ss3 = (uint8_t)gw_score_ss3(ss[k]);
    free(r);
    free(ss);
    return st;
}

/* blue, cyan, green, amber, red */
static void ramp(double t, double out[3])
{
    static const double stop[5][3] = {
        {43, 95, 217}, {22, 160, 200}, {63, 170, 75}, {238, 170, 30}, {214, 60, 45}};
    int k = t >= 1 ? 3 : (int)(4 * t);
    for (int c = 0; c < 3; c++)
        out[c] = stop[k][c] + (4 * t - k) * (stop[k + 1][c] - stop[k][c]);
}

const char *gw_foldtrace_confidence_colour(double confidence)
{
    return confidence >= 85   ? "#1f5fd0"
           : confidence >= 70 ? "#35a9c9"
           : confidence >= 50 ? "#e0a800"
                              : "#e0642f";
}

/* the far side fades to a grey that stands behind on white and on black */
static void colour_of(const gw_model_t *m, const bead_t *b, gw_foldtrace_colour_t kind, char out[8])
{
    double c[3], fog = 0.62 * (1 - b->near);
    if (kind == GW_FOLDTRACE_CHAIN) {
        ramp(b->along, c);
    } else {
        unsigned v = (unsigned)strtoul(
            gw_foldtrace_confidence_colour((double)m->r[b->i].confidence) + 1, NULL, 16);
        for (int k = 0; k < 3; k++)
            c[k] = v >> (16 - 8 * k) & 255;
    }
    for (int k = 0; k < 3; k++)
        c[k] += fog * (150 - c[k]);
    snprintf(out, 8, "#%02x%02x%02x", (unsigned)c[0], (unsigned)c[1], (unsigned)c[2]);
}

/* a piece: from half-way to the residue before, by the residue, to half-way to the next */
static void piece(FILE *f, const gw_model_t *m, const bead_t *all, size_t n, const bead_t *b,
                  gw_foldtrace_colour_t kind)
{
    size_t k = (size_t)(b - all);
    const float *here = b->x, *before = b->joined ? all[k - 1].x : here,
                *after = k + 1 < n && all[k + 1].joined ? all[k + 1].x : here;
    double wide = (b->ss3 == GW_SSPRED_COIL ? 3.2 : 6.4) * (0.7 + 0.5 * b->near);
    char d[96], hex[8];
    snprintf(d, sizeof d, "M%.1f %.1fQ%.1f %.1f %.1f %.1f", (here[0] + before[0]) / 2.0,
             (here[1] + before[1]) / 2.0, (double)here[0], (double)here[1],
             (here[0] + after[0]) / 2.0, (here[1] + after[1]) / 2.0);
    colour_of(m, b, kind, hex);
    fprintf(f,
            "<path class='halo' d='%s' stroke-width='%.1f'/><path d='%s' stroke='%s' "
            "stroke-width='%.1f'",
            d, wide + 2.2, d, hex, wide);
    fputs(" stroke-linecap='round'/>\n", f);
}

static void place(const gw_model_t *m, bead_t *b, size_t n, const gw_frame_t *frame, int *high)
{
    float lo[3] = {1e9F, 1e9F, 1e9F}, hi[3] = {-1e9F, -1e9F, -1e9F};
    for (size_t k = 0; k < n; k++) {
        gw_frame_apply(frame, m->r[b[k].i].xyz[GW_MODEL_CA], b[k].x);
        for (int d = 0; d < 3; d++) {
            lo[d] = b[k].x[d] < lo[d] ? b[k].x[d] : lo[d];
            hi[d] = b[k].x[d] > hi[d] ? b[k].x[d] : hi[d];
        }
    }
    double across = hi[0] - lo[0] > 1 ? hi[0] - lo[0] : 1, up = hi[1] - lo[1];
    double scale = (WIDE - 2 * MARGIN) / across;
    if (scale * up > MAX_HIGH - 2 * MARGIN)
        scale = (MAX_HIGH - 2 * MARGIN) / up;
    if (scale > 14)
        scale = 14;
    *high = (int)(scale * up) + 2 * MARGIN;
    double deep = hi[2] - lo[2] > 1 ? hi[2] - lo[2] : 1;
    for (size_t k = 0; k < n; k++) {
        b[k].near = (b[k].x[2] - lo[2]) / deep;
        b[k].along = n > 1 ? (double)(b[k].i - b[0].i) / (b[n - 1].i - b[0].i) : 0;
        b[k].x[0] = (float)(WIDE / 2.0 + scale * (b[k].x[0] - (lo[0] + hi[0]) / 2));
        b[k].x[1] = (float)(*high / 2.0 - scale * (b[k].x[1] - (lo[1] + hi[1]) / 2));
    }
}

static void terminus(FILE *f, const bead_t *b, char letter)
{
    fprintf(f,
            "<text class='mark' x='%.1f' y='%.1f' text-anchor='middle' font-size='15' "
            "font-weight='700' font-family='sans-serif'>%c</text>\n",
            (double)b->x[0] + (letter == 'N' ? -12 : 12), (double)b->x[1] + 5, letter);
}

/* draws the n beads far to near */
static void draw(FILE *f, const gw_model_t *m, bead_t *b, bead_t **order, size_t n, int high,
                 const char *title, gw_foldtrace_colour_t kind, bool standalone)
{
    fprintf(f, "<svg%s viewBox='0 0 %d %d' role='img' aria-label='",
            standalone ? " xmlns='http://www.w3.org/2000/svg'" : "", WIDE, high);
    gw_text_html(f, title);
    fputs("'><title>", f);
    gw_text_html(f, title);
    fputs("</title>\n", f);
    if (standalone)
        fprintf(f,
                "<style>.halo{stroke:#fff}.mark{fill:#222}.back{fill:#fff}@media "
                "(prefers-color-scheme:dark){.halo{stroke:#15181c}.mark{fill:#eee}"
                ".back{fill:#15181c}}</style><rect class='back' width='%d' height='%d'/>\n",
                WIDE, high);
    fputs("<g fill='none' stroke-linejoin='round'>\n", f);
    for (size_t k = 0; k < n; k++)
        piece(f, m, b, n, order[k], kind);
    fputs("</g>\n", f);
    if (n) {
        terminus(f, &b[0], 'N');
        terminus(f, &b[n - 1], 'C');
    }
    fputs("</svg>\n", f);
}

gw_status_t gw_foldtrace_svg(FILE *f, const gw_model_t *m, const char *title,
                             gw_foldtrace_colour_t colour, bool standalone, gw_err_t *err)
{
    size_t n = 0;
    int high = 2 * MARGIN;
    bead_t *b = gw_calloc((size_t)m->len, sizeof *b),
           **order = gw_malloc((size_t)m->len, sizeof *order);
    float(*x)[3] = gw_malloc((size_t)m->len, sizeof *x);
    gw_status_t st = b && order && x ? GW_OK : gw_err_nomem(err, "drawing a model");
    for (int32_t i = 0; st == GW_OK && i < m->len; i++) {
        if (m->r[i].origin == GW_MODEL_NONE)
            continue;
        b[n].i = i;
        memcpy(x[n], m->r[i].xyz[GW_MODEL_CA], sizeof x[n]);
        b[n].joined = n && b[n - 1].i == i - 1 && apart(x[n], x[n - 1]) < 4.6;
        order[n] = &b[n];
        n++;
    }
    if (st == GW_OK)
        st = states(m, b, n, err);
    if (st == GW_OK) {
        gw_frame_t frame;
        gw_superpose_axes((const float(*)[3])x, n, &frame);
        if (n)
            place(m, b, n, &frame, &high);
        qsort(order, n, sizeof *order, by_depth);
        draw(f, m, b, order, n, high, title, colour, standalone);
    }
    free(b);
    free(order);
    free(x);
    return st;
}
