#include <config.h>

#include "fold/sspred_weights.h"

/* GW_FOLD_REFS is the folder refs/fold of the sources, given by the makefile */
__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global gw_sspred_weights_prof\n"
        "gw_sspred_weights_prof:\n"
        ".incbin \"" GW_FOLD_REFS "/sspred_prof.f16\"\n"
        ".balign 16\n"
        ".global gw_sspred_weights_seq\n"
        "gw_sspred_weights_seq:\n"
        ".incbin \"" GW_FOLD_REFS "/sspred_seq.f16\"\n"
        ".previous\n");
