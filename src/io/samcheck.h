/* src/io/samcheck.h -- is this line of SAM text, is this header, as the specification says
 *
 * HTSlib reads more than the specification allows (control characters, numbers out of range,
 * repeated tags, illegal contig names), often by changing it. Left open here, for files met in
 * practice: NaN and infinite f tags, upper-case M5, platforms that the list lacks, broken @PG
 * chains, sub-sort orders.
 * Source: SAM specification v1, sections 1.2.1 (names), 1.3 (header), 1.4 (fields), 1.5 (tags)
 */
#ifndef GW_IO_SAMCHECK_H
#define GW_IO_SAMCHECK_H

#include <stdbool.h>
#include <stddef.h>

/* NULL when the record line (len bytes, no newline, NUL behind) is well-formed, else what is wrong:
 * static text. Whether contigs exist and lengths agree is left to the parser. */
const char *gw_samcheck_record(const char *line, size_t len);
/* what gw_samcheck_header says when it could not look for want of memory */
#define GW_SAMCHECK_NOMEM "memory ran out"
/* NULL when well; else what is wrong, and *line the 1-based number of the line. text is the whole
 * header. Repeated @RG and @PG identifiers are found too. */
const char *gw_samcheck_header(const char *text, unsigned long *line);

#endif
