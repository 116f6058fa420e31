#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "cluster/verify.h"
#include "kernels/editbound.h"
#include "kernels/strays.h"

enum {
    NARROW = 16, /* proteins: diagonals on either side of the seeds' two for an opinion, */
    MIDDLE = 32, /* for coverages, */
    WIDE = 64,   /* and for a second opinion on a pair that nearly holds: */
    NEARLY = 25  /* less than one column in so many short of the identity */
};

/* 1. the work space */
struct gw_verify {
    const gw_graph_t *g;
    gw_ident_t *ident;
    gw_editbound_t bound;
    uint8_t *reverse;
    int32_t query, bounded; /* which sequence is prepared; -1 = none */
};

gw_verify_t *gw_verify_create(const gw_graph_t *g)
{
    gw_verify_t *w = gw_calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->g = g;
    w->query = w->bounded = -1;
    w->ident = gw_ident_create(&g->scoring);
    w->reverse = gw_malloc((size_t)g->s->longest, 1);
    if (!w->ident || !w->reverse) {
        gw_verify_destroy(w);
        return NULL;
    }
    return w;
}

void gw_verify_destroy(gw_verify_t *w)
{
    if (!w)
        return;
    gw_ident_destroy(w->ident);
    gw_editbound_release(&w->bound);
    free(w->reverse);
    free(w);
}

/* The member's letters, turned when the edge says so. */
static const uint8_t *target_letters(gw_verify_t *w, int32_t u, bool reverse)
{
    const uint8_t *p = gw_seqset_seq(w->g->s, u);
    if (!reverse)
        return p;
    gw_seqset_turn(p, gw_seqset_len(w->g->s, u), w->reverse);
    return w->reverse;
}

static void prepare(gw_verify_t *w, int32_t u)
{
    if (w->query != u)
        gw_ident_query(w->ident, gw_seqset_seq(w->g->s, u), gw_seqset_len(w->g->s, u));
    w->query = u;
}

static gw_status_t prepare_bound(gw_verify_t *w, int32_t u, gw_err_t *err)
{
    if (w->bounded == u)
        return GW_OK;
    w->bounded = u;
    return gw_editbound_query(&w->bound, gw_seqset_seq(w->g->s, u), gw_seqset_len(w->g->s, u),
                              err);
}

/* 2. what decides */
static bool covers(const gw_graph_t *g, int32_t u, int32_t span)
{
    return (int64_t)span * 10000 >= g->cov_num * gw_seqset_len(g->s, u);
}

static gw_ident_band_t around(int32_t diag, int32_t reach)
{
    return (gw_ident_band_t){diag - reach, diag + reach - 1};
}

/* Who may represent whom, from the letters covered. */
static void open_directions(const gw_graph_t *g, gw_edge_t *e)
{
    bool a = covers(g, e->a, e->span_a), b = covers(g, e->b, e->span_b);
    bool a_rep = g->cov_mode == GW_COV_QUERY ? b : g->cov_mode == GW_COV_TARGET ? a : a && b;
    bool b_rep = g->cov_mode == GW_COV_QUERY ? a : g->cov_mode == GW_COV_TARGET ? b : a && b;
    e->state |= (uint8_t)((a_rep ? GW_EDGE_A_REP : 0) | (b_rep ? GW_EDGE_B_REP : 0));
}

/* A band that every alignment of at least this score stays in: one that reaches query - target
 * position d > 0 pairs no more than q_len - d letters, and likewise below 0. */
static gw_ident_band_t proving_band(const gw_graph_t *g, int32_t q_len, int32_t t_len, int32_t diag,
                                    int32_t score)
{
    int32_t pairs = score > 0 ? (score - 1) / g->scoring.matrix[0] : 0;
    gw_ident_band_t band = {1 + pairs - t_len, q_len - pairs - 1};
    band.low = band.low < diag ? band.low : diag;
    band.high = band.high > diag ? band.high : diag;
    return band;
}

