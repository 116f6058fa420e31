/* src/cluster/sizename.h -- names with abundances and samples in them: x;sample=S;size=N
 *
 * Source: USEARCH manual and VSEARCH manual, "size annotations"
 */
#ifndef GW_CLUSTER_SIZENAME_H
#define GW_CLUSTER_SIZENAME_H

#include <stdint.h>
#include <stdio.h>

/* name without its own ;size=, then ;size=size */
void gw_sizename_write(const char *name, int64_t size, FILE *f);
/* Length of the name's first field: what stands before a ;key=value. */
int gw_sizename_core(const char *name);

#endif
