#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/tlib.h"
#include "fold/tlib_format.h"

/* 1. templates */
const char gw_tlib_ss_letters[9] = "CHBEGITS";

gw_status_t gw_template_init(gw_template_t *t, const char *name, const char *label, int32_t len,
                             gw_err_t *err)
{
    size_t n = (size_t)len;
    memset(t, 0, sizeof *t);
    t->len = len;
    t->name = gw_strdup(name);
    t->label = gw_strdup(label ? label : "");
    t->seq = gw_calloc(n, 1);
    t->ss = gw_calloc(n, 1);
    t->acc = gw_calloc(n, 1);
    t->depth = gw_calloc(n, 1);
    t->prof = gw_calloc(n, 20);
    t->sprof = gw_calloc(n, 20);
    t->resnum = gw_calloc(n, sizeof *t->resnum);
    t->icode = gw_malloc(n, 1);
    t->xyz = gw_malloc(n * GW_TLIB_ATOMS * 3, sizeof *t->xyz);
    if (!t->name || !t->label || !t->seq || !t->ss || !t->acc || !t->depth || !t->prof ||
        !t->sprof || !t->resnum || !t->icode || !t->xyz) {
        gw_template_release(t);
        return gw_err_nomem(err, "holding a template");
    }
    memset(t->icode, ' ', n);
    for (size_t i = 0; i < n * GW_TLIB_ATOMS * 3; i++)
        t->xyz[i] = GW_TLIB_MISSING;
    return GW_OK;
}

void gw_template_release(gw_template_t *t)
{
    free(t->name);
    free(t->label);
    free(t->seq);
    free(t->ss);
    free(t->acc);
    free(t->depth);
    free(t->prof);
    free(t->sprof);
    free(t->resnum);
    free(t->icode);
    free(t->xyz);
    free(t->copy);
    memset(t, 0, sizeof *t);
}

/* A block, plane by plane so that zstd sees like beside like. A plane holds its values template by
 * template: seq; ss; acc; depth; 20 planes of prof; 20 of sprof; residue number minus the one
 * before minus 1 (4 bytes); icode; atom mask; then per atom and axis the difference from the atom
 * before along the chain, low byte plane and high byte plane. */
enum { BYTES_PER_RESIDUE = 4 + 40 + 4 + 1 + 1 + GW_TLIB_ATOMS * 3 * 2 };

size_t gw_tlib_block_bytes(int64_t residues)
{
    return (size_t)residues * BYTES_PER_RESIDUE;
}

/* one pass for both directions: the i-th byte of a plane */
typedef struct {
    uint8_t *p;
    bool put;
} plane_t;

static void move_bytes(plane_t *b, uint8_t *field, int32_t len, size_t stride)
{
    for (int32_t i = 0; i < len; i++, b->p++) {
        if (b->put)
            *b->p = field[(size_t)i * stride];
        else
            field[(size_t)i * stride] = *b->p;
    }
}

static void put_i32(uint8_t *p, size_t total, int32_t v)
{
    for (int k = 0; k < 4; k++)
        p[(size_t)k * total] = (uint8_t)((uint32_t)v >> (8 * k));
}

static int32_t get_i32(const uint8_t *p, size_t total)
{
    uint32_t v = 0;
    for (int k = 0; k < 4; k++)
        v |= (uint32_t)p[(size_t)k * total] << (8 * k);
    return (int32_t)v;
}

static void move_numbers(plane_t *b, gw_template_t *t, size_t n, size_t total)
{
    for (size_t k = 0; k < n; k++) {
        int32_t last = 0;
        for (int32_t i = 0; i < t[k].len; i++, b->p++) {
            if (b->put)
                put_i32(b->p, total, (int32_t)((uint32_t)t[k].resnum[i] - (uint32_t)last - 1));
            else
                t[k].resnum[i] = (int32_t)((uint32_t)get_i32(b->p, total) + (uint32_t)last + 1);
            last = t[k].resnum[i];
        }
    }
    b->p += 3 * total;
}

static void move_mask(plane_t *b, gw_template_t *t, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (int32_t i = 0; i < t[k].len; i++, b->p++) {
            uint8_t m = 0;
            for (int a = 0; a < GW_TLIB_ATOMS; a++) {
                int16_t *x = &t[k].xyz[(i * GW_TLIB_ATOMS + a) * 3];
                if (b->put)
                    m |= (uint8_t)((*x != GW_TLIB_MISSING) << a);
                else
                    *x = *b->p >> a & 1 ? 0 : GW_TLIB_MISSING;
            }
            if (b->put)
                *b->p = m;
        }
}

static void move_xyz(plane_t *b, gw_template_t *t, size_t n, size_t total)
{
    size_t plane = 0;
    for (size_t k = 0; k < n; k++) {
        int16_t last[3] = {0, 0, 0};
        for (int32_t i = 0; i < t[k].len; i++, plane++)
            for (int a = 0; a < GW_TLIB_ATOMS; a++) {
                int16_t *x = &t[k].xyz[(i * GW_TLIB_ATOMS + a) * 3];
                bool missing = *x == GW_TLIB_MISSING;
                for (int c = 0; c < 3; c++) {
                    uint8_t *lo = b->p + plane + (size_t)(a * 3 + c) * 2 * total, *hi = lo + total;
                    if (b->put) {
                        uint16_t d = missing ? 0 : (uint16_t)(x[c] - last[c]);
                        *lo = (uint8_t)d;
                        *hi = (uint8_t)(d >> 8);
                    } else if (missing) {
                        x[c] = GW_TLIB_MISSING;
                    } else {
                        x[c] = (int16_t)(uint16_t)(last[c] + (*lo | *hi << 8));
                    }
                    if (!missing)
                        last[c] = x[c];
                }
            }
    }
}

void gw_tlib_block_code(gw_template_t *t, size_t n, uint8_t *bytes, bool put)
{
    plane_t b = {bytes, put};
    size_t total = 0;
    for (size_t k = 0; k < n; k++)
        total += (size_t)t[k].len;
    for (size_t k = 0; k < n; k++)
        move_bytes(&b, t[k].seq, t[k].len, 1);
    for (size_t k = 0; k < n; k++)
        move_bytes(&b, t[k].ss, t[k].len, 1);
    for (size_t k = 0; k < n; k++)
        move_bytes(&b, t[k].acc, t[k].len, 1);
    for (size_t k = 0; k < n; k++)
        move_bytes(&b, t[k].depth, t[k].len, 1);
    for (int a = 0; a < 20; a++)
        for (size_t k = 0; k < n; k++)
            move_bytes(&b, t[k].prof + a, t[k].len, 20);
    for (int a = 0; a < 20; a++)
        for (size_t k = 0; k < n; k++)
            move_bytes(&b, t[k].sprof + a, t[k].len, 20);
    move_numbers(&b, t, n, total);
    for (size_t k = 0; k < n; k++)
        move_bytes(&b, (uint8_t *)t[k].icode, t[k].len, 1);
    move_mask(&b, t, n);
    move_xyz(&b, t, n, total);
}

bool gw_tlib_block_valid(const gw_template_t *t)
{
    for (int32_t i = 0; i < t->len; i++)
        if (t->seq[i] > 20 || t->ss[i] > 7)
            return false;
    return true;
}
