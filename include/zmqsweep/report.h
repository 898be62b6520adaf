/* report.h - the subcommands of zmqreport.
 *
 * One table of subcommands and their options feeds the command line, --help and the manual page.
 */
#ifndef ZMQSWEEP_REPORT_H
#define ZMQSWEEP_REPORT_H

#include "zmqsweep/error.h"

#include <stddef.h>
#include <stdio.h>

struct report_command;

/* The subcommand of that name, or NULL with one line in `error` that names the nearest one. */
const struct report_command *report_find(const char *name, struct error *error);

/* Runs a subcommand: argv[0] is its name. What it writes reaches stdout or its output file whole,
 * or not at all; what went wrong is one line on stderr. @return the program's exit code (enum
 * exit_code). */
int report_run(const struct report_command *command, int argc, char **argv);

/* Help for one subcommand, or for the program when `command` is NULL. */
void report_print_help(FILE *out, const struct report_command *command);

/* The manual page zmqreport(1) in man(7) macros. `date` is ISO 8601, `version` the program's. */
void report_print_manual(FILE *out, const char *date, const char *version);

/* Writes "zmqreport: error: ..." to stderr. @return `code`. */
int report_error(const struct error *error, int code);

#endif
