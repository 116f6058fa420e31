#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fold/foldout.h"
#include "fold/foldpage.h"
#include "fold/foldtrace.h"
#include "fold/sspred.h"

static const char style[] =
    ":root{--bg:#fff;--fg:#1b1e22;--dim:#667;--line:#d9dde3;--soft:#f4f6f8;--link:#0b62a4;"
    "--h:#b3134f;--e:#0a58b8;--ok:#1b7a3d;--mid:#9a6400;--no:#a02020}"
    "@media(prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e7e9ec;--dim:#9aa3ad;--line:#"
    "363c44;"
    "--soft:#1f242a;--link:#6cb6ff;--h:#ff7fab;--e:#7ab7ff;--ok:#63c989;--mid:#e5b04d;--no:#ff8a80}"
    "}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;"
    "color:var(--fg);background:var(--bg)}h1{font-size:1.4em}h2{font-size:1.25em;margin:2.2em 0 "
    ".3em;"
    "border-bottom:2px solid var(--line);overflow-wrap:anywhere}h3{font-size:1.05em;margin:1.6em 0 "
    ".4em}"
    "small,.dim{color:var(--dim);font-weight:400}a{color:var(--link)}"
    "code{background:var(--soft);padding:.1em .3em;overflow-wrap:anywhere}"
    ".sure{border-left:5px solid var(--ok)}.some{border-left:5px solid var(--mid)}"
    ".none{border-left:5px solid var(--no)}.verdict{padding:.5em .9em;background:var(--soft)}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.2em .5em;text-align:right;border-bottom:1px solid "
    "var(--line);white-space:nowrap}"
    "th{font-weight:600}.l{text-align:left}"
    ".models{display:flex;flex-wrap:wrap;gap:1.2em}figure{margin:.6em 0}.models figure{flex:1 1 "
    "20em;"
    "max-width:30em}figcaption{color:var(--dim);font-size:.92em}svg{width:100%;height:auto;display:"
    "block}"
    ".halo{stroke:var(--bg)}.mark,.ink{fill:var(--fg)}.faint{fill:var(--dim)}.rule{stroke:var(--"
    "line)}"
    ".key{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .9em;vertical-align:-.05em}"
    "details{border:1px solid var(--line);border-radius:4px;margin:.5em 0;padding:.2em .8em}"
    "summary{cursor:pointer}pre{font:13px/1.35 ui-monospace,monospace;overflow-x:auto;margin:.6em "
    "0}"
    ".H{color:var(--h)}.E{color:var(--e)}.C{color:var(--dim)}i{font-style:normal;color:var(--dim)}";

void gw_foldpage_begin(FILE *f, const char *command_line, const gw_search_lib_t *l)
{
    fprintf(f,
            "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
            "<meta name='viewport' content='width=device-width,initial-scale=1'>"
            "<meta name='color-scheme' content='light dark'>"
            "<title>genowarp fold</title><style>%s</style></head><body>\n<h1>genowarp fold</h1>\n"
            "<p>version " PACKAGE_VERSION ", %zu templates<br><code>",
            style, l->feat.n);
    gw_text_html(f, command_line);
    fputs("</code></p>\n", f);
}

void gw_foldpage_end(FILE *f)
{
    fputs("</body></html>\n", f);
}

typedef struct {
    FILE *f;
    size_t number;
    const gw_profile_t *q;
    const gw_search_lib_t *l;
    const gw_search_result_t *r;
} page_t;

static const char *label_of(const page_t *p, const gw_search_hit_t *h)
{
    const char *label = gw_tlib_label(p->l->lib, h->tmpl);
    return *label ? label : "-";
}

static void verdict(const page_t *p)
{
    FILE *f = p->f;
    const gw_search_hit_t *h = p->r->n ? &p->r->hit[0] : NULL;
    if (!h || h->prob_fold < 0.5 || !h->aln.n_aligned) {
        fputs("<p class='verdict none'><b>No significant template.</b> The fold may be new, or "
              "absent "
              "from this library; an alignment of related sequences (A3M) finds more than the "
              "sequence alone.</p>\n",
              f);
        return;
    }
    bool sure = h->prob_superfamily >= 0.9;
    fprintf(f, "<p class='verdict %s'><b>%s</b> ", sure ? "sure" : "some",
            sure ? "Confident." : "Likely fold, not certain.");
    gw_text_html(f, gw_tlib_name(p->l->lib, h->tmpl));
    fputs(" (", f);
    gw_text_html(f, label_of(p, h));
    fprintf(
        f,
        "): probability of the superfamily %.3f, of the fold %.3f; E-value %.2g; %d of %d residues "
        "aligned, %.0f %% identical.</p>\n",
        h->prob_superfamily, h->prob_fold, h->evalue, h->aln.n_aligned, p->q->len,
        100.0 * h->aln.n_identical / h->aln.n_aligned);
}

