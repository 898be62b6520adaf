/* commands.c - the table of subcommands: command line, --help and the manual page come from it. */
#include "report_internal.h"

#include "zmqsweep/config.h"

#include <string.h>

#define WHERE_LINE                                                                                           \
    {                                                                                                        \
        NAME_WHERE, "where", 0, "FILTER",                                                                    \
            "Only points that meet all terms, such as 'pattern=pub-sub,size>=64K'. Operators are = != < <= " \
            "> >=; columns go by their names or as the options of zmqsweep are called."                      \
    }
#define HELP_LINE                                                                                            \
    {                                                                                                        \
        NAME_HELP, "help", 'h', NULL, "This text."                                                           \
    }

static const struct option_line show_options[] = {
    WHERE_LINE,
    {NAME_SORT, "sort", 0, "COLUMN,...",
     "Sort by these columns, -COLUMN from the largest down. Default: as the sweep was planned."},
    {NAME_WIDE, "wide", 0, NULL, "All columns, however wide the terminal is."},
    {NAME_HOSTS, "hosts", 0, NULL, "The hosts instead of the points."},
    {NAME_ENVIRONMENT, "environment", 0, NULL,
     "Where the file comes from instead of the points: command, versions, bindings, warnings, variables."},
    HELP_LINE,
};

static const struct option_line csv_options[] = {
    {NAME_TABLE, "table", 0, "TABLE",
     "points, repetitions, ranks, intervals, hosts or environment. Default: points."},
    WHERE_LINE,
    {NAME_OUTPUT, "output", 'o', "FILE", "Write into this file instead of stdout."},
    HELP_LINE,
};

static const struct option_line recover_options[] = {
    {NAME_OUTPUT, "output", 'o', "FILE", "The file to make. Default: the journal's name without .journal."},
    {NAME_FORCE, "force", 0, NULL, "Replace a file of that name."},
    HELP_LINE,
};

#define OPTIONS(list) list, sizeof list / sizeof *list

const struct report_command report_commands[] = {
    {"show", "FILE...", "table of the points on the terminal",
     "Prints a table of the points, fitted to the terminal. What is the same for all points stands in a line "
     "above it. Colours only on a terminal, and not when NO_COLOR is set.",
     OPTIONS(show_options), 1, INT32_MAX, OUTPUT_TEXT, run_show},
    {"csv", "FILE", "one table as CSV",
     "Writes a table as CSV (RFC 4180), without loss: numbers read back the same, missing values are empty.",
     OPTIONS(csv_options), 1, 1, OUTPUT_TEXT, run_csv},
    {"recover", "JOURNAL", "results file from the journal of a killed sweep",
     "Makes a results file of the points that a killed sweep had finished. The journal stays, so that "
     "zmqsweep --resume can go on with it.",
     OPTIONS(recover_options), 1, 1, OUTPUT_OWN, run_recover},
};
const size_t report_command_count = sizeof report_commands / sizeof *report_commands;

#define MOST_NAMES 16

const struct report_command *report_find(const char *name, struct error *error)
{
    const char *names[MOST_NAMES];
    for (size_t i = 0; i < report_command_count; i++) {
        if (strcmp(name, report_commands[i].name) == 0)
            return &report_commands[i];
        names[i] = report_commands[i].name;
    }
    const char *nearest = config_nearest(name, names, report_command_count);
    error_set(error, "unknown subcommand %.64s; %s%s", name,
              nearest ? "the nearest is " : "see zmqreport --help", nearest ? nearest : "");
    return NULL;
}
