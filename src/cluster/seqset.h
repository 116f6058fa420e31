/* src/cluster/seqset.h -- the sequences to be clustered: read, checked, dereplicated, ordered
 *
 * Contents: 1. the set  2. loading
 * Units:    letters are codes: proteins 0..19 = ARNDCQEGHILKMFPSTWYV, then B Z X; nucleotides
 *           0..3 = ACGT, 4 = any other IUPAC letter. U of RNA is T; U, O, J and * of proteins are
 * X.
 *
 * Identical sequences are one unique sequence with several records. Uniques are numbered in
 * canonical order, which depends on the sequences and their abundances only, never on the order
 * of the input: most abundant first when abundances are read, then longest, then by content.
 */
#ifndef GW_CLUSTER_SEQSET_H
#define GW_CLUSTER_SEQSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. the set */
enum { GW_SEQSET_X = 22, GW_SEQSET_PROTEIN_LETTERS = 23, GW_SEQSET_DNA_LETTERS = 5 };
typedef enum { GW_SEQ_AUTO, GW_SEQ_PROTEIN, GW_SEQ_DNA } gw_seqkind_t;

typedef struct {
    const char *name; /* in the arena */
    int64_t size;     /* abundance: 1, or ;size=N */
    int32_t uniq;     /* which unique sequence */
    int32_t sample;   /* place in the set's samples; 0 when they are not asked for */
} gw_seqset_rec_t;

typedef struct {
    gw_seqkind_t kind;
    /* records, by unique, then abundance (largest first), then name */
    size_t n_recs;
    gw_seqset_rec_t *rec;
    /* unique sequences in canonical order: records [first[u], first[u+1]) */
    int32_t n;
    int64_t *first;
    int64_t *off; /* n + 1 values: letters [off[u], off[u+1]) */
    uint8_t *letter;
    int64_t n_letters, longest;
    const char **sample; /* names, sorted; in the arena */
    int32_t n_samples;
    int64_t n_read, n_poor; /* records read; those left out for their expected errors */
    gw_arena_t arena;       /* names */
} gw_seqset_t;

static inline int32_t gw_seqset_len(const gw_seqset_t *s, int32_t u)
{
    return (int32_t)(s->off[u + 1] - s->off[u]);
}
static inline const uint8_t *gw_seqset_seq(const gw_seqset_t *s, int32_t u)
{
    return s->letter + s->off[u];
}

/* 2. loading */
typedef struct {
    gw_seqkind_t kind; /* AUTO: nucleotides when every letter of the input is one of ACGTUN */
    bool sizes;        /* read ;size=N from the names; a name without it is GW_EDATA */
    bool by_abundance; /* canonical order as if sizes were read: records count */
    bool samples;      /* read ;sample=NAME or ;barcodelabel=NAME; a name without is of the sample
                          that its file is called after */
    double max_ee;     /* leave records with more expected errors out; 0 = none; else records
                          without qualities are GW_EDATA */
    uint64_t max_mem;    /* bytes that loading may take; 0 = any */
    int threads;
} gw_seqset_opts_t;

/* Reads every file ("-" is stdin) as one set. GW_EDATA: no sequences, an empty sequence, a name
 * twice, letters outside the alphabet. GW_EUSAGE: max_mem is too little, with what would do. The caller
 * releases s in any case. */
GW_RESULT_USED gw_status_t gw_seqset_load(gw_seqset_t *s, const char *const *path, size_t n_paths,
                                          const gw_seqset_opts_t *opts, gw_err_t *err);
void gw_seqset_release(gw_seqset_t *s);
/* Bytes that a loaded set takes. */
uint64_t gw_seqset_bytes(const gw_seqset_t *s);
/* GW_EUSAGE: --max-mem SIZE is less than need, for what. */
GW_RESULT_USED gw_status_t gw_seqset_check_memory(uint64_t max_mem, uint64_t need, const char *what,
                                                  gw_err_t *err);
/* The reverse complement of len nucleotides, into out. */
void gw_seqset_turn(const uint8_t *p, int32_t len, uint8_t *out);
/* Letters of unique u as text; buf holds len + 1 bytes. */
void gw_seqset_text(const gw_seqset_t *s, int32_t u, char *buf);

#endif