/* models */
static void key(FILE *f, const char *colour, const char *text)
{
    fprintf(f, "<span class='key' style='background:%s'></span>%s", colour, text);
}

/* the chain in two colourings under a heading */
static gw_status_t figures(const page_t *p, const gw_model_t *m, const char *heading,
                           const char *title, gw_err_t *err)
{
    FILE *f = p->f;
    fprintf(f, "<h3>%s</h3>\n<div class='models'><figure>", heading);
    gw_status_t st = gw_foldtrace_svg(f, m, title, GW_FOLDTRACE_CHAIN, false, err);
    fputs("<figcaption>From the N terminus (blue) to the C terminus (red).</figcaption></figure>"
          "<figure>",
          f);
    if (st == GW_OK)
        st = gw_foldtrace_svg(f, m, title, GW_FOLDTRACE_CONFIDENCE, false, err);
    fputs("<figcaption>Confidence:", f);
    key(f, gw_foldtrace_confidence_colour(90), "85 to 100");
    key(f, gw_foldtrace_confidence_colour(75), "70 to 85");
    key(f, gw_foldtrace_confidence_colour(60), "50 to 70");
    key(f, gw_foldtrace_confidence_colour(0), "below 50: do not rely on it");
    fputs("</figcaption></figure></div>\n", f);
    return st;
}

static gw_status_t drawings(const page_t *p, const gw_model_t *m, size_t rank, gw_err_t *err)
{
    FILE *f = p->f;
    char heading[40], *title = gw_asprintf("Model of %s by template %s", p->q->name,
                                           gw_tlib_name(p->l->lib, p->r->hit[rank].tmpl));
    if (!title)
        return gw_err_nomem(err, "writing the report");
    snprintf(heading, sizeof heading, "Model %zu", rank + 1);
    gw_status_t st = figures(p, m, heading, title, err);
    free(title);
    int32_t low = 0;
    for (int32_t i = 0; i < m->len; i++)
        low += m->r[i].origin != GW_MODEL_NONE && m->r[i].confidence < 50;
    fputs("<p class='dim'>Residues from ", f);
    for (int k = 0; k < m->n_sources; k++)
        if (k == 0 || m->source[k].n) {
            fputs(k ? ", " : "", f);
            gw_text_html(f, m->source[k].name);
            fprintf(f, ": %d", m->source[k].n);
        }
    fprintf(f, "; in modelled loops: %d; without a model: %d; with confidence below 50: %d.</p>\n",
            m->n_loop, m->len - m->n_copied - m->n_loop, low);
    return st;
}

static gw_status_t without_template(const page_t *p, const gw_abinitio_t *a, gw_err_t *err)
{
    char *title = gw_asprintf("Ab-initio model of %s", p->q->name);
    if (!title)
        return gw_err_nomem(err, "writing the report");
    gw_status_t st = figures(p, &a->m, "Ab-initio model (experimental)", title, err);
    free(title);
    fprintf(p->f,
            "<p class='verdict none'><b>Experimental, often wrong.</b> Folded from fragments, "
            "without a template: the centre of %d decoys, which agree with it at a mean TM-score "
            "of %.2f. Expected TM-score with the true structure %.2f; below 0.5 the fold is "
            "mostly not the right one.</p>\n",
            a->decoys, a->agreement, a->expected_tm);
    return st;
}

/* the map of hits over the query */
enum { MAP_WIDE = 900, MAP_LEFT = 150, MAP_TOP = 34, ROW = 17, MAP_ROWS = 25 };

static double at(const page_t *p, int32_t i)
{
    return MAP_LEFT + (double)i * (MAP_WIDE - MAP_LEFT - 12) / p->q->len;
}

