/* arguments.c - a subcommand's command line, read by its table of options. */
#include "arguments.h"

#include "zmqsweep/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OPTIONS 24
#define FIRST_CODE 256 /* getopt_long's code for the first option: above every character */

struct reading {
    const struct report_command *command;
    struct arguments *arguments;
    struct error *error;
};

static int refuse_name(const struct reading *reading, const char *element)
{
    const char *names[MOST_OPTIONS];
    char word[64];
    int length = (int)strcspn(element, "=");
    snprintf(word, sizeof word, "%.*s", length, element + strspn(element, "-"));
    word[strcspn(word, "=")] = '\0';
    for (size_t i = 0; i < reading->command->option_count; i++)
        names[i] = reading->command->options[i].name;
    const char *nearest = text_nearest(word, names, reading->command->option_count);
    return error_set(reading->error, "%s has no option %.*s; %s%s%s", reading->command->name,
                     length > 64 ? 64 : length, element,
                     nearest ? "the nearest is --" : "see zmqreport help ",
                     nearest ? nearest : reading->command->name, "");
}

/* Whether the element names the option by its letter or in full. getopt_long accepts abbreviations
 * as well; this program does not. */
static bool is_full_name(const char *element, const struct option_line *line)
{
    size_t length = strlen(line->name);
    if (strncmp(element, "--", 2) != 0)
        return true;
    return strncmp(element + 2, line->name, length) == 0 &&
           (element[2 + length] == '\0' || element[2 + length] == '=');
}

static void add_given(struct arguments *arguments, enum option_name id, const char *text)
{
    arguments->given[arguments->given_count++] = (struct given){id, text, arguments->file_count};
}

/* The index of the option for which getopt_long returned `code`, or which optopt names; -1 when
 * there is none. */
static int option_of(const struct report_command *command, int code)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (code == FIRST_CODE + (int)i || (code && code == command->options[i].letter))
            return (int)i;
    return -1;
}

/* Takes the option that getopt_long found in `element`. */
static int take(struct reading *reading, int code, const char *element)
{
    bool refused = code == '?' || code == ':';
    if (code == 1) {
        reading->arguments->files[reading->arguments->file_count++] = optarg;
        return 0;
    }
    int index = option_of(reading->command, refused ? optopt : code);
    if (index < 0)
        return refuse_name(reading, element);
    const struct option_line *line = &reading->command->options[index];
    if (!is_full_name(element, line))
        return error_set(reading->error, "unknown option %.*s; written in full it is --%s",
                         (int)strcspn(element, "="), element, line->name);
    if (code == '?')
        return error_set(reading->error, "--%s takes no value; say --%s alone", line->name,
                         line->name);
    if (code == ':' || (line->metavar && *optarg == '\0'))
        return error_set(reading->error, "--%s has no value; say --%s %s", line->name, line->name,
                         line->metavar);
    add_given(reading->arguments, line->id, line->metavar ? optarg : "");
    return 0;
}

/* Fills getopt_long's own tables. In "-:", the minus keeps arguments in their places, and the colon
 * distinguishes a missing value from an unknown option. */
static void fill_tables(const struct report_command *command, struct option *options, char *letters)
{
    letters += sprintf(letters, "-:");
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_line *line = &command->options[i];
        int has_value = line->metavar ? required_argument : no_argument;
        options[i] = (struct option){line->name, has_value, NULL, FIRST_CODE + (int)i};
        if (line->letter)
            letters += sprintf(letters, "%c%s", line->letter, line->metavar ? ":" : "");
    }
    options[command->option_count] = (struct option){NULL, 0, NULL, 0};
}

static int check_files(const struct report_command *command, const struct arguments *arguments,
                       struct error *error)
{
    if (arguments->file_count < command->fewest)
        return error_set(error, "%s needs more files; say: zmqreport %s %s", command->name,
                         command->name, command->arguments);
    if (arguments->file_count > command->most)
        return error_set(error, "%s takes no more than %d file%s; say: zmqreport %s %s",
                         command->name, command->most, command->most == 1 ? "" : "s", command->name,
                         command->arguments);
    return 0;
}

int arguments_read(const struct report_command *command, int argc, char **argv,
                   struct arguments *arguments, struct error *error)
{
    struct option options[MOST_OPTIONS + 1];
    char letters[2 * MOST_OPTIONS + 3];
    struct reading reading = {command, arguments, error};
    int code;
    *arguments = (struct arguments){.command = command};
    arguments->files = calloc((size_t)argc + 1, sizeof *arguments->files);
    arguments->given = calloc((size_t)argc + 1, sizeof *arguments->given);
    if (!arguments->files || !arguments->given)
        return error_set(error, "out of memory");
    fill_tables(command, options, letters);
    optind = 0; /* makes the GNU library start afresh */
    opterr = 0;
    for (int at = 1; (code = getopt_long(argc, argv, letters, options, NULL)) != -1; at = optind) {
        if (take(&reading, code, argv[at < 1 ? 1 : at]))
            return -1;
        if (arguments_flag(arguments, NAME_HELP))
            return 0;
    }
    while (optind < argc) /* behind "--" */
        arguments->files[arguments->file_count++] = argv[optind++];
    return check_files(command, arguments, error);
}

void arguments_free(struct arguments *arguments)
{
    free(arguments->files);
    free(arguments->given);
    *arguments = (struct arguments){0};
}

const char *arguments_nth(const struct arguments *arguments, enum option_name id, size_t index)
{
    for (size_t i = 0; i < arguments->given_count; i++)
        if (arguments->given[i].id == id && index-- == 0)
            return arguments->given[i].text;
    return NULL;
}

const char *arguments_text(const struct arguments *arguments, enum option_name id)
{
    for (size_t i = arguments->given_count; i-- > 0;)
        if (arguments->given[i].id == id)
            return arguments->given[i].text;
    return NULL;
}

int arguments_files_before(const struct arguments *arguments, enum option_name id)
{
    for (size_t i = 0; i < arguments->given_count; i++)
        if (arguments->given[i].id == id)
            return arguments->given[i].files_before;
    return -1;
}

bool arguments_flag(const struct arguments *arguments, enum option_name id)
{
    return arguments_text(arguments, id) != NULL;
}

int arguments_filter(const struct arguments *arguments, enum table_id other, struct filter *filter,
                     struct error *error)
{
    return filter_read(arguments_text(arguments, NAME_WHERE), other, filter, error);
}

int arguments_load(const struct arguments *arguments, const struct filter *filter,
                   struct loaded **files, struct error *error)
{
    if (load_files(arguments->files, arguments->file_count, filter, files, error))
        return -1;
    for (int i = 0; i < arguments->file_count; i++) {
        const char *label = arguments_nth(arguments, NAME_LABEL, (size_t)i);
        if (label)
            (*files)[i].label = label;
    }
    return 0;
}
