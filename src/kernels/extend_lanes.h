/* src/kernels/extend_lanes.h -- template: look-ups in 64-byte tables, and scores of lanes that each
 *                               have a table and a text of their own
 *
 * Parameters: those of vec.h, NAME(x) (names x for this width). Codes 0..32 find their entry,
 * GW_EXTEND_PAD finds 0 (or entry 32, which is 0).
 */

#if VEC_BITS == 512
/* t as the index into a table of 64 bytes; entry 32 is 0 */
static inline __attribute__((always_inline)) VEC NAME(look_up)(const uint8_t *table, VEC t)
{
    return _mm512_permutexvar_epi8(t, _mm512_loadu_si512(table));
}
#else
/* the table's halves of 16, each silent where the other speaks */
static inline __attribute__((always_inline)) VEC NAME(look_up)(const uint8_t *table, VEC t)
{
    VEC low = V_SHUFFLE(V_BYTES16(table), V_ADDS_U8(t, V_BYTE1(0x70)));
    VEC high = V_SHUFFLE(V_BYTES16(table + 16), V_SUB_8(t, V_BYTE1(0x10)));
    return V_OR(low, high);
}
#endif

/* 16 vectors of 16 x 16 bytes become their transposes: a byte's place in vector and 16 bytes is
 * eight bits, and each round turns them by one */
static inline __attribute__((always_inline)) void NAME(transpose)(VEC v[16])
{
    for (int round = 0; round < 4; round++) {
        VEC w[16];
        for (int i = 0; i < 8; i++) {
            w[2 * i] = V_ZIP_LOW_8(v[i], v[i + 8]);
            w[2 * i + 1] = V_ZIP_HIGH_8(v[i], v[i + 8]);
        }
        for (int i = 0; i < 16; i++)
            v[i] = w[i];
    }
}

/* out[i * VEC_LANES + l] = table[l][text[l][from + i]] for i < n, a multiple of the vector's bytes;
 * texts are padded to it */
static inline void NAME(lane_scores)(const uint8_t *const *table, const uint8_t *const *text,
                                     int32_t from, int32_t n, uint8_t *out)
{
    enum { BYTES = VEC_BITS / 8, ONCE = VEC_LANES < 16 ? VEC_LANES : 16 };
    for (int32_t i = 0; i < n; i += BYTES)
        for (int l = 0; l < VEC_LANES; l += ONCE) {
            VEC v[16];
            for (int k = 0; k < 16; k++)
                v[k] = k < ONCE ? NAME(look_up)(table[l + k], V_LOADU(text[l + k] + from + i))
                                : V_BYTE1(0);
            NAME(transpose)(v);
            for (int k = 0; k < 16; k++) {
                uint8_t bytes[BYTES];
                V_STOREU(bytes, v[k]);
                for (int part = 0; part < BYTES / 16; part++)
                    memcpy(out + (size_t)(i + 16 * part + k) * VEC_LANES + l, bytes + 16 * part,
                           ONCE);
            }
        }
}