static char predicted(const page_t *p, int32_t i, int *digit)
{
    const float *x = p->r->pred + i * GW_SSPRED_OUT;
    int k = x[2] >= x[1] && x[2] >= x[0] ? 2 : x[1] >= x[0] ? 1 : 0;
    *digit = (int)(10 * x[k]);
    *digit = *digit > 9 ? 9 : *digit;
    return "CEH"[k];
}

static const char *chance_colour(double prob)
{
    return gw_foldtrace_confidence_colour(prob >= 0.9   ? 90
                                          : prob >= 0.5 ? 75
                                          : prob >= 0.1 ? 60
                                                        : 0);
}

static void ss_strip(const page_t *p)
{
    int digit;
    for (int32_t i = 0; i < p->q->len;) {
        char c = predicted(p, i, &digit);
        int32_t j = i;
        while (j < p->q->len && predicted(p, j, &digit) == c)
            j++;
        double high = c == 'C' ? 2 : 10;
        fprintf(p->f, "<rect x='%.1f' y='%.1f' width='%.1f' height='%.0f' rx='%d' fill='%s'/>\n",
                at(p, i), 22 - high / 2, at(p, j) - at(p, i), high, c == 'H' ? 4 : 0,
                c == 'H'   ? "var(--h)"
                : c == 'E' ? "var(--e)"
                           : "var(--dim)");
        i = j;
    }
}

static void axis(const page_t *p, int high)
{
    static const int32_t round[] = {10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
    size_t k = 0;
    while (k + 1 < sizeof round / sizeof *round && p->q->len / round[k] > 12)
        k++;
    for (int32_t i = round[k]; i <= p->q->len; i += round[k])
        fprintf(
            p->f,
            "<line class='rule' x1='%.1f' x2='%.1f' y1='14' y2='%d'/><text class='faint' x='%.1f' "
            "y='11' text-anchor='middle'>%d</text>\n",
            at(p, i) - 0.5, at(p, i) - 0.5, high, at(p, i), i);
}

static void bar(const page_t *p, size_t rank)
{
    const gw_search_hit_t *h = &p->r->hit[rank];
    const gw_foldalign_t *a = &h->aln;
    double y = MAP_TOP + ROW * (double)rank;
    const char *c = chance_colour(h->prob_superfamily);
    fprintf(p->f, "<a href='#q%zuh%zu'><title>", p->number, rank + 1);
    gw_text_html(p->f, gw_tlib_name(p->l->lib, h->tmpl));
    fprintf(
        p->f,
        ": probability %.3f, E %.2g</title><text class='ink' x='%d' y='%.1f' text-anchor='end'>",
        h->prob_superfamily, h->evalue, MAP_LEFT - 8, y + 11);
    char name[20];
    snprintf(name, sizeof name, "%s", gw_tlib_name(p->l->lib, h->tmpl));
    gw_text_html(p->f, name);
    fprintf(p->f, "</text><rect x='%.1f' y='%.1f' width='%.1f' height='2' fill='%s'/>",
            at(p, a->q_beg), y + 6, at(p, a->q_end) - at(p, a->q_beg), c);
    for (int32_t i = a->q_beg; i < a->q_end;) {
        int32_t j = i;
        while (j < a->q_end && a->map[j] >= 0)
            j++;
        if (j > i)
            fprintf(p->f, "<rect x='%.1f' y='%.1f' width='%.1f' height='11' fill='%s'/>", at(p, i),
                    y + 1.5, at(p, j) - at(p, i), c);
        i = j > i ? j : i + 1;
    }
    fputs("</a>\n", p->f);
}

static void map(const page_t *p)
{
    size_t n = p->r->n < MAP_ROWS ? p->r->n : MAP_ROWS;
    int high = MAP_TOP + ROW * (int)n + 6;
    fprintf(
        p->f,
        "<h3>Where the hits lie</h3>\n<div class='wide'><svg viewBox='0 0 %d %d' role='img' "
        "font-size='12' font-family='system-ui,sans-serif' style='min-width:40em' "
        "aria-label='Query with predicted secondary structure, and the best %zu hits under it'>\n",
        MAP_WIDE, high, n);
    axis(p, high);
    fprintf(p->f, "<text class='ink' x='%d' y='26' text-anchor='end'>predicted</text>\n",
            MAP_LEFT - 8);
    ss_strip(p);
    for (size_t k = 0; k < n; k++)
        bar(p, k);
    fputs("</svg></div>\n<p class='dim'>Top row:", p->f);
    key(p->f, "var(--h)", "helix");
    key(p->f, "var(--e)", "strand");
    fputs(". Hits by probability of the superfamily:", p->f);
    key(p->f, chance_colour(0.95), "0.9 and more");
    key(p->f, chance_colour(0.6), "0.5 to 0.9");
    key(p->f, chance_colour(0.2), "0.1 to 0.5");
    key(p->f, chance_colour(0), "below 0.1");
    fputs("</p>\n", p->f);
}

static void hits_table(const page_t *p)
{
    FILE *f = p->f;
    fputs("<h3>Hits</h3>\n<div class='wide'><table><thead><tr><th scope='col'>#</th>"
          "<th scope='col' class='l'>Template</th><th scope='col' class='l'>Label</th>"
          "<th scope='col'>Superfamily</th><th scope='col'>Family</th><th scope='col'>Fold</th>"
          "<th scope='col'>E-value</th><th scope='col'>Z</th><th scope='col'>Score</th>"
          "<th scope='col'>Identity</th><th scope='col'>Coverage</th><th scope='col'>Query</th>"
          "<th scope='col'>Template</th></tr></thead><tbody>\n",
          f);
    for (size_t i = 0; i < p->r->n; i++) {
        const gw_search_hit_t *h = &p->r->hit[i];
        const gw_foldalign_t *a = &h->aln;
        fprintf(f, "<tr><td>%zu</td><td class='l'><a href='#q%zuh%zu'>", i + 1, p->number, i + 1);
        gw_text_html(f, gw_tlib_name(p->l->lib, h->tmpl));
        fputs("</a></td><td class='l'>", f);
        gw_text_html(f, label_of(p, h));
        fprintf(
            f,
            "</td><td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%.2g</td><td>%.1f</td><td>%.1f</td>"
            "<td>%.0f %%</td><td>%.0f %%</td>",
            h->prob_superfamily, h->prob_family, h->prob_fold, h->evalue, h->z, h->score,
            a->n_aligned ? 100.0 * a->n_identical / a->n_aligned : 0,
            100.0 * a->n_aligned / p->q->len);
        if (a->n_aligned)
            fprintf(f, "<td>%d-%d</td><td>%d-%d</td></tr>\n", a->q_beg + 1, a->q_end, a->t_beg + 1,
                    a->t_end);
        else
            fputs("<td>-</td><td>-</td></tr>\n", f);
    }
    fputs("</tbody></table></div>\n<p class='dim'>Superfamily, family and fold are probabilities "
          "that "
          "query and template share them; E-value: hits this good expected by chance in this "
          "library.</p>\n",
          f);
}

/* alignments */
static void state_runs(FILE *f, const char *row, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && row[j] == row[i])
            j++;
        char kind = row[i] == 'H' || row[i] == 'G' || row[i] == 'I' ? 'H'
                    : row[i] == 'E' || row[i] == 'B'                ? 'E'
                                                                    : 'C';
        fprintf(f, "<span class='%c'>%.*s</span>", kind, (int)(j - i), row + i);
        i = j;
    }
}

