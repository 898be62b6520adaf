/* run.c - a subcommand from its command line to its exit code. */
#include "files/output.h"
#include "task.h"

#include "zmqsweep/report.h"
#include "zmqsweep/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_OF_NO_TERMINAL 120
#define LEAST_WIDTH 40

int report_error(const struct error *error, int code)
{
    fflush(stdout);
    fprintf(stderr, "zmqreport: error: ");
    text_print(stderr, error->text);
    fputc('\n', stderr);
    return code;
}

/* The width in columns. COLUMNS, set by the user, decides; without it the terminal's width does.
 * Without either, the width suits most tables. */
static int terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int width = columns ? atoi(columns) : 0;
    if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        width = WIDTH_OF_NO_TERMINAL;
    return width < LEAST_WIDTH ? LEAST_WIDTH : width;
}

/* Is the output to have colours? NO_COLOR counts when it is set and not empty; source:
 * no-color.org. */
static bool terminal_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
           !(terminal && strcmp(terminal, "dumb") == 0);
}

/* Is the report whole? It is with EXIT_SLOWER, too, which is a verdict and not a failure. */
static bool is_success(int code)
{
    return code == EXIT_OK || code == EXIT_SLOWER;
}

static int run_text(struct task *task, const char *path, struct error *error)
{
    struct output output;
    if (output_open(&output, path, error))
        return EXIT_FAILED;
    task->out = output.file;
    int code = task_run_guarded(task, error);
    if (!is_success(code))
        output_discard(&output);
    else if (output_publish(&output, error))
        code = EXIT_FAILED;
    return code;
}

static int run_task(const struct arguments *arguments, struct error *error)
{
    struct task task = {.arguments = arguments, .out = stdout};
    task.width = terminal_width();
    task.colour = terminal_has_colour();
    if (arguments->command->output == OUTPUT_OWN)
        return arguments->command->run(&task, error);
    if (arguments->command->output == OUTPUT_PICTURE)
        return plot_command_make_picture(&task, error);
    return run_text(&task, arguments_text(arguments, NAME_OUTPUT), error);
}

int report_run(const struct report_command *command, int argc, char **argv)
{
    struct arguments arguments;
    struct error error = {""};
    int code = EXIT_OK;
    if (arguments_read(command, argc, argv, &arguments, &error))
        code = EXIT_USAGE;
    else if (arguments_flag(&arguments, NAME_HELP))
        report_print_help(stdout, command);
    else
        code = run_task(&arguments, &error);
    arguments_free(&arguments);
    return is_success(code) ? code : report_error(&error, code);
}
