/* help.c - --help and the manual page, both from the table of subcommands. */
#include "report_internal.h"

#include <string.h>

#define WIDTH 80
#define INDENT 6
#define COLUMN 10

static const char purpose[] =
    "Reads the results of zmqsweep: table, CSV, plots, comparison. Needs neither MPI "
    "nor ZeroMQ.";

struct entry {
    const char *name, *text;
};

static const struct entry exit_codes[] = {
    {"0", "All well."},
    {"1", "A file could not be read or written; a line says which and why."},
    {"2", "Bad option or bad input."},
    {"5", "compare: a point is slower than the baseline."},
    {NULL, NULL},
};

static const struct entry examples[] = {
    {"zmqreport show results.h5 --where 'pattern=pub-sub,size>=64K'", "Part of the points."},
    {"zmqreport csv results.h5 --table ranks > ranks.csv", "What each rank did in each repetition."},
    {"zmqreport compare before-*.h5 --new after-*.h5 && echo accepted",
     "For an acceptance test or a CI job: three jobs a side or more."},
    {"zmqreport recover results.h5.journal", "What a killed sweep had finished."},
    {NULL, NULL},
};

/* ---- --help ---- */

static void print_option(FILE *out, const struct option_line *line)
{
    if (line->letter)
        fprintf(out, "  -%c, --%s", line->letter, line->name);
    else
        fprintf(out, "  --%s", line->name);
    fprintf(out, "%s%s\n", line->metavar ? " " : "", line->metavar ? line->metavar : "");
    text_wrap(out, line->help, INDENT, WIDTH);
}

static void print_entries(FILE *out, const char *title, const struct entry *entry)
{
    fprintf(out, "\n%s:\n", title);
    for (; entry->name; entry++)
        if (strlen(entry->name) < INDENT - 2)
            fprintf(out, "  %-3s %s\n", entry->name, entry->text);
        else {
            fprintf(out, "  %s\n", entry->name);
            text_wrap(out, entry->text, INDENT, WIDTH);
        }
}

static void print_command(FILE *out, const struct report_command *command)
{
    fprintf(out, "Usage: zmqreport %s %s [options]\n\n", command->name, command->arguments);
    text_wrap(out, command->description, 0, WIDTH);
    fprintf(out, "\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, &command->options[i]);
}

void report_print_help(FILE *out, const struct report_command *command)
{
    if (command) {
        print_command(out, command);
        return;
    }
    fprintf(out, "Usage: zmqreport SUBCOMMAND FILE... [options]\n\n");
    text_wrap(out, purpose, 0, WIDTH);
    fprintf(out, "\nSubcommands:\n");
    for (size_t i = 0; i < report_command_count; i++)
        fprintf(out, "  %-*s %s\n", COLUMN, report_commands[i].name, report_commands[i].summary);
    fprintf(out, "  %-*s %s\n", COLUMN, "help", "help SUBCOMMAND: the options of a subcommand");
    fprintf(out, "\n--help prints this text, --version the version.\n");
    print_entries(out, "Exit codes", exit_codes);
    print_entries(out, "Examples", examples);
}

/* ---- the manual page ---- */

/* Text with what troff takes for markup escaped. Dots and quotes matter only where a line begins. */
static void print_roff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++)
        switch (*text) {
        case '\\':
            fputs("\\e", out);
            break;
        case '-':
            fputs("\\-", out);
            break;
        case '\'':
            fputs("\\(aq", out);
            break;
        case '"':
            fputs("\\(dq", out);
            break;
        case '^':
            fputs("\\(ha", out);
            break;
        case '~':
            fputs("\\(ti", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void print_line(FILE *out, const char *text)
{
    print_roff(out, text);
    fputc('\n', out);
}

static void print_manual_entry(FILE *out, const struct entry *entry)
{
    fprintf(out, ".TP\n\\fB");
    print_roff(out, entry->name);
    fprintf(out, "\\fR\n");
    print_line(out, entry->text);
}

static void print_manual_option(FILE *out, const struct option_line *line)
{
    fprintf(out, ".TP\n");
    if (line->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", line->letter);
    fprintf(out, "\\fB\\-\\-");
    print_roff(out, line->name);
    fprintf(out, "\\fR");
    if (line->metavar) {
        fprintf(out, " \\fI");
        print_roff(out, line->metavar);
        fprintf(out, "\\fR");
    }
    fputc('\n', out);
    print_line(out, line->help);
}

static void print_manual_command(FILE *out, const struct report_command *command)
{
    fprintf(out, ".SS zmqreport %s ", command->name);
    print_line(out, command->arguments);
    print_line(out, command->description);
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].id != NAME_HELP)
            print_manual_option(out, &command->options[i]);
}

void report_print_manual(FILE *out, const char *date, const char *version)
{
    fprintf(out, ".TH ZMQREPORT 1 \"");
    print_roff(out, date);
    fprintf(out, "\" \"zmqreport ");
    print_roff(out, version);
    fprintf(out, "\"\n.nh\n.ad l\n"); /* a name that is hyphenated cannot be copied */
    fprintf(out, ".SH NAME\nzmqreport \\- look at, plot and compare the results of zmqsweep\n");
    fprintf(out, ".SH SYNOPSIS\n.B zmqreport\n.I subcommand file\\fR...\n.RI [ options ]\n");
    fprintf(out, ".SH DESCRIPTION\n");
    print_line(out, purpose);
    print_line(out, "Every file is checked against its checksums before a line is written; a damaged file is "
                    "an error, and nothing is written.");
    fprintf(out, ".SH SUBCOMMANDS\n");
    for (size_t i = 0; i < report_command_count; i++)
        print_manual_command(out, &report_commands[i]);
    fprintf(out, ".SS zmqreport help subcommand\nThe options of a subcommand.\n.SH EXIT STATUS\n");
    for (const struct entry *entry = exit_codes; entry->name; entry++)
        print_manual_entry(out, entry);
    fprintf(out, ".SH ENVIRONMENT\n");
    print_manual_entry(out, &(struct entry){"COLUMNS", "Width of the table, instead of the terminal's."});
    print_manual_entry(out, &(struct entry){"NO_COLOR", "No colours, when it is set and not empty."});
    print_manual_entry(out, &(struct entry){"TMPDIR", "Where a report waits until it is whole."});
    fprintf(out, ".SH EXAMPLES\n");
    for (const struct entry *entry = examples; entry->name; entry++)
        print_manual_entry(out, entry);
    fprintf(out, ".SH SEE ALSO\n.BR zmqsweep (1)\n");
}
