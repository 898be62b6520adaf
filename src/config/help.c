/* help.c - --help and the manual page, both from the option table. */
#include "config_internal.h"

#include <string.h>

#define WIDTH 80
#define INDENT 6
#define FACTS_LENGTH 320

static const char usage[] = "mpirun -n 3 zmqsweep [options]";
static const char purpose[] = "Measures how fast ZeroMQ moves messages between the ranks of an MPI job, for "
                              "every combination of the settings "
                              "listed, and keeps every sample in one HDF5 file.";

struct group {
    const char *title, *note;
    enum option_id first, last;
};

static const struct group groups[] = {
    {"Dimensions",
     "Each takes a list, separated by commas; the sweep is the product of all. Numbers may be ranges: "
     "64:1M:x4 is "
     "64,256,1K,4K,16K,64K,256K,1M. In sizes K, M and G are powers of 1024, in counts powers of 1000; times "
     "have a "
     "unit: ns, us, ms, s, min or h.",
     OPTION_PATTERN, OPTION_RECEIVER_CPUS},
    {"Run control", NULL, OPTION_IO_CPUS, OPTION_LOG_LEVEL},
    {"Information", "These work without mpirun.", OPTION_VERSION, OPTION_HELP},
};

struct entry {
    const char *name, *text;
};

static const struct entry exit_codes[] = {
    {"0", "All well."},
    {"1", "Could not go on; a line says why."},
    {"2", "Bad option or bad input."},
    {"3", "Finished, but some points have no valid repetition."},
    {"4", "Interrupted; what was measured is saved."},
    {NULL, NULL},
};

static const struct entry examples[] = {
    {"mpirun -n 3 zmqsweep --short", "A first look: one sender, one receiver, and the coordinator."},
    {"mpirun -n 3 zmqsweep --size 64:1M:x4 --pattern pub-sub --output results.h5",
     "Pub-sub at eight sizes, into a file of that name."},
    {"mpirun -n 9 zmqsweep --pairs 1,2,4 --size 64K --duration 5s",
     "One, two and four pairs at once, in windows of five seconds."},
    {NULL, NULL},
};

/* "1 to 1G", or "1 or more" when the upper limit is only where the numbers end. */
static void write_limits(enum option_id id, char *text, size_t length)
{
    const struct option_spec *spec = &config_options[id];
    char least[CONFIG_WORD_LENGTH], most[CONFIG_WORD_LENGTH];
    config_format(id, spec->minimum, least);
    if (spec->maximum >= INT32_MAX && spec->type == OPTION_TYPE_INTEGER)
        snprintf(text, length, "%s or more", least);
    else
        snprintf(text, length, "%s to %s", least, config_format(id, spec->maximum, most));
}

static void write_choices(const char *const *choices, char *text, size_t length)
{
    size_t at = 0;
    for (size_t i = 0; choices[i] && at < length; i++)
        at += (size_t)snprintf(text + at, length - at, "%s%s", i ? ", " : "", choices[i]);
}

/* The values that an option takes and its default, as sentences: "Values: 1 to 1G. Default: 64." */
static const char *write_facts(enum option_id id, char facts[FACTS_LENGTH])
{
    const struct option_spec *spec = &config_options[id];
    char values[FACTS_LENGTH / 2] = "";
    facts[0] = '\0';
    if (spec->type == OPTION_TYPE_TEXT || spec->type == OPTION_TYPE_FLAG)
        return facts;
    if (spec->choices)
        write_choices(spec->choices, values, sizeof values);
    else if (spec->type == OPTION_TYPE_CPUS)
        snprintf(values, sizeof values, "numa:N, core:N-M, pu:N-M, package:N, nic");
    else if (spec->type == OPTION_TYPE_PORTS)
        snprintf(values, sizeof values, "two ports");
    else if (spec->type == OPTION_TYPE_RATE)
        snprintf(values, sizeof values, "1 to 1G messages/s, 1bit to 1000Tbit");
    else if (spec->type == OPTION_TYPE_LOSS)
        snprintf(values, sizeof values, "loss=0%% to loss=50%%");
    else
        write_limits(id, values, sizeof values);
    snprintf(facts, FACTS_LENGTH, "Values: %s%s%s. Default: %s.", values, spec->keyword ? ", or " : "",
             spec->keyword ? spec->keyword : "", spec->fallback);
    return facts;
}

