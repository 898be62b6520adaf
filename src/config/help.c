/* help.c - --help and the manual page, both from the option table. */
#include "zmqsweep/help.h"
#include "zmqsweep/config.h"
#include "zmqsweep/manual.h"

#define VALUES_LENGTH 320
#define PRESET_COLUMN 16 /* column in which the descriptions of the presets begin */

static const char usage[] = "mpirun -n 3 zmqsweep [options]";
static const char purpose[] =
    "Measures how fast ZeroMQ moves messages between the ranks of an MPI job, for every "
    "combination of the settings listed, and keeps every sample in one HDF5 file.";

struct group {
    const char *title, *note;
    enum option_id first, last;
};

static const struct group groups[] = {
    {"Dimensions",
     "Each takes a list, separated by commas; the sweep is the product of all. Numbers may be "
     "ranges: 64:1M:x4 is 64,256,1K,4K,16K,64K,256K,1M. In sizes K, M and G are powers of 1024, in "
     "counts powers of 1000; times have a unit: ns, us, ms, s, min or h.",
     OPTION_PATTERN, OPTION_RECEIVER_CPUS},
    {"Run control", NULL, OPTION_IO_CPUS, OPTION_LOG_LEVEL},
    {"Information", "These work without mpirun.", OPTION_VERSION, OPTION_HELP},
};

static const struct help_entry exit_codes[] = {
    {"0", "All well."},
    {"1", "Could not go on; a line says why."},
    {"2", "Bad option or bad input."},
    {"3", "Finished, but some points have no valid repetition."},
    {"4", "Interrupted; what was measured is saved."},
    {NULL, NULL},
};

static const struct help_entry files[] = {
    {"results.h5", "The results, by the name that --output gives them."},
    {"results.h5.journal",
     "The points measured so far, while the sweep runs. It goes when results.h5 is complete."},
    {NULL, NULL},
};

static const struct help_entry examples[] = {
    {"mpirun -n 3 zmqsweep --short",
     "A first look: one sender, one receiver, and the coordinator."},
    {"mpirun -n 3 zmqsweep --size 64:1M:x4 --pattern pub-sub --output results.h5",
     "Pub-sub at eight sizes, into a file of that name."},
    {"mpirun -n 9 zmqsweep --pairs 1,2,4 --size 64K --duration 5s",
     "One, two and four pairs at once, in windows of five seconds."},
    {NULL, NULL},
};

/* "1 to 1G", or "1 or more" when the upper limit is INT32_MAX or higher, which limits nobody. */
static void format_limits(enum option_id id, char *text, size_t length)
{
    const struct option_spec *spec = &config_options[id];
    char least[CONFIG_WORD_LENGTH], most[CONFIG_WORD_LENGTH];
    config_format(id, spec->minimum, least);
    if (spec->maximum >= INT32_MAX && spec->type == OPTION_TYPE_INTEGER)
        snprintf(text, length, "%s or more", least);
    else
        snprintf(text, length, "%s to %s", least, config_format(id, spec->maximum, most));
}

static void format_choices(const char *const *choices, char *text, size_t length)
{
    size_t at = 0;
    for (size_t i = 0; choices[i] && at < length; i++)
        at += (size_t)snprintf(text + at, length - at, "%s%s", i ? ", " : "", choices[i]);
}

/* The values that an option takes and its default, as sentences: "Values: 1 to 1G. Default: 64." */
static const char *format_values(enum option_id id, char text[VALUES_LENGTH])
{
    const struct option_spec *spec = &config_options[id];
    char values[VALUES_LENGTH / 2] = "";
    text[0] = '\0';
    if (spec->type == OPTION_TYPE_TEXT || spec->type == OPTION_TYPE_FLAG)
        return text;
    if (spec->choices)
        format_choices(spec->choices, values, sizeof values);
    else if (spec->type == OPTION_TYPE_CPUS)
        snprintf(values, sizeof values, "numa:N, core:N-M, pu:N-M, package:N, nic");
    else if (spec->type == OPTION_TYPE_PORTS)
        snprintf(values, sizeof values, "two ports");
    else if (spec->type == OPTION_TYPE_RATE)
        snprintf(values, sizeof values, "1 to 1G messages/s, 1bit to 1000Tbit");
    else if (spec->type == OPTION_TYPE_LOSS)
        snprintf(values, sizeof values, "loss=0%% to loss=50%%");
    else
        format_limits(id, values, sizeof values);
    snprintf(text, VALUES_LENGTH, "Values: %s%s%s. Default: %s.", values,
             spec->keyword ? ", or " : "", spec->keyword ? spec->keyword : "", spec->fallback);
    return text;
}

