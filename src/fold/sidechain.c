#include <config.h>

#include <math.h>

#include "fold/model.h"

/* 2. geometry. An atom is placed from three others of its residue: from[2] is bonded to it. chi 0:
 * fixed torsion; k: chi k + offset. Standard bond lengths and angles (Engh & Huber 1991,
 * doi:10.1107/S0108767391001071). */
typedef struct {
    char name[4];
    uint8_t from[3];
    float length, angle;
    uint8_t chi;
    int16_t offset;
} place_t;

enum { N, CA, C, O, CB, X5, X6, X7, X8, X9, X10, X11, X12, X13 };
enum { MAX_SIDE = 10 };
static const place_t side[20][MAX_SIDE] = {
    [1] = {{"CG", {N, CA, CB}, 1.52F, 113.8F, 1, 0},
           {"CD", {CA, CB, X5}, 1.52F, 111.5F, 2, 0},
           {"NE", {CB, X5, X6}, 1.46F, 111.7F, 3, 0},
           {"CZ", {X5, X6, X7}, 1.33F, 124.6F, 4, 0},
           {"NH1", {X6, X7, X8}, 1.33F, 120.3F, 0, 0},
           {"NH2", {X6, X7, X8}, 1.33F, 119.9F, 0, 180}},
    [2] = {{"CG", {N, CA, CB}, 1.52F, 112.6F, 1, 0},
           {"OD1", {CA, CB, X5}, 1.23F, 120.8F, 2, 0},
           {"ND2", {CA, CB, X5}, 1.33F, 116.5F, 2, 180}},
    [3] = {{"CG", {N, CA, CB}, 1.52F, 113.0F, 1, 0},
           {"OD1", {CA, CB, X5}, 1.25F, 118.6F, 2, 0},
           {"OD2", {CA, CB, X5}, 1.25F, 118.5F, 2, 180}},
    [4] = {{"SG", {N, CA, CB}, 1.81F, 114.0F, 1, 0}},
    [5] = {{"CG", {N, CA, CB}, 1.52F, 113.8F, 1, 0},
           {"CD", {CA, CB, X5}, 1.52F, 112.6F, 2, 0},
           {"OE1", {CB, X5, X6}, 1.23F, 120.8F, 3, 0},
           {"NE2", {CB, X5, X6}, 1.33F, 116.5F, 3, 180}},
    [6] = {{"CG", {N, CA, CB}, 1.52F, 113.8F, 1, 0},
           {"CD", {CA, CB, X5}, 1.52F, 112.9F, 2, 0},
           {"OE1", {CB, X5, X6}, 1.25F, 118.6F, 3, 0},
           {"OE2", {CB, X5, X6}, 1.25F, 118.5F, 3, 180}},
    [8] = {{"CG", {N, CA, CB}, 1.50F, 113.8F, 1, 0},
           {"ND1", {CA, CB, X5}, 1.38F, 122.7F, 2, 0},
           {"CD2", {CA, CB, X5}, 1.36F, 131.0F, 2, 180},
           {"CE1", {CB, X5, X6}, 1.32F, 109.0F, 0, 180},
           {"NE2", {CB, X5, X7}, 1.37F, 107.0F, 0, 180}},
    [9] = {{"CG1", {N, CA, CB}, 1.53F, 110.7F, 1, 0},
           {"CG2", {N, CA, CB}, 1.53F, 110.4F, 1, -123},
           {"CD1", {CA, CB, X5}, 1.52F, 113.8F, 2, 0}},
    [10] = {{"CG", {N, CA, CB}, 1.53F, 116.3F, 1, 0},
            {"CD1", {CA, CB, X5}, 1.52F, 110.3F, 2, 0},
            {"CD2", {CA, CB, X5}, 1.52F, 110.6F, 2, 123}},
    [11] = {{"CG", {N, CA, CB}, 1.52F, 113.8F, 1, 0},
            {"CD", {CA, CB, X5}, 1.52F, 111.3F, 2, 0},
            {"CE", {CB, X5, X6}, 1.52F, 111.3F, 3, 0},
            {"NZ", {X5, X6, X7}, 1.49F, 111.9F, 4, 0}},
    [12] = {{"CG", {N, CA, CB}, 1.52F, 113.8F, 1, 0},
            {"SD", {CA, CB, X5}, 1.81F, 112.7F, 2, 0},
            {"CE", {CB, X5, X6}, 1.79F, 100.9F, 3, 0}},
    [13] = {{"CG", {N, CA, CB}, 1.50F, 113.8F, 1, 0},
            {"CD1", {CA, CB, X5}, 1.38F, 120.8F, 2, 0},
            {"CD2", {CA, CB, X5}, 1.38F, 120.8F, 2, 180},
            {"CE1", {CB, X5, X6}, 1.38F, 120.6F, 0, 180},
            {"CE2", {CB, X5, X7}, 1.38F, 120.6F, 0, 180},
            {"CZ", {X5, X6, X8}, 1.38F, 120.0F, 0, 0}},
    [14] = {{"CG", {N, CA, CB}, 1.49F, 104.5F, 1, 0}, {"CD", {CA, CB, X5}, 1.50F, 106.1F, 2, 0}},
    [15] = {{"OG", {N, CA, CB}, 1.42F, 110.8F, 1, 0}},
    [16] = {{"OG1", {N, CA, CB}, 1.43F, 109.3F, 1, 0},
            {"CG2", {N, CA, CB}, 1.52F, 110.5F, 1, -121}},
    [17] = {{"CG", {N, CA, CB}, 1.50F, 113.6F, 1, 0},
            {"CD1", {CA, CB, X5}, 1.37F, 127.0F, 2, 0},
            {"CD2", {CA, CB, X5}, 1.43F, 126.7F, 2, 180},
            {"NE1", {CB, X5, X6}, 1.38F, 110.2F, 0, 180},
            {"CE2", {CB, X5, X7}, 1.41F, 107.2F, 0, 180},
            {"CE3", {CB, X5, X7}, 1.40F, 133.9F, 0, 0},
            {"CZ2", {X5, X7, X9}, 1.40F, 122.4F, 0, 180},
            {"CZ3", {X5, X7, X10}, 1.38F, 118.6F, 0, 180},
            {"CH2", {X7, X9, X11}, 1.37F, 117.5F, 0, 0}},
    [18] = {{"CG", {N, CA, CB}, 1.50F, 113.8F, 1, 0},
            {"CD1", {CA, CB, X5}, 1.39F, 120.8F, 2, 0},
            {"CD2", {CA, CB, X5}, 1.39F, 120.8F, 2, 180},
            {"CE1", {CB, X5, X6}, 1.38F, 121.2F, 0, 180},
            {"CE2", {CB, X5, X7}, 1.38F, 121.2F, 0, 180},
            {"CZ", {X5, X6, X8}, 1.38F, 119.6F, 0, 0},
            {"OH", {X6, X8, X10}, 1.38F, 119.9F, 0, 180}},
    [19] = {{"CG1", {N, CA, CB}, 1.53F, 110.6F, 1, 0}, {"CG2", {N, CA, CB}, 1.53F, 110.4F, 1, 123}},
};

