#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/index.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/ref.h"

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const char *fasta = inv->operands.v[0];
    gw_ref_t *ref = NULL;
    gw_index_t *index = NULL;
    if (!inv->common.output && strcmp(fasta, "-") == 0)
        return gw_err_set(err, GW_EUSAGE,
                          "a FASTA from stdin has no name to put .gwi behind; name the index with "
                          "-o FILE.gwi");
    char *path = inv->common.output ? gw_strdup(inv->common.output) : gw_asprintf("%s.gwi", fasta);
    if (!path)
        return gw_err_nomem(err, "starting");
    gw_status_t st = gw_ref_load(fasta, (int)inv->common.threads, &ref, err);
    if (st == GW_OK)
        st = gw_index_build(ref, (int)inv->common.threads, &index, err);
    if (st == GW_OK)
        st = gw_index_stamp(index, fasta, err);
    if (st == GW_OK)
        st = gw_index_write(index, path, err);
    if (st == GW_OK)
        gw_log_info("%s: %d contigs, %lld bases, %llu seeds", path, (int)index->n_contigs,
                    (long long)ref->total_bp, (unsigned long long)index->table.n_entries);
    gw_index_destroy(index);
    gw_ref_destroy(ref);
    free(path);
    return st;
}

static const char *const usage[] = {"REF.fa [-o REF.fa.gwi]", NULL};
static const char *const examples[] = {"genowarp index ref.fa",
                                       "genowarp align ref.fa R1.fq.gz R2.fq.gz -o out.bam", NULL};

const gw_command_t gw_cmd_index = {
    .name = "index",
    .summary = "make a reference ready for align",
    .usage = usage,
    .description =
        "Reads a FASTA (plain, .gz or .zst) and writes one file beside it, REF.fa.gwi, that\n"
        "genowarp align maps into memory: packed bases and a table of seeds, about 2 bytes a\n"
        "base, checksummed. The file does not depend on the number of threads. Nothing goes to\n"
        "stdout.",
    .examples = examples,
    .common = GW_COMMON_OUTPUT | GW_COMMON_THREADS,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