/* --- --help --- */

/* Writes words from `column` on, in lines of at most WIDTH columns that begin with `indent` blanks; a word
 * that is longer has a line of its own. @return the column reached. */
static size_t wrap(FILE *out, const char *text, size_t indent, size_t column)
{
    while (*(text += strspn(text, " \n"))) {
        size_t length = strcspn(text, " \n");
        if (column > indent && column + 1 + length > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column > indent)
            column += (size_t)fprintf(out, " ");
        else if (column < indent)
            column += (size_t)fprintf(out, "%*s", (int)(indent - column), "");
        column += fwrite(text, 1, length, out);
        text += length;
    }
    return column;
}

static void print_paragraph(FILE *out, const char *text, size_t indent)
{
    wrap(out, text, indent, 0);
    fputc('\n', out);
}

static void print_option(FILE *out, enum option_id id)
{
    const struct option_spec *spec = &config_options[id];
    char facts[FACTS_LENGTH];
    fprintf(out, spec->implied ? "  --%s%s[%s]%s\n" : "  --%s%s%s%s\n", spec->name, spec->metavar ? " " : "",
            spec->metavar ? spec->metavar : "", spec->list ? ",..." : "");
    size_t column = wrap(out, spec->help, INDENT, 0);
    wrap(out, write_facts(id, facts), INDENT, column);
    fputc('\n', out);
}

/* A list of names with what they mean, the names in a column of `width`. */
static void print_entry(FILE *out, const char *name, const char *text, size_t width)
{
    fprintf(out, "  %s", name);
    size_t column = 2 + strlen(name);
    if (column >= width) {
        fputc('\n', out);
        column = 0;
    }
    wrap(out, text, width, column);
    fputc('\n', out);
}

static void print_groups(FILE *out)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        fprintf(out, "\n%s:\n", groups[i].title);
        if (groups[i].note)
            print_paragraph(out, groups[i].note, 2);
        for (int id = (int)groups[i].first; id <= (int)groups[i].last; id++)
            print_option(out, (enum option_id)id);
    }
}

void config_print_help(FILE *out, const struct preset *presets)
{
    fprintf(out, "Usage: %s\n\n", usage);
    print_paragraph(out, purpose, 0);
    fprintf(out, "\n");
    print_paragraph(
        out,
        "Any option may also be an environment variable (ZMQSWEEP_SIZE) or a line of the sweep file "
        "(size = 64,1K). The command line beats the environment, then the file, the preset, the "
        "default.",
        0);
    print_groups(out);
    fprintf(out, "\nPresets:\n");
    for (; presets && presets->name; presets++)
        print_entry(out, presets->name, presets->description, 16);
    fprintf(out, "\nExit codes:\n");
    for (const struct entry *code = exit_codes; code->name; code++)
        print_entry(out, code->name, code->text, 6);
    fprintf(out, "\nExamples:\n");
    for (const struct entry *example = examples; example->name; example++) {
        fprintf(out, "  %s\n", example->name);
        print_paragraph(out, example->text, INDENT);
    }
}

/* --- the manual page --- */

/* What stands for a character that troff takes for markup or typesets as another; NULL: the character. */
static const char *escape_of(char c, bool line_begins)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '"':
        return "\\(dq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    case '.':
        return line_begins ? "\\&." : NULL;
    case '\n':
        return " ";
    default:
        return NULL;
    }
}

static void print_roff(FILE *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        const char *escape = escape_of(*at, at == text);
        if (escape)
            fputs(escape, out);
        else
            fputc(*at, out);
    }
}

static void print_line(FILE *out, const char *text)
{
    print_roff(out, text);
    fputc('\n', out);
}

static void print_section(FILE *out, const char *title)
{
    fprintf(out, ".SH %s\n", title);
}

