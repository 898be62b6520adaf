/* task.h - one run of a subcommand. */
#ifndef REPORT_CLI_TASK_H
#define REPORT_CLI_TASK_H

#include "arguments.h"

#include <stdio.h>

struct task {
    const struct arguments *arguments;
    FILE *data; /* beside `out`, for OUTPUT_PICTURE */
    FILE *
        out; /* what is written here is published when run returns an exit code that says success */
    bool colour; /* out is a terminal that shows colours */
    int width;   /* of the terminal, in columns */
};

/* Runs the task in a child process with limits: see guard.h. @return its exit code; over 0 with
 * `error`. */
int task_run_guarded(struct task *task, struct error *error);

#endif
