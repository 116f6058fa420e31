/* src/io/bamtag.h -- sizes of BAM-encoded optional fields, damaged ones included
 *
 * Source: SAM specification v1, section 4.2.4
 */
#ifndef GW_IO_BAMTAG_H
#define GW_IO_BAMTAG_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of one value of a type letter (A c C s S i I f); 0 for the others. */
size_t gw_bamtag_type_size(uint8_t type);
/* The whole size of the tag at t, 0 when it is damaged or reaches past end. */
size_t gw_bamtag_size(const uint8_t *t, const uint8_t *end);

#endif
