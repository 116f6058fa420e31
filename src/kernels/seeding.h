/* src/kernels/seeding.h -- where the seeds of reads say that the reads may lie
 *
 * Contents: 1. the table of a reference's seeds  2. candidates  3. a batch of reads
 * Units:    0-based positions of the reference; a diagonal is the position of the oriented read's
 *           first letter, below 0 where the read hangs over the reference's begin
 * Source:   diagonals of seeds as votes: Wilbur & Lipman 1983, doi:10.1073/pnas.80.3.726
 *
 * Seeds are looked up in the table, and every occurrence votes for the strand and the diagonal that
 * it puts the read on. Diagonals within GW_SEEDING_BAND of a group's first make a group; a group is
 * a candidate on the diagonal with most votes, and once more on its second when that is far off.
 */
#ifndef GW_KERNELS_SEEDING_H
#define GW_KERNELS_SEEDING_H

#include "base/inline.h"
#include "base/status.h"
#include "kernels/seed.h"

/* 1. the table: seeds by the first bits of their hashes (buckets) and the next bits (tags) */
enum { GW_SEEDING_POS_BITS = 40, GW_SEEDING_TAG_BITS = 23 };

typedef struct {
    int bucket_bits;
    const uint32_t *bucket; /* 2^bucket_bits + 1 starts in entry */
    const uint64_t *entry;  /* tag << 41 | position << 1 | strand, rising in a bucket */
    uint64_t n_entries;
} gw_seed_table_t;

GW_INLINE uint64_t gw_seed_table_bucket(const gw_seed_table_t *t, uint64_t hash)
{
    return hash >> (64 - t->bucket_bits);
}
GW_INLINE uint64_t gw_seed_table_tag(const gw_seed_table_t *t, uint64_t hash)
{
    return hash << t->bucket_bits >> (64 - GW_SEEDING_TAG_BITS);
}

/* 2. candidates */
enum {
    GW_SEEDING_OCC = 500,   /* a seed with more occurrences is skipped */
    GW_SEEDING_HITS = 4000, /* a read's rarest seeds are followed up to so many occurrences */
    GW_SEEDING_BAND = 100,  /* diagonals of one group lie within it */
    GW_SEEDING_APART = 16,  /* the second diagonal of a group is so far from the first */
    GW_SEEDING_MOST = 64,   /* candidates of a read: the first by place among those with */
    GW_SEEDING_SHARE = 8,   /* at least this part of the most votes, or more votes if need be */
    GW_SEEDING_VOTES = 255  /* votes beyond count as so many when candidates are chosen */
};

typedef struct {
    int64_t diag;
    int32_t votes;
    int32_t spread; /* diagonals of its seeds lie in [diag - spread, diag + spread] */
    uint32_t rev;   /* 1: the read's reverse complement */
    uint32_t unused;
} gw_seed_candidate_t;

/* keys that order diagonals: forward strand first, by place. The bias keeps them above 0. */
enum { GW_SEEDING_BIAS = 1 << 20, GW_SEEDING_REV_SHIFT = 62 };

/* 3. a batch of reads */
typedef struct {
    size_t n;
    const uint8_t *code; /* 0..3 = A C G T, more = no base */
    const int64_t *off;  /* where each read starts */
    const int32_t *len;  /* below GW_SEEDING_BIAS */
} gw_seeding_batch_t;

typedef struct {
    uint32_t from, n, pos;
    uint32_t rev;
} gw_seed_hits_t;

/* work memory of the CPU, kept from batch to batch */
typedef struct {
    gw_seed_t *seed;
    gw_seed_hits_t *found;
    uint64_t *key, *key2;
    gw_seed_candidate_t *group;
    size_t cap_seed, cap_found, cap_key, cap_key2, cap_group;
} gw_seeding_room_t;

/* Starts zeroed and lives from batch to batch; read i has candidate[first[i]..first[i + 1]), by
 * strand and place. */
typedef struct {
    int32_t *n_seeds, *n_skipped; /* of each read: its seeds, and those that were too frequent */
    int64_t *first;               /* n + 1 values */
    gw_seed_candidate_t *candidate;
    size_t cap_seeds, cap_skipped, cap_first, cap_candidates;
    gw_seeding_room_t room;
} gw_seeding_out_t;
void gw_seeding_release(gw_seeding_out_t *out);

/* Makes room for the answers of n reads; first[0] = 0. */
GW_RESULT_USED gw_status_t gw_seeding_start(gw_seeding_out_t *out, size_t n, gw_err_t *err);
/* The plain reference: reads [from, to), after the reads before them. */
GW_RESULT_USED gw_status_t gw_seeding_ref(const gw_seed_table_t *t, const gw_seeding_batch_t *b,
                                          size_t from, size_t to, gw_seeding_out_t *out,
                                          gw_err_t *err);

#endif
