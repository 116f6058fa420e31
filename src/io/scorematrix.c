#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "io/scorematrix.h"
#include "io/scorematrix_impl.h"
#include "io/slurp.h"

static const char standard[] = "ARNDCQEGHILKMFPSTWYV";
enum { MOST_BYTES = 1 << 20, LOWEST = -127, HIGHEST = 127 };

/* 1. a matrix */
void gw_scorematrix_codes(const gw_scorematrix_t *m, uint8_t code[256])
{
    uint8_t x = (uint8_t)(strchr(m->letter, 'X') - m->letter);
    memset(code, 0xff, 256);
    for (int c = 'A'; c <= 'Z'; c++)
        code[c] = x;
    code['*'] = x;
    for (int a = 0; a < m->n; a++)
        code[(unsigned char)m->letter[a]] = (uint8_t)a;
    if (!strchr(m->letter, 'U'))
        code['U'] = code['C'];
    for (int c = 'A'; c <= 'Z'; c++)
        code[tolower(c)] = code[c];
}

/* 2. loading */
static void add_x(gw_scorematrix_t *m)
{
    if (strchr(m->letter, 'X'))
        return;
    int8_t old[sizeof m->score];
    int n = m->n++;
    memcpy(old, m->score, sizeof old);
    m->letter[n] = 'X';
    m->letter[n + 1] = '\0';
    for (int a = 0; a <= n; a++)
        for (int b = 0; b <= n; b++)
            m->score[a * (n + 1) + b] = a < n && b < n ? old[a * n + b] : -1;
}

static bool builtin(const char *name, gw_scorematrix_t *m)
{
    const gw_scorematrix_builtin_t *x = gw_scorematrix_builtins;
    while (x->name && strcasecmp(x->name, name) != 0)
        x++;
    if (!x->name)
        return false;
    snprintf(m->name, sizeof m->name, "%s", x->name);
    m->builtin = true;
    m->n = GW_SCOREMATRIX_BUILTIN;
    strcpy(m->letter, GW_SCOREMATRIX_ORDER);
    const int8_t *s = x->triangle;
    for (int a = 0; a < m->n; a++)
        for (int b = 0; b <= a; b++)
            m->score[a * m->n + b] = m->score[b * m->n + a] = *s++;
    return true;
}

