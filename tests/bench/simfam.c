/* simfam N SEED: N proteins of families whose truth is known, as FASTA on stdout
 *
 * A family has an ancestor of 80 to 600 letters drawn from Swiss-Prot's composition; each member is the
 * ancestor with every letter exchanged with a probability of its own, 5 to 28 %, and one letter in 200
 * dropped or followed by another one, so that members share 50 to 90 % of their columns. Family sizes fall as
 * the square: most families have one or two members, few up to 100, whatever N is. Members are called
 * FAMILY_NUMBER and come in random order. The same N and SEED give the same bytes everywhere.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_LEN = 600, MIN_LEN = 80, LETTERS = 20, LARGEST = 100 };

static uint64_t state;

static uint64_t draw(void) /* splitmix64 */
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)((draw() >> 32) * n >> 32);
}

/* One of 20 letters; parts of 10,000 in Swiss-Prot. */
static char letter(void)
{
    static const char name[LETTERS + 1] = "ARNDCQEGHILKMFPSTWYV";
    static const int part[LETTERS] = {825, 553, 406, 546, 138, 393, 672, 707, 227, 591,
                                      965, 580, 241, 386, 474, 665, 536, 110, 292, 686};
    int x = (int)below(9993), k = 0;
    while (k < LETTERS - 1 && x >= part[k])
        x -= part[k++];
    return name[k];
}

typedef struct {
    uint32_t family, number;
} member_t;

static void put(const member_t *m, uint64_t seed)
{
    char ancestor[MAX_LEN], text[2 * MAX_LEN + 1];
    state = seed + ((uint64_t)m->family << 32);
    uint32_t len = MIN_LEN + below(MAX_LEN - MIN_LEN + 1), n = 0;
    for (uint32_t i = 0; i < len; i++)
        ancestor[i] = letter();
    state ^= (uint64_t)(m->number + 1) << 20;
    uint32_t rate = 500 + below(2301);
    for (uint32_t i = 0; i < len; i++) {
        uint32_t gap = below(400);
        if (gap == 0)
            continue;
        text[n++] = below(10000) < rate ? letter() : ancestor[i];
        if (gap == 1)
            text[n++] = letter();
    }
    text[n] = '\0';
    printf(">%u_%u\n%s\n", m->family, m->number, text);
}

int main(int argc, char **argv)
{
    uint32_t n = argc == 3 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0, at = 0;
    uint64_t seed = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    member_t *all = malloc((n ? n : 1) * sizeof *all);
    if (!n || !all) {
        fputs("usage: simfam N SEED\n", stderr);
        return 64;
    }
    for (uint32_t family = 0; at < n; family++) {
        /* sizes 1, 2, 3, 4... in parts that fall with the square; no more than LARGEST */
        state = seed * 7919 + family;
        uint32_t size = 1;
        uint64_t x = draw() >> 11;
        while (size < LARGEST && x * size < (UINT64_C(1) << 52))
            size++;
        for (uint32_t k = 0; k < size && at < n; k++)
            all[at++] = (member_t){family, k};
    }
    state = seed ^ UINT64_C(0x5851f42d4c957f2d);
    for (uint32_t i = n; i > 1; i--) {
        uint32_t k = below(i);
        member_t m = all[i - 1];
        all[i - 1] = all[k];
        all[k] = m;
    }
    for (uint32_t i = 0; i < n; i++)
        put(&all[i], seed);
    free(all);
    return ferror(stdout) || fclose(stdout) ? 74 : 0;
}
