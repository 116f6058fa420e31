/* tests/bench/fold_dssp.c -- our secondary structure of a file: chain, number, insertion code, code
 *
 * usage: fold_dssp FILE: one line a residue, for comparison with mkdssp's output (fold_dssp.py)
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fold/template.h"

int main(int argc, char **argv)
{
    gw_structure_t s;
    gw_err_t err;
    if (argc != 2)
        return 64;
    if (gw_structure_read(argv[1], gw_template_is_amino, &s, &err) != GW_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return (int)err.status;
    }
    uint8_t *ss = gw_malloc(s.n_residues, 1);
    if (!ss || gw_template_dssp(&s, ss, &err) != GW_OK)
        return 104;
    for (size_t c = 0; c < s.n_chains; c++)
        for (size_t i = s.chain[c].first; i < s.chain[c].first + s.chain[c].n; i++)
            if (ss[i] < 8)
                printf("%s\t%d%c\t%c\n", s.chain[c].id, s.residue[i].number, s.residue[i].icode,
                       gw_tlib_ss_letters[ss[i]]);
    free(ss);
    gw_structure_release(&s);
    return 0;
}
