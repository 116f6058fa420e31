#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "align/samhead.h"
#include "align/samtags.h"
#include "base/mem.h"

/* 1. -R */
static char *untab(const char *arg)
{
    char *line = gw_malloc(strlen(arg) + 1, 1), *o = line;
    for (const char *p = arg; line && *p; p++) {
        if (p[0] == '\\' && p[1] == 't') {
            *o++ = '\t';
            p++;
        } else {
            *o++ = *p;
        }
    }
    if (line)
        *o = 0;
    return line;
}

static const char *check_fields(const char *line, char **id, bool *has_sample)
{
    if (strncmp(line, "@RG\t", 4) != 0)
        return "it must begin with @RG and a tab (\\t)";
    for (const char *p = line + 4;; p++) {
        size_t n = strcspn(p, "\t");
        if (n < 4 || !isalpha((unsigned char)p[0]) || !isalnum((unsigned char)p[1]) || p[2] != ':')
            return "every field must be two letters, a colon and a value";
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)p[i] < 32 || p[i] == 127)
                return "control characters are not allowed";
        if (strncmp(p, "ID:", 3) == 0) {
            if (*id)
                return "it has two IDs";
            if (!(*id = gw_strndup(p + 3, n - 3)))
                return "no memory";
        }
        *has_sample |= strncmp(p, "SM:", 3) == 0;
        p += n;
        if (!*p)
            break;
    }
    return *id ? NULL : "it has no ID";
}

gw_status_t gw_samhead_read_group(const char *arg, char **line, char **id, bool *has_sample,
                                  gw_err_t *err)
{
    *id = NULL;
    *has_sample = false;
    *line = untab(arg);
    if (!*line)
        return gw_err_nomem(err, "reading --read-group");
    const char *wrong = check_fields(*line, id, has_sample);
    if (!wrong)
        return GW_OK;
    free(*line);
    free(*id);
    *line = *id = NULL;
    return gw_err_set(err, GW_EUSAGE,
                      "--read-group '%s': %s; write it like '@RG\\tID:lane1\\tSM:sample1'", arg,
                      wrong);
}

/* 2. the header */
static bool put_contigs(gw_bytes_t *b, const gw_index_t *x)
{
    bool ok = true;
    for (int32_t c = 0; c < x->n_contigs && ok; c++) {
        const gw_index_contig_t *t = &x->contig[c];
        ok = gw_bytes_put(b, "@SQ\tSN:", 7) && gw_bytes_put(b, t->name, strlen(t->name)) &&
             gw_bytes_printf(b, "\tLN:%lld\tM5:%s\n", (long long)t->len_bp, t->md5);
    }
    return ok;
}

static bool put_kept(gw_bytes_t *b, const char *text, bool read_groups)
{
    bool ok = true;
    while (text && *text && ok) {
        size_t n = strcspn(text, "\n");
        bool rg = strncmp(text, "@RG\t", 4) == 0;
        if ((rg && read_groups) || strncmp(text, "@PG\t", 4) == 0 || strncmp(text, "@CO\t", 4) == 0)
            ok = gw_bytes_put(b, text, n) && gw_bytes_put(b, "\n", 1);
        text += n + (text[n] == '\n');
    }
    return ok;
}

gw_status_t gw_samhead_make(const gw_index_t *index, const gw_samhead_opts_t *opts, sam_hdr_t **out,
                            gw_err_t *err)
{
    gw_bytes_t b = {0};
    *out = NULL;
    const char *rg = opts->read_group;
    bool ok = gw_bytes_printf(&b, "@HD\tVN:1.6\tSO:%s\n",
                              opts->sorted ? "coordinate" : "unsorted\tGO:query") &&
              put_contigs(&b, index) &&
              (!rg || (gw_bytes_put(&b, rg, strlen(rg)) && gw_bytes_put(&b, "\n", 1))) &&
              put_kept(&b, opts->input_header, !rg);
    if (ok)
        *out = sam_hdr_parse(b.n, (const char *)b.byte);
    free(b.byte);
    if (!ok)
        return gw_err_nomem(err, "making the header");
    if (!*out)
        return gw_err_set(err, GW_EDATA,
                          "the input's header lines do not fit the output; check its "
                          "@RG and @PG lines with 'samtools view -H'");
    if (!opts->command_line)
        return GW_OK;
    char digest[64];
    snprintf(digest, sizeof digest, "reference %s", index->digest);
    char *line = gw_strdup(opts->command_line);
    for (char *p = line; p && *p; p++)
        if ((unsigned char)*p < 32)
            *p = ' ';
    int rc = line ? sam_hdr_add_pg(*out, "genowarp", "VN", PACKAGE_VERSION, "CL", line, "DS",
                                   digest, NULL)
                  : -1;
    free(line);
    if (rc == 0)
        return GW_OK;
    sam_hdr_destroy(*out);
    *out = NULL;
    return gw_err_nomem(err, "making the header");
}
