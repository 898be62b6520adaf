/* command.h - what a subcommand is: its name, its options, how its output leaves the program, and
 * the function that runs it. */
#ifndef REPORT_CLI_COMMAND_H
#define REPORT_CLI_COMMAND_H

#include "zmqsweep/error.h"

#include <stddef.h>

enum option_name {
    NAME_WHERE,
    NAME_SORT,
    NAME_WIDE,
    NAME_HOSTS,
    NAME_ENVIRONMENT,
    NAME_OUTLIERS,
    NAME_WHY,
    NAME_TABLE,
    NAME_LIKE,
    NAME_OUTPUT,
    NAME_FORCE,
    NAME_KIND,
    NAME_TITLE,
    NAME_SIZE_INCHES,
    NAME_LABEL,
    NAME_POINT,
    NAME_DATA,
    NAME_NEW,
    NAME_THRESHOLD,
    NAME_CSV,
    NAME_HELP
};

struct option_line {
    enum option_name id;
    const char *name;    /* without "--" */
    char letter;         /* of the short form, 0 for none */
    const char *metavar; /* what --help calls the value, NULL for a flag */
    const char *help;    /* sentences, no final newline */
};

/* How a subcommand's output leaves the program. */
enum output_kind {
    OUTPUT_TEXT,    /* to stdout, or to the file that -o names */
    OUTPUT_PICTURE, /* gnuplot makes the file that -o names from what the subcommand wrote */
    OUTPUT_OWN      /* the subcommand itself writes a file; its text goes to stdout */
};

struct task;

struct report_command {
    const char *name;
    const char *arguments;   /* "FILE..." */
    const char *summary;     /* one line, lower case, no full stop */
    const char *description; /* sentences */
    const struct option_line *options;
    size_t option_count;
    int fewest, most; /* number of files */
    enum output_kind output;
    int (*run)(struct task *task,
               struct error *error); /* @return an exit code; over 0 comes with `error` */
};

/* ---- what the subcommands run, each in the file of its name ---- */

/* Each reads its options from the task and runs. @return an exit code; a code over 0 comes with
 * `error`. */
int show_command_run(struct task *task, struct error *error);
int csv_command_run(struct task *task, struct error *error);
int plot_command_run(struct task *task, struct error *error);
int html_command_run(struct task *task, struct error *error);
int compare_command_run(struct task *task, struct error *error);
int recover_run(struct task *task, struct error *error);

/* Runs a command of OUTPUT_PICTURE, then gnuplot on what the command wrote. */
int plot_command_make_picture(struct task *task, struct error *error);

#endif