/* `values` holds the sentences on the option's values. */
static struct help_option option_of(enum option_id id, char values[VALUES_LENGTH])
{
    const struct option_spec *spec = &config_options[id];
    return (struct help_option){.name = spec->name,
                                .metavar = spec->metavar,
                                .optional = spec->implied != NULL,
                                .list = spec->list,
                                .text = spec->help,
                                .values = format_values(id, values)};
}

/* ---- --help ---- */

static void print_groups(FILE *out)
{
    char values[VALUES_LENGTH];
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        fprintf(out, "\n%s:\n", groups[i].title);
        if (groups[i].note)
            help_print_paragraph(out, groups[i].note, 2);
        for (int id = (int)groups[i].first; id <= (int)groups[i].last; id++) {
            struct help_option option = option_of((enum option_id)id, values);
            help_print_option(out, &option);
        }
    }
}

void config_print_help(FILE *out, const struct preset *presets)
{
    fprintf(out, "Usage: %s\n\n", usage);
    help_print_paragraph(out, purpose, 0);
    fprintf(out, "\n");
    help_print_paragraph(out,
                         "Any option may also be an environment variable (ZMQSWEEP_SIZE) or a line "
                         "of the sweep file (size = 64,1K). The command line beats the "
                         "environment, then the file, the preset, the default.",
                         0);
    print_groups(out);
    fprintf(out, "\nPresets:\n");
    for (; presets && presets->name; presets++) {
        const struct help_entry entry = {presets->name, presets->description};
        help_print_entry(out, &entry, PRESET_COLUMN);
    }
    help_print_entries(out, "Exit codes", exit_codes, HELP_INDENT);
    help_print_entries(out, "Examples", examples, HELP_INDENT);
}

/* ---- the manual page ---- */

static void print_manual_groups(FILE *out)
{
    char values[VALUES_LENGTH];
    manual_print_section(out, "OPTIONS");
    manual_print_text(out,
                      "Options are written in full. Of an option given twice the last counts.");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        fprintf(out, ".SS %s\n", groups[i].title);
        if (groups[i].note)
            manual_print_text(out, groups[i].note);
        for (int id = (int)groups[i].first; id <= (int)groups[i].last; id++) {
            struct help_option option = option_of((enum option_id)id, values);
            manual_print_option(out, &option);
        }
    }
}

static void print_sources(FILE *out)
{
    manual_print_section(out, "SWEEP FILE");
    manual_print_text(
        out, "The file that --config names has one option a line, without the dashes, such as");
    fprintf(out, ".PP\n.nf\n.RS\n");
    manual_print_text(out, "# a comment");
    manual_print_text(out, "pattern = push-pull,pub-sub");
    manual_print_text(out, "size    = 64:1M:x4   ; another comment");
    manual_print_text(out, "force   = yes");
    fprintf(out, ".RE\n.fi\n.PP\n");
    manual_print_text(out,
                      "A header [zmqsweep] may stand before them; other headers, unknown keys and "
                      "keys set twice are errors. Options without a value take yes or no.");
    manual_print_section(out, "ENVIRONMENT");
    manual_print_text(
        out, "Each option but --help and --version may be set by a variable: ZMQSWEEP_ and the "
             "option's name in capitals, with underscores for dashes, such as ZMQSWEEP_SEND_MODE. "
             "A variable that begins with ZMQSWEEP_ and names no option is an error. The command "
             "line beats the environment, then the sweep file, the preset, the default.");
}

static void print_lists(FILE *out, const struct preset *presets)
{
    manual_print_section(out, "PRESETS");
    for (; presets && presets->name; presets++) {
        const struct help_entry entry = {presets->name, presets->description};
        manual_print_entry(out, &entry, MANUAL_BOLD_MACRO);
    }
    manual_print_section(out, "FILES");
    manual_print_entries(out, files, MANUAL_BOLD_MACRO);
    manual_print_section(out, "EXIT STATUS");
    manual_print_entries(out, exit_codes, MANUAL_BOLD_MACRO);
    manual_print_section(out, "EXAMPLES");
    manual_print_entries(out, examples, MANUAL_BOLD_MACRO);
}

void config_print_manual(FILE *out, const struct preset *presets, const char *date,
                         const char *version)
{
    manual_print_title(out, "ZMQSWEEP", "zmqsweep", date, version);
    manual_print_section(out, "NAME");
    fprintf(
        out,
        "zmqsweep \\- measure how fast ZeroMQ moves messages between the ranks of an MPI job\n");
    manual_print_section(out, "SYNOPSIS");
    fprintf(out, ".B mpirun \\-n\n.I ranks\n.B zmqsweep\n.RI [ options ]\n");
    manual_print_section(out, "DESCRIPTION");
    manual_print_text(out, purpose);
    manual_print_text(out, "Rank 0 is the coordinator; the others send or receive.");
    print_manual_groups(out);
    print_sources(out);
    print_lists(out, presets);
    manual_print_section(out, "SEE ALSO");
    fprintf(out, ".BR zmqreport (1)\n");
}
