/* help.c - --help of both programs. */
#include "zmqsweep/help.h"

#include "zmqsweep/text.h"

#include <string.h>

#define WIDTH 80

void help_print_paragraph(FILE *out, const char *text, size_t indent)
{
    text_wrap(out, text, indent, WIDTH);
}

static void print_names(FILE *out, const struct help_option *option)
{
    if (option->letter)
        fprintf(out, "  -%c, --%s", option->letter, option->name);
    else
        fprintf(out, "  --%s", option->name);
    if (option->metavar)
        fprintf(out, option->optional ? " [%s]" : " %s", option->metavar);
    fprintf(out, "%s\n", option->list ? ",..." : "");
}

void help_print_option(FILE *out, const struct help_option *option)
{
    print_names(out, option);
    size_t column = text_wrap_from(out, option->text, HELP_INDENT, WIDTH, 0);
    if (option->values)
        text_wrap_from(out, option->values, HELP_INDENT, WIDTH, column);
    fputc('\n', out);
}

void help_print_entry(FILE *out, const struct help_entry *entry, size_t column)
{
    size_t at = 2 + strlen(entry->name);
    fprintf(out, "  %s", entry->name);
    if (at >= column) {
        fputc('\n', out);
        at = 0;
    }
    text_wrap_from(out, entry->text, column, WIDTH, at);
    fputc('\n', out);
}

void help_print_entries(FILE *out, const char *title, const struct help_entry *entries,
                        size_t column)
{
    fprintf(out, "\n%s:\n", title);
    for (; entries->name; entries++)
        help_print_entry(out, entries, column);
}
