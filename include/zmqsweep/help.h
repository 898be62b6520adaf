/* help.h - what --help of both programs is made of: options, lists of names, paragraphs. Pure. */
#ifndef ZMQSWEEP_HELP_H
#define ZMQSWEEP_HELP_H

#include <stdbool.h>
#include <stdio.h>

/* An option as help and manual page show it. */
struct help_option {
    const char *name;    /* without "--" */
    char letter;         /* of the short form; 0: none */
    const char *metavar; /* what the value is called; NULL: the option takes none */
    bool optional;       /* the value may be left out */
    bool list;           /* takes several values, separated by commas */
    const char *text;    /* sentences */
    const char *values;  /* sentences on its values and its default; "" or NULL: none */
};

/* A name and what it means; lists of them end with a NULL name. */
struct help_entry {
    const char *name, *text;
};

/* The column in which the texts of options and of exit codes begin. */
#define HELP_INDENT 6

/* Words in lines of 80 columns, behind `indent` blanks. */
void help_print_paragraph(FILE *out, const char *text, size_t indent);
/* "  -o, --output FILE", and its text below. */
void help_print_option(FILE *out, const struct help_option *option);
/* Prints the name, and its text from `column` on. Where the name is too long, the text begins on
 * the next line. */
void help_print_entry(FILE *out, const struct help_entry *entry, size_t column);
/* A blank line, the title, and the list. */
void help_print_entries(FILE *out, const char *title, const struct help_entry *entries,
                        size_t column);

#endif
