/* tests/fold/test_packing.c -- side chains on backbones whose rotamers are known */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/dssp.h"
#include "fold/model.h"
#include "fold/residue.h"
#include "fold/rotamer_table.h"
#include "tests/check_main.h"

/* an ideal chain of one residue type */
static gw_model_t chain(char letter, int32_t len, double phi, double psi)
{
    gw_model_t m = {.len = len, .r = gw_calloc((size_t)len, sizeof *m.r)};
    float back[3][3] = {{0, 0, 0}, {1.46F, 0, 0}, {2.0F, 1.42F, 0}}; /* N, CA, C */
    for (int32_t i = 0; i < len; i++) {
        gw_model_residue_t *r = &m.r[i];
        r->aa = (uint8_t)gw_aa_code(letter);
        r->origin = GW_MODEL_COPIED;
        if (i > 0) {
            float n[3], ca[3], c[3];
            gw_model_place(back[0], back[1], back[2], 1.33, 117, psi, n);
            gw_model_place(back[1], back[2], n, 1.46, 122, 180, ca);
            gw_model_place(back[2], n, ca, 1.52, 111, phi, c);
            memcpy(back[0], n, sizeof n);
            memcpy(back[1], ca, sizeof ca);
            memcpy(back[2], c, sizeof c);
        }
        memcpy(r->xyz[GW_MODEL_N], back[0], sizeof back[0]);
        memcpy(r->xyz[GW_MODEL_CA], back[1], sizeof back[1]);
        memcpy(r->xyz[GW_MODEL_C], back[2], sizeof back[2]);
        gw_model_place(back[0], back[1], back[2], 1.23, 120.5, psi + 180, r->xyz[GW_MODEL_O]);
    }
    return m;
}

START_TEST(priors_are_shares)
{
    for (int a = 0; a < GW_AA_N; a++)
        for (double phi = -180; phi < 180; phi += 35) {
            double p[3];
            if (a == gw_aa_code('A') || a == gw_aa_code('G'))
                continue;
            gw_rotamer_prior((uint8_t)a, phi, -phi, p);
            ck_assert_double_eq_tol(p[0] + p[1] + p[2], 1, 0.01);
            ck_assert(p[0] > 0 && p[1] > 0 && p[2] > 0);
        }
}
END_TEST

/* valines of helices stand trans, leucines never gauche+: Lovell et al. 2000 */
START_TEST(helix_decides_chi1)
{
    static const char letter[] = "VL";
    for (int k = 0; k < 2; k++) {
        gw_err_t err = {0};
        gw_model_t m = chain(letter[k], 16, -63, -42);
        ck_assert_int_eq(gw_model_sidechains(&m, &err), GW_OK);
        for (int32_t i = 3; i < 13; i++) {
            float chi = gw_dssp_torsion(m.r[i].xyz[0], m.r[i].xyz[1], m.r[i].xyz[4], m.r[i].xyz[5]);
            int bin = gw_rotamer_bin((int)lrintf(chi));
            ck_assert_int_eq(m.r[i].n, gw_model_atom_count(m.r[i].aa));
            ck_assert(letter[k] == 'V' ? bin == 1 : bin != 0);
        }
        gw_model_release(&m);
    }
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("packing");
    TCase *tc = tcase_create("side chains");
    tcase_add_test(tc, priors_are_shares);
    tcase_add_test(tc, helix_decides_chi1);
    suite_add_tcase(s, tc);
    return s;
}
GW_CHECK_MAIN(make)