enum { Q_SS, Q_SURE, Q_SEQ, MIDDLE, T_SEQ, T_SS, POST, TRACKS };

/* seven rows over the alignment's columns, one after the other in t, each n + 1 bytes */
static void tracks(const page_t *p, const gw_search_hit_t *h, const gw_template_t *tmpl,
                   const char *qr, const char *tr, size_t n, char *t)
{
    int32_t i = h->aln.q_beg, j = h->aln.t_beg;
    memset(t, ' ', TRACKS * (n + 1));
    for (size_t c = 0; c < n; c++) {
        bool q = qr[c] != '-', m = tr[c] != '-';
        int digit;
        if (q) {
            t[Q_SS * (n + 1) + c] = predicted(p, i, &digit);
            t[Q_SURE * (n + 1) + c] = (char)('0' + digit);
        }
        if (q && m) {
            double x = 10 * (double)h->aln.post[i];
            t[POST * (n + 1) + c] = (char)('0' + (x >= 9 ? 9 : (int)x));
            t[MIDDLE * (n + 1) + c] = qr[c] == tr[c] ? '|' : '.';
        }
        if (m)
            t[T_SS * (n + 1) + c] = gw_tlib_ss_letters[tmpl->ss[j]];
        t[Q_SEQ * (n + 1) + c] = qr[c];
        t[T_SEQ * (n + 1) + c] = tr[c];
        i += q;
        j += m;
    }
}

