/* help.c - --help and the manual page, both from the table of subcommands. */
#include "commands.h"

#include "zmqsweep/help.h"
#include "zmqsweep/manual.h"
#include "zmqsweep/report.h"

#define COMMAND_COLUMN 13 /* column in which the subcommands' summaries begin */

static const char purpose[] =
    "Reads the results of zmqsweep: table, CSV, plots, comparison. Needs neither MPI nor ZeroMQ.";

static const struct help_entry exit_codes[] = {
    {"0", "All well."},
    {"1", "A file could not be read or written; a line says which and why."},
    {"2", "Bad option or bad input."},
    {"5", "compare: a point is slower than the baseline."},
    {NULL, NULL},
};

static const struct help_entry examples[] = {
    {"zmqreport show results.h5 --where 'pattern=pub-sub,size>=64K'", "Part of the points."},
    {"zmqreport csv results.h5 --table ranks > ranks.csv",
     "What each rank did in each repetition."},
    {"zmqreport compare before-*.h5 --new after-*.h5 && echo accepted",
     "For an acceptance test or a CI job: three jobs a side or more."},
    {"zmqreport recover results.h5.journal", "What a killed sweep had finished."},
    {NULL, NULL},
};

static const struct help_entry variables[] = {
    {"COLUMNS", "Width of the table, instead of the terminal's."},
    {"NO_COLOR", "No colours, when it is set and not empty."},
    {"TMPDIR", "Where a report waits until it is whole."},
    {NULL, NULL},
};

static struct help_option option_of(const struct option_line *line)
{
    return (struct help_option){
        .name = line->name, .letter = line->letter, .metavar = line->metavar, .text = line->help};
}

/* ---- --help ---- */

static void print_command(FILE *out, const struct report_command *command)
{
    fprintf(out, "Usage: zmqreport %s %s [options]\n\n", command->name, command->arguments);
    help_print_paragraph(out, command->description, 0);
    fprintf(out, "\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++) {
        struct help_option option = option_of(&command->options[i]);
        help_print_option(out, &option);
    }
}

static void print_commands(FILE *out)
{
    const struct help_entry help = {"help", "help SUBCOMMAND: the options of a subcommand"};
    fprintf(out, "\nSubcommands:\n");
    for (size_t i = 0; i < report_command_count; i++) {
        const struct help_entry entry = {report_commands[i].name, report_commands[i].summary};
        help_print_entry(out, &entry, COMMAND_COLUMN);
    }
    help_print_entry(out, &help, COMMAND_COLUMN);
}

void report_print_help(FILE *out, const struct report_command *command)
{
    if (command) {
        print_command(out, command);
        return;
    }
    fprintf(out, "Usage: zmqreport SUBCOMMAND FILE... [options]\n\n");
    help_print_paragraph(out, purpose, 0);
    print_commands(out);
    fprintf(out, "\n--help prints this text, --version the version.\n");
    help_print_entries(out, "Exit codes", exit_codes, HELP_INDENT);
    help_print_entries(out, "Examples", examples, HELP_INDENT);
}

/* ---- the manual page ---- */

static void print_manual_command(FILE *out, const struct report_command *command)
{
    fprintf(out, ".SS zmqreport %s ", command->name);
    manual_print_text(out, command->arguments);
    manual_print_text(out, command->description);
    for (size_t i = 0; i < command->option_count; i++) {
        struct help_option option = option_of(&command->options[i]);
        if (command->options[i].id != NAME_HELP)
            manual_print_option(out, &option);
    }
}

static void print_section(FILE *out, const char *title, const struct help_entry *entries)
{
    manual_print_section(out, title);
    manual_print_entries(out, entries, MANUAL_BOLD_ESCAPE);
}

void report_print_manual(FILE *out, const char *date, const char *version)
{
    manual_print_title(out, "ZMQREPORT", "zmqreport", date, version);
    fprintf(out, ".SH NAME\nzmqreport \\- look at, plot and compare the results of zmqsweep\n");
    fprintf(out, ".SH SYNOPSIS\n.B zmqreport\n.I subcommand file\\fR...\n.RI [ options ]\n");
    manual_print_section(out, "DESCRIPTION");
    manual_print_text(out, purpose);
    manual_print_text(out, "Every file is checked against its checksums before a line is written; "
                           "a damaged file is an error, and nothing is written.");
    manual_print_section(out, "SUBCOMMANDS");
    for (size_t i = 0; i < report_command_count; i++)
        print_manual_command(out, &report_commands[i]);
    fprintf(out, ".SS zmqreport help subcommand\nThe options of a subcommand.\n");
    print_section(out, "EXIT STATUS", exit_codes);
    print_section(out, "ENVIRONMENT", variables);
    print_section(out, "EXAMPLES", examples);
    fprintf(out, ".SH SEE ALSO\n.BR zmqsweep (1)\n");
}