static gw_status_t no_such(const char *name, gw_err_t *err)
{
    char list[160] = "";
    size_t at = 0;
    for (const gw_scorematrix_builtin_t *x = gw_scorematrix_builtins; x->name; x++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", at ? ", " : "", x->name);
    return gw_err_set(err, GW_ENOINPUT, "%s: neither a matrix that is known (%s) nor a file", name,
                      list);
}

/* What stands in a file, in its own order */
typedef struct {
    const char *path;
    int line;
    int n, rows;
    char letter[GW_SCOREMATRIX_MAX + 1];
    bool has_row[GW_SCOREMATRIX_MAX];
    int8_t score[GW_SCOREMATRIX_MAX][GW_SCOREMATRIX_MAX];
} parse_t;

/* The next word of the line at *at, cut off in place; NULL at its end */
static char *next_word(char **at)
{
    char *p = *at + strspn(*at, " \t\r");
    if (!*p)
        return NULL;
    char *end = p + strcspn(p, " \t\r");
    *at = *end ? end + 1 : end;
    *end = '\0';
    return p;
}

static int letter_of(const parse_t *p, const char *word)
{
    const char *at = word[1] == '\0' ? strchr(p->letter, toupper((unsigned char)word[0])) : NULL;
    return at ? (int)(at - p->letter) : -1;
}

static gw_status_t parse_letters(parse_t *p, char *line, gw_err_t *err)
{
    for (char *w; (w = next_word(&line));) {
        unsigned char c = (unsigned char)toupper((unsigned char)w[0]);
        if (w[1] || !(isalpha(c) || c == '*'))
            return gw_err_set(err, GW_EDATA,
                              "%s: line %d: '%.40s' is no residue letter; is this a matrix in NCBI's "
                              "format?",
                              p->path, p->line, w);
        if (strchr(p->letter, c))
            return gw_err_set(err, GW_EDATA, "%s: line %d: letter %c comes twice", p->path, p->line,
                              c);
        if (p->n == GW_SCOREMATRIX_MAX - 1)
            return gw_err_set(err, GW_EDATA, "%s: line %d: more than %d letters", p->path, p->line,
                              GW_SCOREMATRIX_MAX - 1);
        p->letter[p->n++] = (char)c;
    }
    return GW_OK;
}

static gw_status_t parse_row(parse_t *p, char *line, gw_err_t *err)
{
    char *w = next_word(&line);
    int a = letter_of(p, w), b = 0;
    if (a < 0)
        return gw_err_set(err, GW_EDATA, "%s: line %d: '%.40s' is none of the letters %s", p->path,
                          p->line, w, p->letter);
    if (p->has_row[a])
        return gw_err_set(err, GW_EDATA, "%s: line %d: a second row of letter %c", p->path, p->line,
                          p->letter[a]);
    for (; (w = next_word(&line)); b++) {
        int64_t s;
        if (b == p->n)
            return gw_err_set(err, GW_EDATA, "%s: line %d: more scores than the %d letters %s",
                              p->path, p->line, p->n, p->letter);
        if (!gw_text_int(*w == '+' ? w + 1 : w, &s) || s < LOWEST || s > HIGHEST)
            return gw_err_set(err, GW_EDATA, "%s: line %d: '%.40s' is no whole number from %d to %d",
                              p->path, p->line, w, LOWEST, HIGHEST);
        p->score[a][b] = (int8_t)s;
    }
    if (b < p->n)
        return gw_err_set(err, GW_EDATA, "%s: line %d: %d scores for %d letters; is the file cut?",
                          p->path, p->line, b, p->n);
    p->has_row[a] = true;
    p->rows++;
    return GW_OK;
}

static gw_status_t parse(parse_t *p, char *text, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (char *line = text, *next; line && st == GW_OK; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        p->line++;
        if (*line == '#' || line[strspn(line, " \t\r")] == '\0')
            continue;
        st = p->n ? parse_row(p, line, err) : parse_letters(p, line, err);
    }
    if (st == GW_OK && (p->n == 0 || p->rows < p->n))
        st = gw_err_set(err, GW_EDATA, "%s: %d rows of scores for %d letters; is the file cut?",
                        p->path, p->rows, p->n);
    return st;
}

static gw_status_t reorder(const parse_t *p, gw_scorematrix_t *m, gw_err_t *err)
{
    int from[GW_SCOREMATRIX_MAX];
    for (const char *c = standard; *c; c++) {
        const char *at = strchr(p->letter, *c);
        if (!at)
            return gw_err_set(err, GW_EDATA, "%s: has no letter %c; all of %s are needed", p->path, *c,
                              standard);
        from[m->n++] = (int)(at - p->letter);
    }
    for (int a = 0; a < p->n; a++)
        if (!strchr(standard, p->letter[a]))
            from[m->n++] = a;
    for (int a = 0; a < m->n; a++) {
        m->letter[a] = p->letter[from[a]];
        for (int b = 0; b < m->n; b++)
            m->score[a * m->n + b] = p->score[from[a]][from[b]];
    }
    add_x(m);
    return GW_OK;
}

static gw_status_t from_file(const char *path, gw_scorematrix_t *m, gw_err_t *err)
{
    char *text = NULL;
    size_t len;
    const char *slash = strrchr(path, '/');
    gw_status_t st = gw_slurp(path, MOST_BYTES, &text, &len, err);
    if (st != GW_OK)
        return st;
    parse_t p = {.path = path};
    snprintf(m->name, sizeof m->name, "%s", slash ? slash + 1 : path);
    if (memchr(text, '\0', len))
        st = gw_err_set(err, GW_EDATA, "%s: holds zero bytes; a matrix is a text file", path);
    if (st == GW_OK)
        st = parse(&p, text, err);
    if (st == GW_OK)
        st = reorder(&p, m, err);
    free(text);
    return st;
}

gw_status_t gw_scorematrix_load(const char *name, gw_scorematrix_t *m, gw_err_t *err)
{
    memset(m, 0, sizeof *m);
    if (builtin(name, m))
        return GW_OK;
    return access(name, F_OK) == 0 ? from_file(name, m, err) : no_such(name, err);
}
