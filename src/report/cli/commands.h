/* commands.h - the table of subcommands, and what each runs. */
#ifndef REPORT_CLI_COMMANDS_H
#define REPORT_CLI_COMMANDS_H

#include "command.h"

extern const struct report_command report_commands[];
extern const size_t report_command_count;

/* Each reads its options from the task and runs. @return an exit code; over 0 with `error`. */
int show_command_run(struct task *task, struct error *error);
int csv_command_run(struct task *task, struct error *error);
int plot_run(struct task *task, struct error *error);
int html_run(struct task *task, struct error *error);
int compare_command_run(struct task *task, struct error *error);
int recover_run(struct task *task, struct error *error);

/* Runs a command of OUTPUT_PICTURE, and gnuplot on what it wrote. */
int picture_run(struct task *task, struct error *error);

#endif
