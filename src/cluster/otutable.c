#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cluster/otutable.h"
#include "cluster/sizename.h"

static const char *name_of(const gw_clusterview_t *v, int32_t k)
{
    return v->s->rec[v->s->first[v->rep[k]]].name;
}

/* Counts of cluster k; count has a place for every sample. */
static void count_samples(const gw_clusterview_t *v, int32_t k, int64_t *count)
{
    memset(count, 0, (size_t)v->s->n_samples * sizeof *count);
    for (int32_t i = v->first[k]; i < v->first[k + 1]; i++)
        for (int64_t r = v->s->first[v->uniq[i]]; r < v->s->first[v->uniq[i] + 1]; r++)
            count[v->s->rec[r].sample] += v->s->rec[r].size;
}

gw_status_t gw_otutable_tsv(const gw_clusterview_t *v, FILE *f, gw_err_t *err)
{
    int64_t *count = gw_malloc((size_t)v->s->n_samples, sizeof *count);
    if (!count)
        return gw_err_nomem(err, "counting samples");
    fputs("#OTU ID", f);
    for (int32_t j = 0; j < v->s->n_samples; j++)
        fprintf(f, "\t%s", v->s->sample[j]);
    fputc('\n', f);
    for (int32_t k = 0; k < v->n; k++) {
        count_samples(v, k, count);
        fprintf(f, "%.*s", gw_sizename_core(name_of(v, k)), name_of(v, k));
        for (int32_t j = 0; j < v->s->n_samples; j++)
            fprintf(f, "\t%lld", (long long)count[j]);
        fputc('\n', f);
    }
    free(count);
    return GW_OK;
}

static void axis_item(gw_json_t *j, const char *name)
{
    gw_json_open(j, NULL, '{');
    gw_json_string(j, "id", name);
    gw_json_string(j, "metadata", NULL);
    gw_json_close(j);
}

gw_status_t gw_otutable_biom(const gw_clusterview_t *v, const char *version, const char *date,
                             FILE *f, gw_err_t *err)
{
    int64_t *count = gw_malloc((size_t)v->s->n_samples, sizeof *count);
    gw_json_t j;
    if (!count)
        return gw_err_nomem(err, "counting samples");
    gw_json_init(&j, f, 0);
    gw_json_open(&j, NULL, '{');
    gw_json_string(&j, "id", NULL);
    gw_json_string(&j, "format", "Biological Observation Matrix 1.0.0");
    gw_json_string(&j, "format_url", "http://biom-format.org");
    gw_json_string(&j, "type", "OTU table");
    gw_json_string(&j, "generated_by", version);
    gw_json_string(&j, "date", date);
    gw_json_string(&j, "matrix_type", "sparse");
    gw_json_string(&j, "matrix_element_type", "int");
    gw_json_open(&j, "shape", '[');
    gw_json_int(&j, NULL, v->n);
    gw_json_int(&j, NULL, v->s->n_samples);
    gw_json_close(&j);
    gw_json_open(&j, "rows", '[');
    for (int32_t k = 0; k < v->n; k++) {
        char *core = gw_strndup(name_of(v, k), (size_t)gw_sizename_core(name_of(v, k)));
        if (!core) {
            free(count);
            return gw_err_nomem(err, "writing a table");
        }
        axis_item(&j, core);
        free(core);
    }
    gw_json_close(&j);
    gw_json_open(&j, "columns", '[');
    for (int32_t c = 0; c < v->s->n_samples; c++)
        axis_item(&j, v->s->sample[c]);
    gw_json_close(&j);
    gw_json_open(&j, "data", '[');
    for (int32_t k = 0; k < v->n; k++) {
        count_samples(v, k, count);
        for (int32_t c = 0; c < v->s->n_samples; c++) {
            if (!count[c])
                continue;
            gw_json_open(&j, NULL, '[');
            gw_json_int(&j, NULL, k);
            gw_json_int(&j, NULL, c);
            gw_json_int(&j, NULL, count[c]);
            gw_json_close(&j);
        }
    }
    gw_json_close(&j);
    gw_json_close(&j);
    fputc('\n', f);
    free(count);
    return GW_OK;
}
