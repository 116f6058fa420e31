#include <config.h>

#include <math.h>

#include "fold/model.h"
#include "fold/packing_table.h"

enum { ALIPHATIC, AROMATIC, CARBONYL, HYDROXYL, AMIDE_O, AMIDE_N, ACID_O, BASE_N, SULPHUR };

int gw_packing_side(uint8_t aa, int atom)
{
    char e = gw_model_atom_name(aa, atom)[0];
    bool flat = aa == 8 || aa == 13 || aa == 17 || aa == 18; /* HIS PHE TRP TYR */
    if (e == 'S')
        return SULPHUR;
    if (e == 'O')
        return aa == 15 || aa == 16 || aa == 18 ? HYDROXYL : aa == 2 || aa == 5 ? AMIDE_O : ACID_O;
    if (e == 'N')
        return aa == 1 || aa == 11 ? BASE_N : AMIDE_N;
    if (flat)
        return AROMATIC;
    bool end = (aa == 2 || aa == 3)   ? atom == 5
               : (aa == 5 || aa == 6) ? atom == 6
                                      : aa == 1 && atom == 8;
    return end ? CARBONYL : ALIPHATIC;
}

int gw_packing_around(int atom, int32_t step)
{
    static const int8_t own[5] = {14, -1, 15, 16, -1}, before[5] = {19, 19, 17, 18, 19},
                        behind[5] = {20, 22, 22, 21, 22};
    return step == 0    ? own[atom]
           : step == -1 ? before[atom]
           : step == 1  ? behind[atom]
                        : GW_PACKING_SIDE + atom;
}

int gw_packing_shell(float d2)
{
    static const int8_t shell[36] = {0, 0, 0, 0, 0, 1, 2, 2, 3, 3, 4, 4,  5,  5,  6,  6,  7,  7,
                                     7, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 10, 10, 10, 10, 10, 10, 10};
    return d2 < 36 ? shell[(int)d2] : -1;
}

static double radius(char element)
{
    return element == 'C' ? 1.80 : element == 'N' ? 1.45 : element == 'O' ? 1.40 : 1.75;
}

double gw_packing_contact(float d2, char ea, char eb)
{
    static const double hardest = 10, stiff = 25, hydrogen_bond = -0.8, touching = -0.15, reach = 2;
    double d = sqrt((double)d2);
    bool polar = (ea == 'N' || ea == 'O') && (eb == 'N' || eb == 'O');
    if (ea == 'S' && eb == 'S' && d < 3.0)
        return d < 1.6 ? hardest : d < 2.6 ? -4 : 3;
    double r = polar ? 2.7 : radius(ea) + radius(eb);
    if (d < r)
        return fmin(stiff * (1 - d / r), hardest);
    if (polar && d < 3.3)
        return hydrogen_bond;
    return d - r < reach ? touching * (1 - (d - r) / reach) : 0;
}
