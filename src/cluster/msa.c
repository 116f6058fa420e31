#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/msa.h"
#include "cluster/scoring.h"
#include "cluster/sizename.h"

enum { BATCH = 4096, WIDE = 1 << 25, BAND = 1000, MAX_LETTERS = GW_SEQSET_PROTEIN_LETTERS };

/* The alignments of a run of clusters: the centre is the query, a member the target. */
typedef struct {
    const gw_clusterview_t *v;
    const gw_msa_out_t *out;
    gw_extend_params_t scoring;
    int32_t n_count; /* letters from here on stand for several */
    uint8_t *letter; /* of members, turned where they are the other strand */
    size_t n_letters, cap_letters;
    int64_t *q_off, *t_off;
    int32_t *q_len, *t_len, *diag, *width;
    size_t n, cap;
    gw_extend_cigars_t cigars;
    size_t cap_score, cap_off;
    /* one cluster: columns before each letter of the centre, one row, weights of a column */
    int32_t *room;
    int64_t *column; /* of the centre's letters */
    char *row;
    size_t cap_row;
    int64_t *weight; /* columns * (MAX_LETTERS + 1); gaps last */
    size_t cap_weight;
} msa_t;

/* 1. alignments */
static bool is_reverse(const gw_clusterview_t *v, int32_t u)
{
    return v->figure[u] >= 0 && v->c->figures[v->figure[u]].reverse;
}

static gw_status_t add_pair(msa_t *m, int32_t rep, int32_t u, gw_err_t *err)
{
    const gw_seqset_t *s = m->v->s;
    int32_t len = gw_seqset_len(s, u), centre = gw_seqset_len(s, rep);
    const uint8_t *p = gw_seqset_seq(s, u);
    if (!GW_GROW(m->letter, m->cap_letters, m->n_letters + (size_t)len))
        return gw_err_nomem(err, "aligning clusters");
    uint8_t *to = m->letter + m->n_letters;
    if (is_reverse(m->v, u))
        for (int32_t i = 0; i < len; i++)
            to[i] = p[len - 1 - i] < 4 ? 3 - p[len - 1 - i] : 4;
    else
        memcpy(to, p, (size_t)len);
    bool whole = (int64_t)len * centre <= WIDE;
    m->q_off[m->n] = s->off[rep];
    m->q_len[m->n] = centre;
    m->t_off[m->n] = (int64_t)m->n_letters;
    m->t_len[m->n] = len;
    m->diag[m->n] = (len - centre) / 2;
    m->width[m->n] = whole ? -1 : abs(len - centre) / 2 + BAND;
    m->n_letters += (size_t)len;
    m->n++;
    return GW_OK;
}

static gw_status_t make_room(msa_t *m, size_t pairs, gw_err_t *err)
{
    if (pairs <= m->cap)
        return GW_OK;
    size_t cap[6] = {m->cap, m->cap, m->cap, m->cap, m->cap, m->cap};
    if (!GW_GROW(m->q_off, cap[0], pairs) || !GW_GROW(m->t_off, cap[1], pairs) ||
        !GW_GROW(m->q_len, cap[2], pairs) || !GW_GROW(m->t_len, cap[3], pairs) ||
        !GW_GROW(m->diag, cap[4], pairs) || !GW_GROW(m->width, cap[5], pairs) ||
        !GW_GROW(m->cigars.score, m->cap_score, pairs) ||
        !GW_GROW(m->cigars.cigar_off, m->cap_off, pairs + 1))
        return gw_err_nomem(err, "aligning clusters");
    m->cap = pairs;
    return GW_OK;
}

/* Clusters [from, to): all their members against their centres. */
static gw_status_t align(msa_t *m, gw_engine_t *engine, int32_t from, int32_t to, gw_err_t *err)
{
    const gw_clusterview_t *v = m->v;
    m->n = m->n_letters = 0;
    gw_status_t st = make_room(m, (size_t)(v->first[to] - v->first[from]) + 1, err);
    for (int32_t k = from; st == GW_OK && k < to; k++)
        for (int32_t i = v->first[k] + 1; st == GW_OK && i < v->first[k + 1]; i++)
            st = add_pair(m, v->rep[k], v->uniq[i], err);
    if (st != GW_OK || m->n == 0)
        return st;
    gw_extend_batch_t b = {m->n, v->s->letter, m->letter, m->q_off, m->t_off, m->q_len, m->t_len};
    gw_extend_in_t in = {&b, &m->scoring, m->diag, m->width};
    return gw_engine_run(engine, GW_JOB_EXTEND_GLOBAL, &in, &m->cigars, err);
}

