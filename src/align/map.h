/* src/align/map.h -- what the stages of mapping share: parameters, reads, hits, a worker's memory
 *
 * Contents: 1. parameters  2. hits and reads  3. the mapper  4. stages
 * Units:    global positions (align/index.h), 0-based, half-open. A hit's query coordinates are
 *           those of the strand that aligns: of the read itself, or of its reverse complement.
 *           Scores are without end bonuses.
 * A chunk of reads goes through the stages in order; everything depends on the chunk's reads, the
 * index and the parameters alone.
 */
#ifndef GW_ALIGN_MAP_H
#define GW_ALIGN_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "align/index.h"
#include "base/mem.h"
#include "base/status.h"
#include "engine/engine.h"
#include "io/seqread.h"

/* 1. parameters */
typedef struct {
    int match, mismatch, gap_open, gap_extend, clip; /* all >= 0, penalties too */
    int min_score;                                   /* a hit below it is not reported */
    int unpaired; /* penalty of a pair that is not at insert distance */
    int xa_max;   /* XA is written when at most so many hits come near the best */
} gw_map_params_t;

/* Distance between the 5' ends of mates that face each other. */
enum { GW_INSERT_MAX = 10000 };
typedef struct {
    bool known;
    int32_t low, high; /* bounds of a proper pair */
    double mean, sd;
    int64_t n_used;
    int32_t *penalty; /* by size - low: score units; high - low + 1 values */
} gw_insert_t;

/* 2. hits and reads */
/* UNGAPPED: the best on its own diagonal, a gap could better it; EXACT: nothing worth looking for
 * can; DP: found by dynamic programming. */
enum { GW_HIT_UNVERIFIED, GW_HIT_UNGAPPED, GW_HIT_EXACT, GW_HIT_DP };
/* Mismatches on one diagonal beyond which no ungapped alignment, and no gap, is looked for. */
enum { GW_VERIFY_MAX_MIS = 200, GW_GAP_MAX_MIS = 40 };

typedef struct {
    int64_t diag; /* global position of the oriented read's first base, may be < 0 */
    int64_t t_beg, t_end;
    int32_t q_beg, q_end;
    int32_t score;
    int32_t votes;
    int32_t spread;      /* diagonals of its seeds lie in [diag - spread, diag + spread] */
    int32_t parent;      /* after ranking: -1 primary or supplementary, else index of its better */
    int32_t sub;         /* best score of a hit that it is better than; 0 = none */
    uint32_t n_sub;      /* how many of those come near */
    int32_t gap_at, gap; /* unless DP: before this query letter, a gap: > 0 deleted, < 0 inserted */
    int32_t cigar_off;   /* in the mapper's cigar; -1 = not made yet */
    uint16_t n_cigar;
    uint8_t rev;
    uint8_t state; /* GW_HIT_* */
    uint8_t mapq;
    bool rescued, chosen;
    bool wanted; /* its CIGAR is needed */
} gw_hit_t;

typedef struct {
    const gw_seqrec_t *rec;
    uint32_t tie; /* hash of the name: breaks ties */
    int32_t len;
    size_t code;  /* in mapper's code: the read, then its reverse complement */
    size_t word;  /* in mapper's word: same two, packed */
    size_t words; /* words of one strand */
    bool has_n;
    int32_t n_seeds, n_skipped; /* seeds, and those that were too frequent to follow */
    int32_t primary;            /* index of the chosen hit or -1 */
    gw_hit_t *hit;              /* in the mapper's arena, with room for GW_MORE_HITS more */
    size_t n_hits;
} gw_read_t;

enum { GW_MORE_HITS = 4 }; /* that rescue may add */

/* 3. the mapper: memory of one worker, reused from chunk to chunk */
typedef struct {
    size_t read, hit;
    int64_t t_beg; /* global position of the window's first letter */
} gw_dp_task_t;

typedef struct {
    gw_dp_task_t *task;
    size_t n, cap_task;
    int64_t *q_off, *t_off;
    int32_t *q_len, *t_len, *diag, *width;
    size_t cap_q_off, cap_t_off, cap_q_len, cap_t_len, cap_diag, cap_width;
    uint8_t *letters; /* targets; queries lie in the mapper's code */
    size_t n_letters, cap_letters;
    gw_extend_hit_t *out;
    size_t cap_out;
    gw_extend_cigars_t cigars;
    size_t cap_score, cap_off;
} gw_dp_t;

