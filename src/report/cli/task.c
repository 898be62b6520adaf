/* task.c - one run of a subcommand, in a child process. */
#include "task.h"

#include "files/guard.h"

#include <errno.h>
#include <string.h>

static int run(void *data, struct error *error)
{
    struct task *task = data;
    int code = task->arguments->command->run(task, error);
    if (fflush(task->out) && code == EXIT_OK) {
        error_set(error, "cannot write the report: %s", strerror(errno));
        code = EXIT_FAILED;
    }
    return code;
}

int task_run_guarded(struct task *task, struct error *error)
{
    return guard_run(run, task, error);
}