/* An indented item: a bold tag and its text. */
static void print_item(FILE *out, const char *tag, const char *text)
{
    fprintf(out, ".TP\n.B \"");
    print_roff(out, tag);
    fprintf(out, "\"\n");
    print_line(out, text);
}

static void print_manual_option(FILE *out, enum option_id id)
{
    const struct option_spec *spec = &config_options[id];
    char facts[FACTS_LENGTH];
    fprintf(out, ".TP\n\\fB\\-\\-");
    print_roff(out, spec->name);
    fprintf(out, "\\fR");
    if (spec->metavar) {
        fprintf(out, spec->implied ? " [\\fI" : " \\fI");
        print_roff(out, spec->metavar);
        fprintf(out, "\\fR%s%s", spec->implied ? "]" : "", spec->list ? ",..." : "");
    }
    fprintf(out, "\n");
    print_line(out, spec->help);
    if (*write_facts(id, facts))
        print_line(out, facts);
}

static void print_manual_groups(FILE *out)
{
    print_section(out, "OPTIONS");
    print_line(out, "Options are written in full. Of an option given twice the last counts.");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        fprintf(out, ".SS %s\n", groups[i].title);
        if (groups[i].note)
            print_line(out, groups[i].note);
        for (int id = (int)groups[i].first; id <= (int)groups[i].last; id++)
            print_manual_option(out, (enum option_id)id);
    }
}

static void print_sources(FILE *out)
{
    print_section(out, "SWEEP FILE");
    print_line(out, "The file that --config names has one option a line, without the dashes, such as");
    fprintf(out, ".PP\n.nf\n.RS\n");
    print_line(out, "# a comment");
    print_line(out, "pattern = push-pull,pub-sub");
    print_line(out, "size    = 64:1M:x4   ; another comment");
    print_line(out, "force   = yes");
    fprintf(out, ".RE\n.fi\n.PP\n");
    print_line(
        out, "A header [zmqsweep] may stand before them; other headers, unknown keys and keys set twice are "
             "errors. Options without a value take yes or no.");
    print_section(out, "ENVIRONMENT");
    print_line(
        out, "Each option but --help and --version may be set by a variable: ZMQSWEEP_ and the option's name "
             "in capitals, with underscores for dashes, such as ZMQSWEEP_SEND_MODE. A variable that begins "
             "with ZMQSWEEP_ and names no option is an error. The command line beats the environment, then "
             "the sweep file, the preset, the default.");
}

static void print_lists(FILE *out, const struct preset *presets)
{
    print_section(out, "PRESETS");
    for (; presets && presets->name; presets++)
        print_item(out, presets->name, presets->description);
    print_section(out, "FILES");
    print_item(out, "results.h5", "The results, by the name that --output gives them.");
    print_item(out, "results.h5.journal",
               "The points measured so far, while the sweep runs. It goes when results.h5 is complete.");
    print_section(out, "EXIT STATUS");
    for (const struct entry *code = exit_codes; code->name; code++)
        print_item(out, code->name, code->text);
    print_section(out, "EXAMPLES");
    for (const struct entry *example = examples; example->name; example++)
        print_item(out, example->name, example->text);
}

void config_print_manual(FILE *out, const struct preset *presets, const char *date, const char *version)
{
    fprintf(out, ".TH ZMQSWEEP 1 \"");
    print_roff(out, date);
    fprintf(out, "\" \"zmqsweep ");
    print_roff(out, version);
    fprintf(out, "\"\n.nh\n.ad l\n"); /* a name that is hyphenated cannot be copied */
    print_section(out, "NAME");
    fprintf(out, "zmqsweep \\- measure how fast ZeroMQ moves messages between the ranks of an MPI job\n");
    print_section(out, "SYNOPSIS");
    fprintf(out, ".B mpirun \\-n\n.I ranks\n.B zmqsweep\n.RI [ options ]\n");
    print_section(out, "DESCRIPTION");
    print_line(out, purpose);
    print_line(out, "Rank 0 is the coordinator; the others send or receive.");
    print_manual_groups(out);
    print_sources(out);
    print_lists(out, presets);
    print_section(out, "SEE ALSO");
    fprintf(out, ".BR zmqreport (1)\n");
}
