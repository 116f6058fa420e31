#include <config.h>

#include <math.h>
#include <string.h>

#include "fold/residue.h"

const char gw_aa_letters[22] = "ARNDCQEGHILKMFPSTWYVX";
const char *const gw_aa_names[21] = {"ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU",
                                     "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE",
                                     "PRO", "SER", "THR", "TRP", "TYR", "VAL", "UNK"};
const float gw_aa_background[GW_AA_N] = {
    0.0825F, 0.0553F, 0.0406F, 0.0545F, 0.0137F, 0.0393F, 0.0675F, 0.0707F, 0.0227F, 0.0596F,
    0.0966F, 0.0584F, 0.0242F, 0.0386F, 0.0470F, 0.0656F, 0.0534F, 0.0108F, 0.0292F, 0.0698F};
const int16_t gw_aa_max_surface[21] = {106, 248, 157, 163, 135, 198, 194, 84,  184, 169, 164,
                                       205, 188, 197, 136, 130, 142, 227, 222, 142, 180};

int gw_aa_code(char letter)
{
    static const int8_t code[26] = {0, 20, 4,  3, 6, 13, 7,  8, 9,  20, 11, 10, 12,
                                    2, 11, 14, 5, 1, 15, 16, 4, 19, 17, 20, 18, 20};
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    return letter >= 'A' && letter <= 'Z' ? code[letter - 'A'] : -1;
}

/* modified residues of the PDB's chemical components and their standard parents */
static const struct {
    char name[4];
    char parent;
} modified[] = {
    {"MSE", 'M'}, {"SEC", 'C'}, {"PYL", 'K'}, {"SEP", 'S'}, {"TPO", 'T'}, {"PTR", 'Y'},
    {"CSO", 'C'}, {"CSD", 'C'}, {"CME", 'C'}, {"OCS", 'C'}, {"CSX", 'C'}, {"CSS", 'C'},
    {"CAS", 'C'}, {"SMC", 'C'}, {"CSU", 'C'}, {"SCY", 'C'}, {"YCM", 'C'}, {"CYX", 'C'},
    {"CYM", 'C'}, {"MLY", 'K'}, {"M3L", 'K'}, {"MLZ", 'K'}, {"ALY", 'K'}, {"KCX", 'K'},
    {"LLP", 'K'}, {"KPI", 'K'}, {"HYP", 'P'}, {"PCA", 'E'}, {"CGU", 'E'}, {"GLZ", 'G'},
    {"HIC", 'H'}, {"NEP", 'H'}, {"HID", 'H'}, {"HIE", 'H'}, {"HIP", 'H'}, {"HSD", 'H'},
    {"HSE", 'H'}, {"HSP", 'H'}, {"MHS", 'H'}, {"TYS", 'Y'}, {"IYR", 'Y'}, {"TPQ", 'Y'},
    {"FME", 'M'}, {"MHO", 'M'}, {"SME", 'M'}, {"CXM", 'M'}, {"AGM", 'R'}, {"ARM", 'R'},
    {"CIR", 'R'}, {"MEN", 'N'}, {"SNN", 'N'}, {"ASX", 'D'}, {"IAS", 'D'}, {"PHD", 'D'},
    {"BFD", 'D'}, {"SAC", 'S'}, {"TRQ", 'W'}, {"TRN", 'W'}, {"HTR", 'W'}, {"DAL", 'A'},
    {"DAR", 'R'}, {"DSG", 'N'}, {"DAS", 'D'}, {"DCY", 'C'}, {"DGN", 'Q'}, {"DGL", 'E'},
    {"DHI", 'H'}, {"DIL", 'I'}, {"DLE", 'L'}, {"DLY", 'K'}, {"MED", 'M'}, {"DPN", 'F'},
    {"DPR", 'P'}, {"DSN", 'S'}, {"DTH", 'T'}, {"DTR", 'W'}, {"DTY", 'Y'}, {"DVA", 'V'},
    {"MVA", 'V'}, {"MLE", 'L'}, {"NLE", 'L'}, {"ABA", 'A'}, {"AIB", 'A'}, {"MAA", 'A'},
    {"SAR", 'G'}, {"CR2", 'X'}, {"CRO", 'X'}, {"CRQ", 'X'}, {"UNK", 'X'}, {"GLX", 'E'},
    {"XLE", 'L'}, {"GHP", 'X'}, {"HAR", 'R'}, {"ORN", 'X'}, {"NMM", 'R'}, {"CSE", 'C'},
};