/* 2. columns */
static int64_t lay_columns(msa_t *m, size_t pair, size_t n_pairs, int32_t len)
{
    memset(m->room, 0, ((size_t)len + 1) * sizeof *m->room);
    for (size_t p = pair; p < pair + n_pairs; p++)
        for (int64_t at = 0, c = m->cigars.cigar_off[p]; c < m->cigars.cigar_off[p + 1]; c++) {
            int32_t n = (int32_t)(m->cigars.cigar[c] >> 4);
            if ((m->cigars.cigar[c] & 15) == 2)
                m->room[at] = n > m->room[at] ? n : m->room[at];
            else
                at += n;
        }
    int64_t columns = 0;
    for (int32_t i = 0; i <= len; i++) {
        columns += m->room[i];
        m->column[i] = columns++;
    }
    return columns - 1; /* the last place has no letter of the centre */
}

static char shown(const gw_seqset_t *s, uint8_t letter)
{
    static const char protein[] = "ARNDCQEGHILKMFPSTWYVBZX";
    return s->kind == GW_SEQ_DNA ? "ACGTN"[letter] : protein[letter];
}

/* Codes of a row, 0xff for gaps; pair < 0: the centre itself. */
static void lay_row(msa_t *m, const uint8_t *centre, int32_t len, int64_t pair, int64_t columns)
{
    memset(m->row, 0xff, (size_t)columns);
    if (pair < 0) {
        for (int32_t i = 0; i < len; i++)
            m->row[m->column[i]] = (char)centre[i];
        return;
    }
    const uint8_t *t = m->letter + m->t_off[pair];
    int64_t at = 0;
    for (int64_t c = m->cigars.cigar_off[pair]; c < m->cigars.cigar_off[pair + 1]; c++) {
        int32_t n = (int32_t)(m->cigars.cigar[c] >> 4), op = (int32_t)(m->cigars.cigar[c] & 15);
        if (op == 2) {
            memcpy(m->row + m->column[at] - m->room[at], t, (size_t)n);
            t += n;
        } else {
            for (int32_t i = 0; op == 0 && i < n; i++)
                m->row[m->column[at + i]] = (char)*t++;
            at += n;
        }
    }
}

/* In A3M columns of the centre are upper case or -, others lower case or nothing. */
static void put_row(const msa_t *m, const char *name, int32_t len, int64_t columns)
{
    FILE *f = m->out->msa;
    int32_t next = 0; /* letter of the centre */
    fprintf(f, ">%s\n", name);
    for (int64_t c = 0; c < columns; c++) {
        bool own = next < len && m->column[next] == c;
        uint8_t code = (uint8_t)m->row[c];
        next += own;
        if (m->out->format == GW_MSA_FASTA || own)
            fputc(code == 0xff ? '-' : shown(m->v->s, code), f);
        else if (code != 0xff)
            fputc(tolower(shown(m->v->s, code)), f);
    }
    fputc('\n', f);
}

/* 3. the consensus */
static void add_weights(msa_t *m, int64_t weight, int64_t columns)
{
    for (int64_t c = 0; c < columns; c++) {
        uint8_t code = (uint8_t)m->row[c];
        m->weight[c * (MAX_LETTERS + 1) + (code == 0xff ? MAX_LETTERS : code)] += weight;
    }
}