static void blocks(const page_t *p, const gw_search_hit_t *h, const char *t, size_t n)
{
    enum { WIDE = 80 };
    FILE *f = p->f;
    int32_t i = h->aln.q_beg, j = h->aln.t_beg;
    for (size_t a = 0; a < n; a += WIDE) {
        int k = n - a < WIDE ? (int)(n - a) : WIDE;
        const char *row[TRACKS];
        int32_t i0 = i, j0 = j;
        for (int r = 0; r < TRACKS; r++)
            row[r] = t + (size_t)r * (n + 1) + a;
        for (int c = 0; c < k; c++) {
            i += row[Q_SEQ][c] != '-';
            j += row[T_SEQ][c] != '-';
        }
        fputs("<i>predicted SS  </i>      ", f);
        state_runs(f, row[Q_SS], (size_t)k);
        fprintf(f, "\n<i>how sure            %.*s</i>\nQuery          %4d %.*s %d\n", k,
                row[Q_SURE], i0 + 1, k, row[Q_SEQ], i);
        fprintf(f,
                "                    %.*s\nTemplate       %4d %.*s %d\n<i>DSSP          </i>      ",
                k, row[MIDDLE], j0 + 1, k, row[T_SEQ], j);
        state_runs(f, row[T_SS], (size_t)k);
        fprintf(f, "\n<i>pair's confidence   %.*s</i>\n\n", k, row[POST]);
    }
}

static gw_status_t alignment(const page_t *p, size_t rank, gw_err_t *err)
{
    const gw_search_hit_t *h = &p->r->hit[rank];
    gw_template_t tmpl;
    char *qr = NULL, *tr = NULL, *t = NULL;
    fprintf(p->f, "<details id='q%zuh%zu'%s><summary>%zu. <b>", p->number, rank + 1,
            rank == 0 ? " open" : "", rank + 1);
    gw_text_html(p->f, gw_tlib_name(p->l->lib, h->tmpl));
    fputs("</b> ", p->f);
    gw_text_html(p->f, label_of(p, h));
    fprintf(
        p->f,
        " <span class='dim'>probability %.3f, E %.2g, %d residues aligned</span></summary><pre>\n",
        h->prob_superfamily, h->evalue, h->aln.n_aligned);
    gw_status_t st = gw_tlib_read(p->l->lib, h->tmpl, &tmpl, err);
    if (st != GW_OK)
        return st;
    st = gw_foldout_rows(p->q, tmpl.seq, &h->aln, &qr, &tr, err);
    size_t n = st == GW_OK ? strlen(qr) : 0;
    if (st == GW_OK && !(t = gw_malloc(TRACKS, n + 1)))
        st = gw_err_nomem(err, "writing the report");
    if (st == GW_OK) {
        tracks(p, h, &tmpl, qr, tr, n, t);
        blocks(p, h, t, n);
    }
    fputs("</pre></details>\n", p->f);
    free(t);
    free(qr);
    free(tr);
    gw_template_release(&tmpl);
    return st;
}

gw_status_t gw_foldpage_query(FILE *f, size_t number, const gw_profile_t *q,
                              const gw_search_lib_t *l, const gw_search_result_t *r,
                              const gw_modelset_t *models, const gw_abinitio_t *a, gw_err_t *err)
{
    page_t p = {f, number, q, l, r};
    gw_status_t st = GW_OK;
    fputs("<section><h2>", f);
    gw_text_html(f, q->name);
    fprintf(f, " <small>%d residues, profile of %d sequence%s</small></h2>\n", q->len, q->n_seqs,
            q->n_seqs == 1 ? "" : "s");
    verdict(&p);
    for (size_t k = 0; k < models->n && st == GW_OK; k++)
        if (models->v[k].m.n_copied)
            st = drawings(&p, &models->v[k].m, models->v[k].hit, err);
    if (st == GW_OK && a)
        st = without_template(&p, a, err);
    if (st == GW_OK && r->n) {
        map(&p);
        hits_table(&p);
        fputs("<h3>Alignments</h3>\n", f);
    }
    for (size_t k = 0; k < r->n && st == GW_OK; k++)
        st = alignment(&p, k, err);
    fputs("</section>\n", f);
    return st;
}