int gw_aa_from_name(const char *name3)
{
    for (int i = 0; i < GW_AA_N; i++)
        if (strcmp(name3, gw_aa_names[i]) == 0)
            return i;
    for (size_t i = 0; i < sizeof modified / sizeof *modified; i++)
        if (strcmp(name3, modified[i].name) == 0)
            return gw_aa_code(modified[i].parent);
    return -1;
}

static const int8_t blosum62[GW_AA_N][GW_AA_N] = {
    {4, -1, -2, -2, 0, -1, -1, 0, -2, -1, -1, -1, -1, -2, -1, 1, 0, -3, -2, 0},
    {-1, 5, 0, -2, -3, 1, 0, -2, 0, -3, -2, 2, -1, -3, -2, -1, -1, -3, -2, -3},
    {-2, 0, 6, 1, -3, 0, 0, 0, 1, -3, -3, 0, -2, -3, -2, 1, 0, -4, -2, -3},
    {-2, -2, 1, 6, -3, 0, 2, -1, -1, -3, -4, -1, -3, -3, -1, 0, -1, -4, -3, -3},
    {0, -3, -3, -3, 9, -3, -4, -3, -3, -1, -1, -3, -1, -2, -3, -1, -1, -2, -2, -1},
    {-1, 1, 0, 0, -3, 5, 2, -2, 0, -3, -2, 1, 0, -3, -1, 0, -1, -2, -1, -2},
    {-1, 0, 0, 2, -4, 2, 5, -2, 0, -3, -3, 1, -2, -3, -1, 0, -1, -3, -2, -2},
    {0, -2, 0, -1, -3, -2, -2, 6, -2, -4, -4, -2, -3, -3, -2, 0, -2, -2, -3, -3},
    {-2, 0, 1, -1, -3, 0, 0, -2, 8, -3, -3, -1, -2, -1, -2, -1, -2, -2, 2, -3},
    {-1, -3, -3, -3, -1, -3, -3, -4, -3, 4, 2, -3, 1, 0, -3, -2, -1, -3, -1, 3},
    {-1, -2, -3, -4, -1, -2, -3, -4, -3, 2, 4, -2, 2, 0, -3, -2, -1, -2, -1, 1},
    {-1, 2, 0, -1, -3, 1, 1, -2, -1, -3, -2, 5, -1, -3, -1, 0, -1, -3, -2, -2},
    {-1, -1, -2, -3, -1, 0, -2, -3, -2, 1, 2, -1, 5, 0, -2, -1, -1, -1, -1, 1},
    {-2, -3, -3, -3, -2, -3, -3, -3, -1, 0, 0, -3, 0, 6, -4, -2, -2, 1, 3, -1},
    {-1, -2, -2, -1, -3, -1, -1, -2, -2, -3, -3, -1, -2, -4, 7, -1, -1, -4, -3, -2},
    {1, -1, 1, 0, -1, 0, 0, 0, -1, -2, -2, 0, -1, -2, -1, 4, 1, -3, -2, -2},
    {0, -1, 0, -1, -1, -1, -1, -2, -2, -1, -1, -1, -1, -2, -1, 1, 5, -2, -2, 0},
    {-3, -3, -4, -4, -2, -2, -3, -2, -2, -3, -2, -3, -1, 1, -4, -3, -2, 11, 2, -3},
    {-2, -2, -2, -3, -2, -1, -2, -3, 2, -1, -1, -2, -1, 3, -3, -2, -2, 2, 7, -1},
    {0, -3, -3, -3, -1, -2, -2, -3, -3, 3, 1, -2, 1, -1, -2, -2, 0, -3, -1, 4}};

void gw_aa_substitution(float p[GW_AA_N][GW_AA_N])
{
    for (int a = 0; a < GW_AA_N; a++) {
        float sum = 0;
        for (int b = 0; b < GW_AA_N; b++) {
            p[a][b] = gw_aa_background[b] * exp2f(0.5F * blosum62[a][b]);
            sum += p[a][b];
        }
        for (int b = 0; b < GW_AA_N; b++)
            p[a][b] /= sum;
    }
}
