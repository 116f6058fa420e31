/* src/base/text.h -- small text work: strict numbers, sizes, suggestions
 *
 * Contents: 1. numbers  2. suggestions  3. wrapping  4. HTML
 * Every parser takes the whole string or nothing: "12x", "", " 12" and overflow are refused.
 */
#ifndef GW_BASE_TEXT_H
#define GW_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 1. numbers */
bool gw_text_int(const char *s, int64_t *out);
bool gw_text_double(const char *s, double *out); /* finite only */
/* "512", "4K", "2.5G": factors of 1024, upper or lower case, an optional B or iB behind */
bool gw_text_size(const char *s, uint64_t *bytes);
/* Writes "1.5 GB"-like text; buf holds at least 24 bytes; returns buf. */
const char *gw_text_bytes(uint64_t bytes, char *buf);

/* 2. suggestions: the index of the word nearest to s by Damerau-Levenshtein distance, or -1 when
 *    none is close enough to be what was meant */
int gw_text_nearest(const char *s, const char *const *words, size_t n);

/* 3. wrapping: prints text from column col, breaking at blanks before column width; new lines and
 *    those after a newline in the text start at column indent. A newline ends it. */
void gw_text_wrap(FILE *out, const char *text, int col, int indent, int width);

/* 4. HTML: s (NULL: nothing) with < > & and both quotes escaped, for text and attributes */
void gw_text_html(FILE *out, const char *s);

#endif