/* The alignment of a whole diagonal, without gaps. */
typedef struct {
    int32_t score, matches, columns;
} plain_t;

static plain_t along(const gw_ident_params_t *p, const uint8_t *q, int32_t q_len, const uint8_t *t,
                     int32_t t_len, int32_t diag)
{
    int32_t from = diag < 0 ? -diag : 0, end = q_len - diag < t_len ? q_len - diag : t_len;
    int32_t equal = 0, other = 0;
    for (int32_t j = from; j < end; j++) {
        uint8_t a = q[j + diag], b = t[j];
        equal += (a == b) & (a < 4);
        other += (a > 3) | (b > 3);
    }
    int32_t n = end > from ? end - from : 0, match = p->matrix[0], mismatch = p->matrix[1];
    return (plain_t){equal * match + (n - equal - other) * mismatch, equal, n};
}

/* Is the diagonal's alignment the only optimal one? A gap costs more than it can win, and every
 * other diagonal scores less. */
static bool is_plain(const gw_verify_t *w, const gw_edge_t *e, const uint8_t *t, plain_t *out)
{
    const gw_graph_t *g = w->g;
    const gw_ident_params_t *p = &g->scoring;
    const uint8_t *q = gw_seqset_seq(g->s, e->a);
    int32_t q_len = gw_seqset_len(g->s, e->a), t_len = gw_seqset_len(g->s, e->b);
    int32_t lo = q_len < t_len ? q_len : t_len, match = p->matrix[0];
    *out = along(p, q, q_len, t, t_len, e->diag);
    if (out->score <= match * lo - p->gap_open - p->gap_extend)
        return false;
    gw_ident_band_t band = proving_band(g, q_len, t_len, e->diag, out->score);
    for (int32_t d = band.low; d <= band.high; d++)
        if (d != e->diag && along(p, q, q_len, t, t_len, d).score >= out->score)
            return false;
    return true;
}

static void decide_plain(const gw_graph_t *g, gw_edge_t *e, const plain_t *a)
{
    e->best = a->score;
    e->slack = (int64_t)g->scoring.id_den * a->matches - (int64_t)g->scoring.id_num * a->columns;
    e->span_a = e->span_b = a->columns;
    e->state |= GW_EDGE_KNOWN | GW_EDGE_PROVEN | GW_EDGE_PLAIN;
    if (e->slack >= 0)
        open_directions(g, e);
}

/* 3. deciding, a question at a time */
enum {
    START,
    NARROW_SLACK,
    WIDE_SLACK,
    SURE_SLACK,
    STRAYS,
    PROOF,
    BOUNDED,
    BOUNDED_AGAIN,
    WHOLE,
    SPAN_A,
    SPAN_B
};
static const gw_ident_band_t everywhere = {1, 0};

static bool ask(gw_check_t *c, int stage, int question, gw_ident_band_t band)
{
    c->stage = (uint8_t)stage;
    c->ask = (uint8_t)(question | (c->edge->reverse ? GW_IDENT_TURNED : 0));
    c->ask_band = band;
    c->ask_least = stage == WHOLE ? 0 : c->edge->best;
    return true;
}

static bool ask_whole(gw_check_t *c)
{
    c->edge->span_a = c->edge->span_b = 0;
    return ask(c, PROOF, GW_IDENT_SLACK, everywhere);
}

/* What a band said is proven when no alignment that is as good strays from it. A pair that was taken
 * for sure says it first. */
static bool ask_proof(const gw_graph_t *g, gw_check_t *c)
{
    gw_edge_t *e = c->edge;
    c->opinion = false;
    if (e->best > 0)
        return gw_strays_fits(&g->scoring, e->best) ? ask(c, STRAYS, GW_IDENT_STRAYS, e->band)
                                                    : ask_whole(c);
    e->band = around(e->diag, NARROW + e->spread);
    return ask(c, SURE_SLACK, GW_IDENT_SLACK, e->band);
}

