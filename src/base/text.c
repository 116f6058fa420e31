#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* 1. numbers */
bool gw_text_int(const char *s, int64_t *out)
{
    if (!(isdigit((unsigned char)s[0]) ||
          ((s[0] == '-' || s[0] == '+') && isdigit((unsigned char)s[1]))))
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || *end)
        return false;
    *out = v;
    return true;
}

bool gw_text_double(const char *s, double *out)
{
    if (!*s || isspace((unsigned char)*s))
        return false;
    char *end;
    errno = 0;
    double v = strtod(s, &end);
    if ((errno == ERANGE && fabs(v) > 1) || *end || end == s || !isfinite(v))
        return false;
    *out = v;
    return true;
}

bool gw_text_size(const char *s, uint64_t *bytes)
{
    if (!isdigit((unsigned char)*s))
        return false;
    char *end;
    errno = 0;
    double v = strtod(s, &end);
    if (errno || !isfinite(v))
        return false;
    int shift = 0;
    switch (toupper((unsigned char)*end)) {
    case 'K':
        shift = 10;
        break;
    case 'M':
        shift = 20;
        break;
    case 'G':
        shift = 30;
        break;
    case 'T':
        shift = 40;
        break;
    default:
        break;
    }
    if (shift) {
        end++;
        if (*end == 'i')
            end++;
    }
    if (*end == 'B' || *end == 'b')
        end++;
    v = ldexp(v, shift);
    if (*end || v < 0 || v >= 0x1p63)
        return false;
    *bytes = (uint64_t)v;
    return true;
}

const char *gw_text_bytes(uint64_t bytes, char *buf)
{
    static const char *const unit[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
    double v = (double)bytes;
    size_t u = 0;
    while (v >= 1024 && u + 1 < sizeof unit / sizeof *unit) {
        v /= 1024;
        u++;
    }
    snprintf(buf, 24, u ? "%.1f %s" : "%.0f %s", v, unit[u]);
    return buf;
}

/* 2. suggestions */
enum { MAX_WORD = 40 };

static int distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > MAX_WORD || m > MAX_WORD)
        return MAX_WORD;
    int d[MAX_WORD + 1][MAX_WORD + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (int)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            int v = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < v)
                v = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < v)
                v = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < v)
                v = d[i - 2][j - 2] + 1;
            d[i][j] = v;
        }
    return d[n][m];
}

int gw_text_nearest(const char *s, const char *const *words, size_t n)
{
    int best = -1, best_d = MAX_WORD;
    size_t len = strlen(s);
    for (size_t i = 0; i < n; i++) {
        if (!words[i])
            continue;
        int d = distance(s, words[i]);
        if (len >= 3 && strncmp(s, words[i], len) == 0)
            d = 1; /* a cut word */
        if (d < best_d) {
            best_d = d;
            best = (int)i;
        }
    }
    int allowed = len <= 3 ? 1 : len <= 7 ? 2 : 3;
    return best_d <= allowed ? best : -1;
}

/* 3. wrapping */
void gw_text_wrap(FILE *out, const char *text, int col, int indent, int width)
{
    bool first = true;
    while (*text) {
        int len = (int)strcspn(text, " \n");
        if (first || col == indent) {
            first = false;
        } else if (col + 1 + len > width) {
            fprintf(out, "\n%*s", indent, "");
            col = indent;
        } else {
            fputc(' ', out);
            col++;
        }
        fwrite(text, 1, (size_t)len, out);
        col += len;
        text += len;
        if (*text == '\n') {
            fprintf(out, "\n%*s", text[1] ? indent : 0, "");
            col = indent;
            first = true;
        }
        text += *text != '\0';
    }
    fputc('\n', out);
}

/* 4. HTML */
void gw_text_html(FILE *out, const char *s)
{
    for (; s && *s; s++)
        switch (*s) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*s, out);
        }
}