int gw_model_atom_count(uint8_t aa)
{
    if (aa == 7)
        return 4;
    int n = 5;
    while (aa < 20 && n - 5 < MAX_SIDE && side[aa][n - 5].name[0])
        n++;
    return n;
}

const char *gw_model_atom_name(uint8_t aa, int atom)
{
    static const char *const first[5] = {"N", "CA", "C", "O", "CB"};
    return atom < 5 ? first[atom] : side[aa][atom - 5].name;
}

void gw_model_place(const float a[3], const float b[3], const float c[3], double length,
                    double angle, double torsion, float out[3])
{
    const double rad = 3.14159265358979 / 180;
    double u[3], v[3], n[3], m[3], lu = 0, ln = 0;
    for (int k = 0; k < 3; k++) {
        u[k] = (double)c[k] - b[k];
        v[k] = (double)b[k] - a[k];
        lu += u[k] * u[k];
    }
    lu = sqrt(lu > 0 ? lu : 1);
    for (int k = 0; k < 3; k++)
        u[k] /= lu;
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        n[k] = v[x] * u[y] - v[y] * u[x];
        ln += n[k] * n[k];
    }
    ln = sqrt(ln > 0 ? ln : 1);
    for (int k = 0; k < 3; k++)
        n[k] /= ln;
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        m[k] = n[x] * u[y] - n[y] * u[x];
    }
    double d0 = -length * cos(angle * rad), d1 = length * sin(angle * rad) * cos(torsion * rad),
           d2 = length * sin(angle * rad) * sin(torsion * rad);
    for (int k = 0; k < 3; k++)
        out[k] = (float)(c[k] + d0 * u[k] + d1 * m[k] + d2 * n[k]);
}

void gw_model_put_side(gw_model_residue_t *r, const int16_t *chi)
{
    for (int k = 5; k < gw_model_atom_count(r->aa); k++) {
        const place_t *p = &side[r->aa][k - 5];
        double t = p->offset + (p->chi ? chi[p->chi - 1] : 0);
        gw_model_place(r->xyz[p->from[0]], r->xyz[p->from[1]], r->xyz[p->from[2]], p->length,
                       p->angle, t, r->xyz[k]);
    }
}

void gw_model_put_cb(gw_model_residue_t *r)
{
    double b[3], c[3];
    for (int k = 0; k < 3; k++) {
        b[k] = (double)r->xyz[CA][k] - r->xyz[N][k];
        c[k] = (double)r->xyz[C][k] - r->xyz[CA][k];
    }
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        double a = b[x] * c[y] - b[y] * c[x];
        r->xyz[CB][k] =
            (float)(r->xyz[CA][k] - 0.58273431 * a + 0.56802827 * b[k] - 0.54067466 * c[k]);
    }
}
