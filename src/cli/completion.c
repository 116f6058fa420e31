#include <config.h>

#include <string.h>

#include "cli/command.h"

enum { MAX_ROWS = 128 };

static bool takes_file(const gw_opt_t *o)
{
    return o->arg && (strstr(o->arg, "FILE") || strstr(o->arg, "FA") || strstr(o->arg, "VCF") ||
                      strstr(o->arg, "BED") || strstr(o->arg, "DIR") || strstr(o->arg, "TSV") ||
                      strstr(o->arg, "TABLE") || strstr(o->arg, "LIB") ||
                      strstr(o->arg, "DB") || strstr(o->arg, "PREFIX"));
}

static void words(FILE *out, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, out);
}

static void bash(FILE *out)
{
    gw_opt_t row[MAX_ROWS];
    fputs(
        "_genowarp()\n{\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    COMPREPLY=()\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "        COMPREPLY=($(compgen -W \"",
        out);
    for (const gw_command_t *const *c = gw_commands; *c; c++)
        fprintf(out, "%s ", (*c)->name);
    fputs("help completion --help --version\" -- \"$cur\"))\n        return\n    fi\n"
          "    case \"${COMP_WORDS[1]} $prev\" in\n",
          out);
    for (const gw_command_t *const *c = gw_commands; *c; c++) {
        size_t n = gw_cli_rows(*c, row, MAX_ROWS);
        for (size_t i = 0; i < n; i++)
            if (row[i].type == GW_OPT_CHOICE) {
                fprintf(out, "    '%s --%s'", (*c)->name, row[i].name);
                if (row[i].letter)
                    fprintf(out, "|'%s -%c'", (*c)->name, row[i].letter);
                fputs(") COMPREPLY=($(compgen -W \"", out);
                words(out, row[i].choices);
                fputs("\" -- \"$cur\")); return;;\n", out);
            }
    }
    fputs("    esac\n    case \"${COMP_WORDS[1]}\" in\n", out);
    for (const gw_command_t *const *c = gw_commands; *c; c++) {
        size_t n = gw_cli_rows(*c, row, MAX_ROWS);
        fprintf(out, "    %s) [[ $cur == -* ]] && COMPREPLY=($(compgen -W \"", (*c)->name);
        for (size_t i = 0; i < n; i++)
            fprintf(out, "%s--%s", i ? " " : "", row[i].name);
        fputs("\" -- \"$cur\"));;\n", out);
    }
    fputs("    esac\n}\ncomplete -o default -F _genowarp genowarp\n", out);
}

/* in '...' within [...]: quotes, brackets and colons are special to _arguments */
static void zsh_text(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            fputs("'\\''", out);
        else if (*s == '[' || *s == ']' || *s == ':')
            fprintf(out, "\\%c", *s);
        else
            fputc(*s, out);
    }
}

static void zsh_row(FILE *out, const gw_opt_t *o)
{
    const char *many = o->type == GW_OPT_LIST ? "*" : "";
    for (int form = o->letter ? 0 : 1; form < 2; form++) {
        if (form == 0)
            fprintf(out, "            '%s-%c", many, o->letter);
        else
            fprintf(out, "            '%s--%s%s", many, o->name, o->arg ? "=" : "");
        fputc('[', out);
        zsh_text(out, o->help);
        fputc(']', out);
        if (o->type == GW_OPT_CHOICE) {
            fprintf(out, ":%s:(", o->arg);
            words(out, o->choices);
            fputc(')', out);
        } else if (o->arg) {
            fputc(':', out);
            zsh_text(out, o->arg);
            fputs(takes_file(o) ? ":_files" : ": ", out);
        }
        fputs("' \\\n", out);
    }
}

static void zsh(FILE *out)
{
    gw_opt_t row[MAX_ROWS];
    fputs("#compdef genowarp\n_genowarp()\n{\n    local -a commands\n    commands=(\n", out);
    for (const gw_command_t *const *c = gw_commands; *c; c++) {
        fprintf(out, "        '%s:", (*c)->name);
        zsh_text(out, (*c)->summary);
        fputs("'\n", out);
    }
    fputs(
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        "
        "return\n"
        "    fi\n    local cmd=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $cmd in\n",
        out);
    for (const gw_command_t *const *c = gw_commands; *c; c++) {
        fprintf(out, "    %s)\n        _arguments \\\n", (*c)->name);
        size_t n = gw_cli_rows(*c, row, MAX_ROWS);
        for (size_t i = 0; i < n; i++)
            zsh_row(out, &row[i]);
        fputs("            '*:file:_files'\n        ;;\n", out);
    }
    fputs("    esac\n}\n_genowarp \"$@\"\n", out);
}

void gw_cli_completion(const char *shell, FILE *out)
{
    if (strcmp(shell, "bash") == 0)
        bash(out);
    else
        zsh(out);
}
