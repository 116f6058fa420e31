#include <config.h>

#include <string.h>

#include "io/bamtag.h"

size_t gw_bamtag_type_size(uint8_t type)
{
    switch (type) {
    case 'A':
    case 'c':
    case 'C':
        return 1;
    case 's':
    case 'S':
        return 2;
    case 'i':
    case 'I':
    case 'f':
        return 4;
    default:
        return 0;
    }
}

size_t gw_bamtag_size(const uint8_t *t, const uint8_t *end)
{
    size_t room = (size_t)(end - t), size = 0;
    if (room < 4)
        return 0;
    if (t[2] == 'Z' || t[2] == 'H') {
        const uint8_t *nul = memchr(t + 3, '\0', room - 3);
        size = nul ? (size_t)(nul - t) + 1 : 0;
    } else if (t[2] == 'B') {
        size_t one = room >= 8 && t[3] != 'A' ? gw_bamtag_type_size(t[3]) : 0;
        uint64_t n =
            one ? (uint64_t)t[4] | (uint64_t)t[5] << 8 | (uint64_t)t[6] << 16 | (uint64_t)t[7] << 24
                : 0;
        size = one ? 8 + n * one : 0;
    } else {
        size = gw_bamtag_type_size(t[2]) ? 3 + gw_bamtag_type_size(t[2]) : 0;
    }
    return size <= room ? size : 0;
}
