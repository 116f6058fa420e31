#include <config.h>

#include <string.h>

#include "cluster/sizename.h"

void gw_sizename_write(const char *name, int64_t size, FILE *f)
{
    for (const char *p = name; *p;) {
        size_t n = strcspn(p, ";");
        if (n > 0 && (p == name || strncmp(p, "size=", 5) != 0))
            fprintf(f, "%s%.*s", p == name ? "" : ";", (int)n, p);
        p += n + (p[n] == ';');
    }
    fprintf(f, ";size=%lld", (long long)size);
}

int gw_sizename_core(const char *name)
{
    const char *p = name;
    while ((p = strchr(p, ';')) && strncmp(p, ";size=", 6) != 0 && strncmp(p, ";sample=", 8) != 0 &&
           strncmp(p, ";barcodelabel=", 14) != 0)
        p++;
    return (int)(p ? (size_t)(p - name) : strlen(name));
}
