/* commands.c - the table of subcommands: command line, --help and the manual page come from it. */
#include "commands.h"

#include "chart/kinds/kinds.h"

#include "zmqsweep/report.h"
#include "zmqsweep/text.h"

#include <stdint.h>
#include <string.h>

#define WHERE_LINE                                                                                 \
    {                                                                                              \
        NAME_WHERE, "where", 0, "FILTER",                                                          \
            "Only points that meet all terms, such as 'pattern=pub-sub,size>=64K'. Operators are " \
            "= != < <= "                                                                           \
            "> >=; columns go by their names or as the options of zmqsweep are called."            \
    }
#define HELP_LINE                                                                                  \
    {                                                                                              \
        NAME_HELP, "help", 'h', NULL, "This text."                                                 \
    }

static const struct option_line show_options[] = {
    WHERE_LINE,
    {NAME_SORT, "sort", 0, "COLUMN,...",
     "Sort by these columns, -COLUMN from the largest down. Default: as the sweep was planned."},
    {NAME_WIDE, "wide", 0, NULL, "All columns, however wide the terminal is."},
    {NAME_HOSTS, "hosts", 0, NULL, "The hosts instead of the points."},
    {NAME_WHY, "why", 0, NULL,
     "What limits each point, and the numbers that say so: rate-bound, latency-bound, core-bound, "
     "link-bound, sender-bound, receiver-bound, io-thread-bound, memory-bound or unclear. Busy is "
     "a thread that runs or is ready and waits for a core."},
    {NAME_OUTLIERS, "outliers", 0, NULL,
     "Hosts that are slow as senders or as receivers, of a node matrix or any sweep over several "
     "hosts: more than 3.5 scaled median absolute deviations, and 5 %, below the median host."},
    {NAME_ENVIRONMENT, "environment", 0, NULL,
     "Where the file comes from instead of the points: command, versions, bindings, warnings, "
     "variables."},
    HELP_LINE,
};

static const struct option_line csv_options[] = {
    {NAME_TABLE, "table", 0, "TABLE",
     "points, repetitions, ranks, intervals, latency, hosts or environment. Default: points."},
    {NAME_LIKE, "like", 0, "TOOL",
     "The columns of another tool: pyzmq-bench, a row per rank and valid repetition."},
    WHERE_LINE,
    {NAME_OUTPUT, "output", 'o', "FILE", "Write into this file instead of stdout."},
    HELP_LINE,
};

static const struct option_line plot_options[] = {
    {NAME_OUTPUT, "output", 'o', "FILE", "The picture: a name that ends in .png, .svg or .pdf."},
    {NAME_KIND, "kind", 0, "KIND", KINDS_HELP "Default: size."},
    WHERE_LINE,
    {NAME_POINT, "point", 0, "ID,...",
     "For time: the points to show, four at most. Default: the first that stalled, else the "
     "first."},
    {NAME_TITLE, "title", 0, "TEXT", "Title of the picture."},
    {NAME_LABEL, "label", 0, "NAME", "What to call a file; once per file, in their order."},
    {NAME_SIZE_INCHES, "size-inches", 0, "WxH", "Size of the picture. Default: 8x5."},
    {NAME_DATA, "data", 0, NULL,
     "Also write the gnuplot script and its data beside the picture, as .gp and .dat, to restyle "
     "it."},
    HELP_LINE,
};

static const struct option_line html_options[] = {
    {NAME_OUTPUT, "output", 'o', "FILE", "Write into this file instead of stdout."},
    WHERE_LINE,
    {NAME_TITLE, "title", 0, "TEXT", "Title of the page."},
    {NAME_LABEL, "label", 0, "NAME", "What to call a file; once per file, in their order."},
    HELP_LINE,
};