typedef struct {
    const gw_index_t *index;
    const gw_map_params_t *params;
    const gw_insert_t *insert;
    gw_engine_t *engine;
    gw_extend_params_t extend;
    gw_read_t *read;
    size_t n_reads, cap_reads;
    uint8_t *code;
    size_t n_code, cap_code;
    uint64_t *word;
    size_t n_word, cap_word;
    int64_t *read_off; /* the chunk as a batch of the engine */
    int32_t *read_len;
    size_t cap_read_off, cap_read_len;
    gw_seeding_out_t seeding;
    gw_arena_t hits;
    uint32_t *cigar;
    size_t n_cigar, cap_cigar;
    gw_dp_t dp;
} gw_mapper_t;

/* 4. stages */
void gw_mapper_init(gw_mapper_t *m, const gw_index_t *index, const gw_map_params_t *params,
                    gw_engine_t *engine);
void gw_mapper_release(gw_mapper_t *m);
/* Takes over a chunk (borrowed until the next one) and encodes it. */
GW_RESULT_USED gw_status_t gw_mapper_load(gw_mapper_t *m, const gw_seqbatch_t *chunk,
                                          gw_err_t *err);
/* candidates.c: seeds, votes; fills every read's hits, by place */
GW_RESULT_USED gw_status_t gw_candidates_find(gw_mapper_t *m, gw_err_t *err);
/* verify.c: the best alignment of a hit on its own diagonal, EXACT when no gap can better it;
 * score 0 when the diagonal leaves the contig or meets N */
void gw_verify_hit(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h);
/* then with one gap; EXACT when nothing more is worth looking for */
void gw_verify_gap(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h);
/* The part both share: where oriented read and reference differ at `diag`, word i of the read: bit
 * 2j is set when letter 32i + j differs. */
uint64_t gw_verify_word(const gw_mapper_t *m, const gw_read_t *r, bool rev, int64_t diag,
                        int32_t i);
/* gap.c: tries to better h (its score with end bonuses: with) by one gap of at most `most` letters,
 * after which the other end of the read is reached. pos: the n mismatches of h's diagonal. Returns
 * the score with bonuses; h is changed when it is better. */
int32_t gw_gap_try(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h, const int32_t *pos, int n,
                   int32_t with, int32_t most);
/* dp.c: queues an alignment of the whole read to [beg,end), runs the queue, makes CIGARs */
GW_RESULT_USED gw_status_t gw_dp_add(gw_mapper_t *m, size_t read, size_t hit, int64_t beg,
                                     int64_t end, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_dp_run(gw_mapper_t *m, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_dp_cigars(gw_mapper_t *m, gw_err_t *err);
void gw_dp_release(gw_dp_t *d);
/* refine.c: chooses hits worth dynamic programming, runs it, tidies */
GW_RESULT_USED gw_status_t gw_refine(gw_mapper_t *m, gw_err_t *err);
/* Drops duplicates and hopeless hits, sorts by score (ties by hash of name and place). */
void gw_refine_tidy(const gw_mapper_t *m, gw_read_t *r);
/* rescue.c: looks for mates where the insert size says they should be */
GW_RESULT_USED gw_status_t gw_rescue(gw_mapper_t *m, gw_err_t *err);
/* pair.c: 5'-to-5' size of two hits that face each other on one contig, or -1 */
int64_t gw_pair_size(const gw_mapper_t *m, const gw_read_t *a, const gw_hit_t *x,
                     const gw_read_t *b, const gw_hit_t *y);
bool gw_pair_proper(const gw_mapper_t *m, const gw_read_t *a, const gw_hit_t *x, const gw_read_t *b,
                    const gw_hit_t *y);
/* Chooses primaries, ranks the rest, sets MAPQ, for all reads of the chunk. */
void gw_pair_all(gw_mapper_t *m);
/* mapq.c: MAPQ of r's primary and supplementary hits; mate NULL for a single read */
void gw_mapq_set(const gw_mapper_t *m, gw_read_t *r, const gw_read_t *mate);

/* A place at insert distance from a good mate needs less evidence of its own. */
static inline int32_t gw_paired_score(const gw_map_params_t *p)
{
    return p->min_score * 18 / 30;
}
static inline bool gw_read_paired(const gw_read_t *r)
{
    return (r->rec->flag & 0x1) != 0;
}

#endif
