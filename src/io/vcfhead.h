/* src/io/vcfhead.h -- the ## lines of a VCF header, checked, and what they declare
 *
 * Contents: 1. fields  2. the header
 * Source:   VCF specification v4.3, sections 1.2, 1.4 and 1.6 (reserved keys: tables 1 and 2); what
 *           only v4.3 demands is not asked of files that call themselves v4.1 or v4.2
 */
#ifndef GW_IO_VCFHEAD_H
#define GW_IO_VCFHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* 1. fields of INFO and FORMAT: how many values, of which type */
typedef enum {
    GW_VCFTYPE_STRING,
    GW_VCFTYPE_INTEGER,
    GW_VCFTYPE_FLOAT,
    GW_VCFTYPE_FLAG,
    GW_VCFTYPE_CHARACTER
} gw_vcftype_t;

enum { GW_VCFNUM_ANY = -1, GW_VCFNUM_A = -2, GW_VCFNUM_R = -3, GW_VCFNUM_G = -4 };

typedef struct {
    int32_t number; /* >= 0, or one of GW_VCFNUM_ */
    gw_vcftype_t type;
} gw_vcffield_t;

/* 2. the header */
typedef struct gw_vcfhead gw_vcfhead_t;

GW_RESULT_USED gw_status_t gw_vcfhead_create(gw_vcfhead_t **out, gw_err_t *err);
void gw_vcfhead_destroy(gw_vcfhead_t *h); /* NULL is fine */
/* A line that begins with ##; line 1 must be the ##fileformat. It is taken apart in place. GW_EDATA
 * says what is wrong, without file and line. */
GW_RESULT_USED gw_status_t gw_vcfhead_line(gw_vcfhead_t *h, uint64_t number, char *line,
                                           gw_err_t *err);
/* The y of VCFv4.y */
int gw_vcfhead_minor(const gw_vcfhead_t *h);
/* false when name is not declared; *len_bp = -1 when its length is not. *any: some contig is. */
bool gw_vcfhead_contig(const gw_vcfhead_t *h, const char *name, int64_t *len_bp, bool *any);
/* As declared; else as the specification reserves the key; else any number of strings. */
gw_vcffield_t gw_vcfhead_info(const gw_vcfhead_t *h, const char *key);
gw_vcffield_t gw_vcfhead_format(const gw_vcfhead_t *h, const char *key);
/* May key name a field of INFO or FORMAT in this version? */
bool gw_vcfhead_good_key(const gw_vcfhead_t *h, const char *key);

#endif