/* What an opinion leads to, once who may represent whom is known. */
static bool after_opinion(const gw_graph_t *g, gw_check_t *c)
{
    gw_edge_t *e = c->edge;
    bool open = e->state & (GW_EDGE_A_REP | GW_EDGE_B_REP);
    if (!c->opinion)
        return false;
    /* alike, but along too little: the best alignment may lie on other diagonals */
    bool doubt = !open && !(e->state & GW_EDGE_WHOLE);
    return doubt || (open && c->proof) ? ask_proof(g, c) : false;
}

/* Asks for what is needed of the coverages, in c->band, and is not known (0). */
static bool ask_spans(const gw_graph_t *g, gw_check_t *c)
{
    gw_edge_t *e = c->edge;
    if (g->cov_num > 0) {
        if (e->span_a == 0)
            return ask(c, SPAN_A, GW_IDENT_SPAN_Q, c->band);
        if (e->span_b == 0 && (g->cov_mode != GW_COV_BOTH || covers(g, e->a, e->span_a)))
            return ask(c, SPAN_B, GW_IDENT_SPAN_T, c->band);
        open_directions(g, e);
    } else {
        e->state |= GW_EDGE_A_REP | GW_EDGE_B_REP;
    }
    return after_opinion(g, c);
}

/* A span in every optimal alignment. The band's answer stands when it holds the best score, as an
 * optimal alignment that strays further and covers less is no use to either sequence. */
static bool take_span(const gw_graph_t *g, gw_check_t *c, const gw_ident_answer_t *x)
{
    gw_edge_t *e = c->edge;
    bool first = c->stage == SPAN_A;
    if (x->score != e->best && c->ask_band.low <= c->ask_band.high)
        return ask(c, c->stage, first ? GW_IDENT_SPAN_Q : GW_IDENT_SPAN_T, everywhere);
    *(first ? &e->span_a : &e->span_b) = (int32_t)x->value;
    return ask_spans(g, c);
}

/* Nucleotides: what counting decides, or the band whose answer is a proof. */
static bool start_dna(gw_verify_t *w, gw_check_t *c, const uint8_t *t)
{
    const gw_graph_t *g = w->g;
    const gw_ident_params_t *p = &g->scoring;
    gw_edge_t *e = c->edge;
    int32_t q_len = gw_seqset_len(g->s, e->a), t_len = gw_seqset_len(g->s, e->b);
    int32_t lo = q_len < t_len ? q_len : t_len;
    plain_t diagonal;
    if (is_plain(w, e, t, &diagonal)) {
        decide_plain(g, e, &diagonal);
        return false;
    }
    int32_t most = (int32_t)((int64_t)(p->id_den - p->id_num) * lo / p->id_num);
    /* a gap that leads out of the band may be cheap when more errors are allowed than it is wide */
    int32_t hopeless = most < GW_EDITBOUND_BAND / 2 ? most : 2 * most;
    int32_t errors = gw_editbound(&w->bound, t, t_len, e->diag - GW_EDITBOUND_BAND / 2, hopeless);
    e->state |= GW_EDGE_KNOWN | GW_EDGE_PROVEN;
    if (errors > hopeless)
        return false;
    /* what the diagonal itself scores, or the errors with one gap among them; when that is too
     * good, the score found widens the band */
    int32_t hoped = p->matrix[0] * (lo - errors) + p->matrix[1] * (errors - 1) - p->gap_open -
                    p->gap_extend;
    e->band = proving_band(g, q_len, t_len, e->diag,
                           hoped > diagonal.score ? hoped : diagonal.score);
    return ask(c, BOUNDED, GW_IDENT_SLACK, e->band);
}

