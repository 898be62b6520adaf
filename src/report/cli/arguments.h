/* arguments.h - a parsed command line of a subcommand. */
#ifndef REPORT_CLI_ARGUMENTS_H
#define REPORT_CLI_ARGUMENTS_H

#include "command.h"
#include "reading/load.h"

#include <stdbool.h>

struct given {
    enum option_name id;
    const char *text; /* "" for a flag */
    int files_before; /* number of files to its left */
};

/* `given` is in the order of the command line. */
struct arguments {
    const struct report_command *command;
    char **files;
    int file_count;
    struct given *given;
    size_t given_count;
};

/* Reads argv[1...]; argv[0] is the subcommand's name. --help ends the reading. @return 0, or -1
 * with `error`. Call arguments_free afterwards in both cases. */
int arguments_read(const struct report_command *command, int argc, char **argv,
                   struct arguments *arguments, struct error *error);
void arguments_free(struct arguments *arguments);
/* The option's last value, or NULL when it was not given. */
const char *arguments_text(const struct arguments *arguments, enum option_name id);
bool arguments_flag(const struct arguments *arguments, enum option_name id);
/* How many files stand before the option; -1 when it was not given. */
int arguments_files_before(const struct arguments *arguments, enum option_name id);
/* The option's value number `index`, counted from 0, or NULL. */
const char *arguments_nth(const struct arguments *arguments, enum option_name id, size_t index);

/* Makes a filter of --where, for the points and for the table `other`. @return 0, or -1 with
 * `error`. */
int arguments_filter(const struct arguments *arguments, enum table_id other, struct filter *filter,
                     struct error *error);
/* Loads all files of the command line, with their labels; load_free_all releases them. @return 0,
 * or -1 with `error`. */
int arguments_load(const struct arguments *arguments, const struct filter *filter,
                   struct loaded **files, struct error *error);

#endif