static void put_consensus(const msa_t *m, int32_t k, const uint8_t *centre, int32_t len,
                          int64_t columns)
{
    FILE *f = m->out->consensus;
    const gw_seqset_t *s = m->v->s;
    const char *name = s->rec[s->first[m->v->rep[k]]].name;
    int32_t next = 0;
    fputc('>', f);
    if (m->v->sizes)
        gw_sizename_write(name, m->v->abundance[k], f);
    else
        fputs(name, f);
    fputc('\n', f);
    for (int64_t c = 0; c < columns; c++) {
        const int64_t *w = m->weight + c * (MAX_LETTERS + 1);
        int64_t letters = 0;
        bool own = next < len && m->column[next] == c;
        int32_t best = own ? centre[next] : -1;
        next += own;
        for (int32_t a = 0; a < MAX_LETTERS; a++)
            letters += w[a];
        if (letters < w[MAX_LETTERS])
            continue;
        for (int32_t a = 0; a < MAX_LETTERS; a++) {
            bool vague = a >= m->n_count, held = best >= 0 && best < m->n_count && w[best] > 0;
            if (w[a] > 0 &&
                (best < 0 || (vague ? !held && w[a] > w[best] : !held || w[a] > w[best])))
                best = a;
        }
        fputc(shown(s, (uint8_t)best), f);
    }
    fputc('\n', f);
}

/* 4. clusters */
static gw_status_t put_cluster(msa_t *m, int32_t k, size_t *pair, gw_err_t *err)
{
    const gw_clusterview_t *v = m->v;
    const gw_seqset_t *s = v->s;
    const uint8_t *centre = gw_seqset_seq(s, v->rep[k]);
    int32_t len = gw_seqset_len(s, v->rep[k]);
    size_t n_pairs = (size_t)(v->first[k + 1] - v->first[k]) - 1;
    int64_t columns = lay_columns(m, *pair, n_pairs, len);
    size_t weights = m->out->consensus ? (size_t)columns * (MAX_LETTERS + 1) : 0;
    if (!GW_GROW(m->row, m->cap_row, (size_t)columns + 1) ||
        !GW_GROW(m->weight, m->cap_weight, weights + 1))
        return gw_err_nomem(err, "aligning clusters");
    memset(m->weight, 0, weights * sizeof *m->weight);
    if (m->out->msa && k > 0)
        fputc('\n', m->out->msa);
    for (int32_t i = v->first[k]; i < v->first[k + 1]; i++) {
        int32_t u = v->uniq[i];
        lay_row(m, centre, len, i == v->first[k] ? -1 : (int64_t)(*pair)++, columns);
        for (int64_t r = s->first[u]; r < s->first[u + 1]; r++) {
            if (m->out->msa)
                put_row(m, s->rec[r].name, len, columns);
            if (m->out->consensus)
                add_weights(m, s->rec[r].size, columns);
        }
    }
    if (m->out->consensus)
        put_consensus(m, k, centre, len, columns);
    return GW_OK;
}

gw_status_t gw_msa_write(const gw_clusterview_t *v, gw_engine_t *engine, const gw_msa_out_t *out,
                         gw_err_t *err)
{
    msa_t m = {.v = v, .out = out};
    gw_ident_params_t p;
    gw_scoring_init(&p, v->s->kind, 1);
    m.scoring = (gw_extend_params_t){
        .n_letters = p.n_letters, .gap_open = p.gap_open, .gap_extend = p.gap_extend};
    memcpy(m.scoring.matrix, p.matrix, (size_t)(p.n_letters * p.n_letters) * sizeof *p.matrix);
    m.n_count = p.n_count;
    m.room = gw_malloc((size_t)v->s->longest + 1, sizeof *m.room);
    m.column = gw_malloc((size_t)v->s->longest + 1, sizeof *m.column);
    gw_status_t st = m.room && m.column ? GW_OK : gw_err_nomem(err, "aligning clusters");
    for (int32_t from = 0, to; st == GW_OK && from < v->n; from = to) {
        to = from + 1;
        while (to < v->n && v->first[to + 1] - v->first[from] <= BATCH)
            to++;
        st = align(&m, engine, from, to, err);
        size_t pair = 0;
        for (int32_t k = from; st == GW_OK && k < to; k++)
            st = put_cluster(&m, k, &pair, err);
    }
    free(m.letter);
    free(m.q_off);
    free(m.t_off);
    free(m.q_len);
    free(m.t_len);
    free(m.diag);
    free(m.width);
    free(m.cigars.score);
    free(m.cigars.cigar);
    free(m.cigars.cigar_off);
    free(m.room);
    free(m.column);
    free(m.row);
    free(m.weight);
    return st;
}