static gw_status_t start(gw_verify_t *w, gw_check_t *c, bool *more, gw_err_t *err)
{
    gw_edge_t *e = c->edge;
    bool known = e->state & GW_EDGE_KNOWN;
    *more = false;
    if (c->whole) {
        e->state = GW_EDGE_KNOWN;
        *more = ask(c, WHOLE, GW_IDENT_SLACK, everywhere);
        return GW_OK;
    }
    if ((e->state & GW_EDGE_PROVEN) || (known && !c->proof))
        return GW_OK;
    if (w->g->s->kind == GW_SEQ_DNA) {
        gw_status_t st = prepare_bound(w, e->a, err);
        if (st == GW_OK)
            *more = start_dna(w, c, target_letters(w, e->b, e->reverse));
        return st;
    }
    if (known) {
        *more = e->state & (GW_EDGE_A_REP | GW_EDGE_B_REP) ? ask_proof(w->g, c) : false;
        return GW_OK;
    }
    if (e->state & GW_EDGE_SURE) {
        e->state |= GW_EDGE_KNOWN | GW_EDGE_A_REP | GW_EDGE_B_REP;
        *more = c->proof ? ask_proof(w->g, c) : false;
        return GW_OK;
    }
    c->opinion = true;
    c->band = around(e->diag, NARROW + e->spread);
    *more = ask(c, NARROW_SLACK, GW_IDENT_SLACK, c->band);
    return GW_OK;
}

/* An opinion's score and slack: a second look, the coverages, or the end of it. */
static bool take_opinion(const gw_graph_t *g, gw_check_t *c)
{
    gw_edge_t *e = c->edge;
    e->state |= GW_EDGE_KNOWN;
    if (c->stage == NARROW_SLACK && e->slack < 0 && e->best > 0 &&
        e->slack >= -(int64_t)g->scoring.id_den * gw_seqset_len(g->s, e->b) / NEARLY) {
        c->band = around(e->diag, WIDE + e->spread);
        return ask(c, WIDE_SLACK, GW_IDENT_SLACK, c->band);
    }
    if (e->best <= 0 || e->slack < 0)
        return false;
    if (!(e->state & GW_EDGE_WHOLE))
        return ask_spans(g, c);
    e->state |= GW_EDGE_A_REP | GW_EDGE_B_REP;
    return after_opinion(g, c);
}

static bool proven(const gw_graph_t *g, gw_check_t *c)
{
    gw_edge_t *e = c->edge;
    e->state = (uint8_t)((e->state & ~(GW_EDGE_A_REP | GW_EDGE_B_REP)) | GW_EDGE_PROVEN);
    c->band = e->band;
    return e->best > 0 && e->slack >= 0 ? ask_spans(g, c) : false;
}

static bool take_slack(const gw_graph_t *g, gw_check_t *c, const gw_ident_answer_t *x)
{
    gw_edge_t *e = c->edge;
    e->best = (int32_t)x->score;
    e->slack = x->value;
    c->band = everywhere;
    if (c->stage == PROOF) {
        e->band = around(e->diag, MIDDLE + e->spread);
        return proven(g, c);
    }
    if (c->stage == BOUNDED) {
        gw_ident_band_t need = proving_band(g, gw_seqset_len(g->s, e->a),
                                            gw_seqset_len(g->s, e->b), e->diag, e->best);
        if (need.low < e->band.low || need.high > e->band.high) {
            e->band = need;
            return ask(c, BOUNDED_AGAIN, GW_IDENT_SLACK, need);
        }
    }
    if (c->stage == BOUNDED || c->stage == BOUNDED_AGAIN)
        c->band = e->band;
    return e->best > 0 && e->slack >= 0 ? ask_spans(g, c) : false;
}

