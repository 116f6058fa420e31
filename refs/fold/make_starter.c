/* refs/fold/make_starter.c -- the starter template library from labelled domains
 *
 * usage: make_starter DATADIR OUT.gwt, run by make_starter.sh, which unpacks the flat files that
 * DATADIR then holds: lib40A.tsv (sid, sccs, pdb, chain, length, start, kind, set, sequence, dssp),
 * lib40A.bb.i16, lib40A.prof.u8, lib40A.sprof.u8, lib40A.acc_depth_phi_psi.i16
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fold/build.h"
#include "fold/residue.h"
#include "fold/tlib.h"

typedef struct {
    FILE *bb, *prof, *sprof, *adpp;
} flat_t;

static FILE *open_flat(const char *dir, const char *name)
{
    char *p = gw_asprintf("%s/lib40A.%s", dir, name);
    FILE *f = p ? fopen(p, "rb") : NULL;
    if (!f)
        fprintf(stderr, "make_starter: cannot open %s\n", p ? p : name);
    free(p);
    return f;
}

static uint8_t clamp_u8(double v)
{
    return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)lrint(v);
}

static bool fill(gw_template_t *t, const flat_t *f, const char *seq, const char *dssp, int start)
{
    for (int32_t i = 0; i < t->len; i++) {
        int16_t bb[15], a[4];
        uint8_t p[20], s[20];
        if (fread(bb, 2, 15, f->bb) != 15 || fread(a, 2, 4, f->adpp) != 4 ||
            fread(p, 1, 20, f->prof) != 20 || fread(s, 1, 20, f->sprof) != 20)
            return false;
        int code = gw_aa_code(seq[i]);
        const char *ss = strchr(gw_tlib_ss_letters, dssp[i]);
        if (code < 0 || !ss)
            return false;
        t->seq[i] = (uint8_t)code;
        t->ss[i] = (uint8_t)(ss - gw_tlib_ss_letters);
        t->acc[i] = clamp_u8(100.0 * a[0] / gw_aa_max_surface[code]);
        t->depth[i] = clamp_u8(a[1] * 0.4);
        t->resnum[i] = start + i;
        int sum = 0, ssum = 0;
        for (int k = 0; k < 20; k++) {
            sum += p[k];
            ssum += s[k];
        }
        for (int k = 0; k < 20; k++) {
            t->prof[i * 20 + k] = sum >= 120 ? clamp_u8(63 * sqrt((double)p[k] / sum)) : 0;
            t->sprof[i * 20 + k] = ssum > 0 ? clamp_u8(31 * sqrt((double)s[k] / ssum)) : 0;
        }
        for (int k = 0; k < 12; k++) /* 0.01 A to 0.05 A */
            t->xyz[i * 12 + k] = (int16_t)lrint(bb[k] / 5.0);
    }
    return true;
}

int main(int argc, char **argv)
{
    gw_err_t err = {0};
    gw_tlib_writer_t *w = NULL;
    if (argc != 3)
        return 64;
    flat_t f = {open_flat(argv[1], "bb.i16"), open_flat(argv[1], "prof.u8"),
                open_flat(argv[1], "sprof.u8"), open_flat(argv[1], "acc_depth_phi_psi.i16")};
    FILE *tsv = open_flat(argv[1], "tsv");
    if (!f.bb || !f.prof || !f.sprof || !f.adpp || !tsv)
        return 66;
    char *line = NULL;
    size_t cap = 0;
    int n = 0;
    bool done = false;
    gw_status_t st = gw_tlib_writer_create(argv[2], 19, &w, &err);
    while (st == GW_OK && getline(&line, &cap, tsv) > 0) {
        char *col[10], *save = NULL;
        int k = 0;
        for (char *c = strtok_r(line, "\t\n", &save); c && k < 10;
             c = strtok_r(NULL, "\t\n", &save))
            col[k++] = c;
        if (k != 10) {
            st = gw_err_set(&err, GW_EDATA, "lib40A.tsv: record %d: %d columns", n + 1, k);
            break;
        }
        if (strcmp(col[0], "sid") == 0)
            continue;
        gw_template_t t;
        st = gw_template_init(&t, col[0], col[1], (int32_t)strlen(col[8]), &err);
        if (st != GW_OK)
            break;
        if (strlen(col[9]) != (size_t)t.len || !fill(&t, &f, col[8], col[9], atoi(col[5])))
            st = gw_err_set(&err, GW_EDATA, "lib40A: %s does not fit the flat files", col[0]);
        else
            st = gw_tlib_writer_add(w, &t, &err);
        gw_template_release(&t);
        n++;
    }
    if (st == GW_OK)
        st = gw_tlib_writer_finish(w, &err);
    if (st == GW_OK)
        st = gw_build_calibrate(w, NULL, gw_thread_cores(), &done, &err);
    if (st == GW_OK)
        st = gw_tlib_writer_commit(w, &err);
    gw_tlib_writer_destroy(w);
    free(line);
    if (st != GW_OK)
        fprintf(stderr, "make_starter: %s\n", err.msg);
    else
        printf("%d templates\n", n);
    return (int)st;
}
