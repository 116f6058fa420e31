#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "fold/attach.h"
#include "fold/profile.h"

/* the template's residues on the profile's columns so that most equal ones meet (longest common
 * subsequence, X meets anything): map[i] = column or -1. Returns how many met. */
static gw_status_t match(const gw_template_t *t, const gw_profile_t *q, int32_t *map, int32_t *met,
                         gw_err_t *err)
{
    size_t wide = (size_t)q->len + 1;
    uint16_t *best = gw_calloc(((size_t)t->len + 1) * wide, sizeof *best);
    *met = 0;
    if (!best)
        return gw_err_nomem(err, "reading profiles");
    for (int32_t i = t->len - 1; i >= 0; i--)
        for (int32_t j = q->len - 1; j >= 0; j--) {
            const uint16_t *b = best + (size_t)i * wide + (size_t)j;
            bool like = t->seq[i] == q->seq[j] || t->seq[i] == GW_AA_X || q->seq[j] == GW_AA_X;
            uint16_t down = b[wide], right = b[1], both = (uint16_t)(b[wide + 1] + like);
            uint16_t v = down > right ? down : right;
            best[(size_t)i * wide + (size_t)j] = v > both ? v : both;
        }
    for (int32_t i = 0, j = 0; i < t->len; i++) {
        map[i] = -1;
        for (; j < q->len; j++) {
            const uint16_t *b = best + (size_t)i * wide + (size_t)j;
            bool like = t->seq[i] == q->seq[j] || t->seq[i] == GW_AA_X || q->seq[j] == GW_AA_X;
            if (*b == b[wide + 1] + like && (like || *b != b[1])) {
                map[i] = like ? j : -1;
                *met += like;
                j++;
                break;
            }
            if (*b != b[1])
                break; /* this residue meets nothing */
        }
    }
    free(best);
    return GW_OK;
}

static gw_status_t attach(const char *path, const gw_profile_t *q, gw_template_t *t, bool *got,
                          char **why, gw_err_t *err)
{
    int32_t met, *map = gw_malloc((size_t)t->len, sizeof *map);
    gw_status_t st = map ? match(t, q, map, &met, err) : gw_err_nomem(err, "reading profiles");
    if (st == GW_OK && met * 10 < t->len * 9) {
        *why = gw_asprintf("profile %s: only %d of the %d residues of %s are in it", path, met,
                           t->len, t->name);
        st = *why ? GW_OK : gw_err_nomem(err, "reading profiles");
    } else if (st == GW_OK) {
        *got = true;
        for (int32_t i = 0; i < t->len; i++)
            for (int a = 0; a < GW_AA_N && map[i] >= 0; a++)
                t->prof[i * GW_AA_N + a] =
                    (uint8_t)lrintf(63 * sqrtf(q->freq[(size_t)map[i] * GW_AA_N + (size_t)a]));
    }
    free(map);
    return st;
}

static gw_status_t read_one(const char *path, gw_profile_format_t format, gw_template_t *t,
                            bool *got, char **why, gw_err_t *err)
{
    gw_profile_t *q = NULL;
    size_t n = 0;
    gw_err_t reason = {0};
    gw_status_t st = gw_profile_read(path, format, &q, &n, &reason);
    if (st == GW_ENOMEM)
        *err = reason;
    else if (st != GW_OK)
        st = (*why = gw_asprintf("profile %s", reason.msg)) ? GW_OK
                                                            : gw_err_nomem(err, "reading profiles");
    else
        st = attach(path, q, t, got, why, err);
    for (size_t i = 0; q && i < n; i++)
        gw_profile_release(&q[i]);
    free(q);
    return st;
}

gw_status_t gw_attach_profile(const char *dir, gw_template_t *t, bool *got, char **why,
                              gw_err_t *err)
{
    static const char *const ending[] = {".a3m", ".hhm", ".a3m.gz", ".hhm.gz"};
    *got = false;
    *why = NULL;
    for (size_t k = 0; k < sizeof ending / sizeof *ending; k++) {
        char *p = gw_asprintf("%s/%s%s", dir, t->name, ending[k]);
        if (!p)
            return gw_err_nomem(err, "reading profiles");
        bool there = access(p, F_OK) == 0;
        gw_status_t st =
            there ? read_one(p, k % 2 ? GW_PROFILE_HHM : GW_PROFILE_A3M, t, got, why, err) : GW_OK;
        free(p);
        if (there)
            return st;
    }
    return GW_OK;
}