gw_status_t gw_verify_step(gw_verify_t *w, gw_check_t *c, const gw_ident_answer_t *x, bool *more,
                           gw_err_t *err)
{
    switch (c->stage) {
    case START:
        return start(w, c, more, err);
    case NARROW_SLACK:
    case WIDE_SLACK:
        c->edge->best = (int32_t)x->score;
        c->edge->slack = x->value;
        c->edge->band = c->band;
        *more = take_opinion(w->g, c);
        return GW_OK;
    case SURE_SLACK:
        c->edge->best = (int32_t)x->score;
        c->edge->slack = x->value;
        *more = x->score > 0 ? ask_proof(w->g, c) : ask_whole(c);
        return GW_OK;
    case STRAYS:
        *more = x->value ? ask_whole(c) : proven(w->g, c);
        return GW_OK;
    case SPAN_A:
    case SPAN_B:
        *more = take_span(w->g, c, x);
        return GW_OK;
    default:
        *more = take_slack(w->g, c, x);
        return GW_OK;
    }
}

/* 4. figures for output */
static gw_status_t span_of(gw_verify_t *w, const uint8_t *t, int32_t len,
                           const gw_ident_band_t *band, bool of_target, int32_t score,
                           int32_t *span, gw_err_t *err)
{
    int32_t found;
    gw_status_t st = gw_ident_span(w->ident, t, len, band, of_target, &found, span, err);
    if (st == GW_OK && found != score)
        st = gw_ident_span(w->ident, t, len, NULL, of_target, &found, span, err);
    return st;
}

static gw_status_t measure(gw_verify_t *w, const uint8_t *t, int32_t len, gw_figures_t *f,
                           int32_t *span_a, int32_t *span_b, gw_err_t *err)
{
    const gw_edge_t *e = f->edge;
    plain_t diagonal;
    if (e && (e->state & GW_EDGE_PLAIN)) {
        diagonal = along(&w->g->scoring, gw_seqset_seq(w->g->s, e->a),
                         gw_seqset_len(w->g->s, e->a), t, len, e->diag);
        f->matches = diagonal.matches;
        f->columns = *span_a = *span_b = diagonal.columns;
        return GW_OK;
    }
    const gw_ident_band_t *band = e ? &e->band : NULL;
    int32_t score, found = -1;
    int64_t slack;
    gw_status_t st = GW_OK;
    if (e) {
        score = e->best;
        slack = e->slack;
        *span_a = e->span_a;
        *span_b = e->span_b;
        st = gw_ident_counts(w->ident, t, len, band, &found, &f->matches, &f->columns, err);
    } else {
        st = gw_ident_slack(w->ident, t, len, NULL, &score, &slack, err);
        if (st != GW_OK || score <= 0)
            return st;
    }
    if (st == GW_OK &&
        (found != score || gw_ident_slack_of(w->ident, f->matches, f->columns) != slack))
        st = gw_ident_counts(w->ident, t, len, NULL, &found, &f->matches, &f->columns, err);
    if (st == GW_OK && *span_a == 0)
        st = span_of(w, t, len, band, false, score, span_a, err);
    if (st == GW_OK && *span_b == 0)
        st = span_of(w, t, len, band, true, score, span_b, err);
    return st;
}

gw_status_t gw_verify_figures(gw_verify_t *w, gw_figures_t *f, gw_err_t *err)
{
    /* the pair in the order in which it was decided */
    int32_t a = f->rep < f->member ? f->rep : f->member, b = a == f->rep ? f->member : f->rep;
    int32_t *span_a = a == f->rep ? &f->rep_span : &f->member_span;
    int32_t *span_b = a == f->rep ? &f->member_span : &f->rep_span;
    prepare(w, a);
    f->band = (gw_ident_band_t){1, 0};
    if (f->edge) {
        f->reverse = f->edge->reverse;
        f->band = f->edge->band;
        if (f->edge->state & GW_EDGE_PLAIN)
            f->band = (gw_ident_band_t){f->edge->diag, f->edge->diag};
    }
    return measure(w, target_letters(w, b, f->reverse), gw_seqset_len(w->g->s, b), f, span_a,
                   span_b, err);
}
