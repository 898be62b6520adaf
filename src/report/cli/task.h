/* task.h - one run of a subcommand. */
#ifndef REPORT_CLI_TASK_H
#define REPORT_CLI_TASK_H

#include "arguments.h"

#include <stdio.h>

struct task {
    const struct arguments *arguments;
    FILE *data;  /* data file beside `out`, for OUTPUT_PICTURE */
    FILE *out;   /* the report; it is published when run returns a code of success */
    bool colour; /* `out` is a terminal that shows colours */
    int width;   /* of the terminal, in columns */
};

/* Runs the task in a child process with limits: see guard.h. @return its exit code; a code over 0
 * comes with `error`. */
int task_run_guarded(struct task *task, struct error *error);

#endif
