/* zmqreport.c - the program that reads results: table, CSV, plots, comparison. */
#include "zmqsweep/report.h"
#include "zmqsweep/version.h"

#include <string.h>

static int help(int argc, char **argv)
{
    struct error error = {""};
    if (argc < 3) {
        report_print_help(stdout, NULL);
        return EXIT_OK;
    }
    const struct report_command *command = report_find(argv[2], &error);
    if (!command)
        return report_error(&error, EXIT_USAGE);
    report_print_help(stdout, command);
    return EXIT_OK;
}

int main(int argc, char **argv)
{
    struct error error = {""};
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--version") == 0) {
        char version[VERSION_LENGTH];
        printf("zmqreport %s\n", version_describe(NULL, version));
        return EXIT_OK;
    }
    if (strcmp(first, "help") == 0 || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
        return help(argc, argv);
    if (*first == '\0') {
        error_set(&error, "a subcommand is missing, such as show; see zmqreport --help");
        return report_error(&error, EXIT_USAGE);
    }
    const struct report_command *command = report_find(first, &error);
    return command ? report_run(command, argc - 1, argv + 1) : report_error(&error, EXIT_USAGE);
}
