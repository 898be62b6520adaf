/* manual.c - the manual pages of both programs: man(7) macros and troff's escapes. */
#include "zmqsweep/manual.h"

/* The escape for a character that troff takes for markup or typesets as another. NULL: the
 * character stands for itself. */
static const char *escape_of(char c, bool line_begins)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '"':
        return "\\(dq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    case '.':
        return line_begins ? "\\&." : NULL;
    case '\n':
        return " ";
    default:
        return NULL;
    }
}

static void print_escaped(FILE *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        const char *escape = escape_of(*at, at == text);
        if (escape)
            fputs(escape, out);
        else
            fputc(*at, out);
    }
}

void manual_print_title(FILE *out, const char *title, const char *program, const char *date,
                        const char *version)
{
    fprintf(out, ".TH %s 1 \"", title);
    print_escaped(out, date);
    fprintf(out, "\" \"%s ", program);
    print_escaped(out, version);
    fprintf(out, "\"\n.nh\n.ad l\n"); /* a name that is hyphenated cannot be copied */
}

void manual_print_section(FILE *out, const char *title)
{
    fprintf(out, ".SH %s\n", title);
}

void manual_print_text(FILE *out, const char *text)
{
    print_escaped(out, text);
    fputc('\n', out);
}

static void print_metavar(FILE *out, const struct help_option *option)
{
    fprintf(out, option->optional ? " [\\fI" : " \\fI");
    print_escaped(out, option->metavar);
    fprintf(out, "\\fR%s%s", option->optional ? "]" : "", option->list ? ",..." : "");
}

void manual_print_option(FILE *out, const struct help_option *option)
{
    fprintf(out, ".TP\n");
    if (option->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fprintf(out, "\\fB\\-\\-");
    print_escaped(out, option->name);
    fprintf(out, "\\fR");
    if (option->metavar)
        print_metavar(out, option);
    fputc('\n', out);
    manual_print_text(out, option->text);
    if (option->values && *option->values)
        manual_print_text(out, option->values);
}

void manual_print_entry(FILE *out, const struct help_entry *entry, enum manual_bold bold)
{
    fprintf(out, bold == MANUAL_BOLD_MACRO ? ".TP\n.B \"" : ".TP\n\\fB");
    print_escaped(out, entry->name);
    fprintf(out, bold == MANUAL_BOLD_MACRO ? "\"\n" : "\\fR\n");
    manual_print_text(out, entry->text);
}

void manual_print_entries(FILE *out, const struct help_entry *entries, enum manual_bold bold)
{
    for (; entries->name; entries++)
        manual_print_entry(out, entries, bold);
}