static const struct option_line compare_options[] = {
    {NAME_NEW, "new", 0, NULL,
     "The files before it are jobs of the baseline, those behind it new jobs: the job is the unit. "
     "Three a side, measured in turn, find differences of 20 % where jobs differ by 6 %. Without "
     "--new each further file is compared with the first."},
    WHERE_LINE,
    {NAME_THRESHOLD, "threshold", 0, "PERCENT",
     "Differences up to this do not matter. Default: 5."},
    {NAME_LABEL, "label", 0, "NAME", "What to call a file; once per file, in their order."},
    {NAME_CSV, "csv", 0, NULL, "CSV instead of a table."},
    {NAME_OUTPUT, "output", 'o', "FILE", "Write into this file instead of stdout."},
    HELP_LINE,
};

static const struct option_line recover_options[] = {
    {NAME_OUTPUT, "output", 'o', "FILE",
     "The file to make. Default: the journal's name without .journal."},
    {NAME_FORCE, "force", 0, NULL, "Replace a file of that name."},
    HELP_LINE,
};

#define OPTIONS(list) list, sizeof(list) / sizeof *(list)

const struct report_command report_commands[] = {
    {"show", "FILE...", "table of the points on the terminal",
     "Prints a table of the points, fitted to the terminal. What is the same for all points stands "
     "in a line above it. Colours only on a terminal, and not when NO_COLOR is set.",
     OPTIONS(show_options), 1, INT32_MAX, OUTPUT_TEXT, show_command_run},
    {"csv", "FILE", "one table as CSV",
     "Writes a table as CSV (RFC 4180), without loss: numbers read back the same, missing values "
     "are empty.",
     OPTIONS(csv_options), 1, 1, OUTPUT_TEXT, csv_command_run},
    {"plot", "FILE...", "picture of the points, by gnuplot",
     "Draws the valid points. Whatever varies makes a line of its own: pattern, send mode, file. "
     "Every picture says its units, repetitions, interval, hosts and date.",
     OPTIONS(plot_options), 1, INT32_MAX, OUTPUT_PICTURE, plot_command_run},
    {"compare", "BASE... [--new] NEW...", "is it faster or slower than a baseline?",
     "Compares points of the same settings. The ratio of the rates comes with its 95 % interval, "
     "of what differs from job to job. Several jobs a side, divided by --new: a moderated t "
     "interval of the jobs' medians. One job a side: it counts as one draw of the moods that its "
     "rounds show, so that only large differences are found. Of repetitions that were measured one "
     "after the other, or within less than 20 s, one job cannot tell, and is UNSURE. SAME: the "
     "interval lies within the threshold around 1. FASTER, SLOWER: it lies wholly on one side of "
     "1. UNSURE: neither, or with one job a side fewer than 4 valid repetitions. Where latencies "
     "of repetitions are known, the ratio of their 99 % latency is given as well. Exits with 5 "
     "when a point is SLOWER.",
     OPTIONS(compare_options), 2, INT32_MAX, OUTPUT_TEXT, compare_command_run},
    {"html", "FILE...", "one page to mail around",
     "Makes one self-contained HTML page: summary, charts with values on hover, a sortable table "
     "of the points, and where the numbers come from. It requests nothing from anywhere.",
     OPTIONS(html_options), 1, INT32_MAX, OUTPUT_TEXT, html_command_run},
    {"recover", "JOURNAL", "results file from the journal of a killed sweep",
     "Makes a results file of the points that a killed sweep had finished. The journal stays, so "
     "that zmqsweep --resume can go on with it.",
     OPTIONS(recover_options), 1, 1, OUTPUT_OWN, recover_run},
};
const size_t report_command_count = sizeof report_commands / sizeof *report_commands;

#define MOST_NAMES 16

const struct report_command *report_find(const char *name, struct error *error)
{
    const char *names[MOST_NAMES];
    for (size_t i = 0; i < report_command_count; i++) {
        if (strcmp(name, report_commands[i].name) == 0)
            return &report_commands[i];
        names[i] = report_commands[i].name;
    }
    const char *nearest = text_nearest(name, names, report_command_count);
    error_set(error, "unknown subcommand %.64s; %s%s", name,
              nearest ? "the nearest is " : "see zmqreport --help", nearest ? nearest : "");
    return NULL;
}
