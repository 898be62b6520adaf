/* command_line.c - options from the command line. */
#include "command_line.h"

#include "options/source.h"
#include "zmqsweep/text.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define FIRST_CODE 256 /* getopt_long's code for the first option: above every character */

static int unknown_argument(struct reader *reader, const char *element)
{
    char name[TEXT_QUOTE_LENGTH], quoted[TEXT_QUOTE_LENGTH];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(element, "="), element);
    const char *nearest = source_nearest_option(name + strspn(name, "-"), SOURCE_COMMAND_LINE);
    if (element[0] != '-' || element[1] == '\0')
        return error_set(reader->error,
                         "%s is no option; all options begin with --, such as --size 64",
                         text_quote(element, quoted));
    if (nearest)
        return error_set(reader->error, "unknown option %s; the nearest is --%s", name, nearest);
    return error_set(reader->error, "unknown option %s; --help lists all", name);
}

/* Whether the element of the command line spells the option's name in full. getopt_long accepts
 * abbreviations as well; this program does not. */
static bool is_full_name(const char *element, const char *name)
{
    size_t length = strlen(name);
    return strncmp(element, "--", 2) == 0 && strncmp(element + 2, name, length) == 0 &&
           (element[2 + length] == '\0' || element[2 + length] == '=');
}

/* Whether the argument that getopt_long took for a value is in fact the next option, because the
 * value was forgotten. */
static bool is_option(const char *argument)
{
    for (int id = 0; id < OPTION_TOTAL; id++)
        if (is_full_name(argument, config_options[id].name))
            return true;
    return false;
}

/* Sets the option for which getopt_long returned `code`. `element` is the element of the command
 * line with which that option began. @return 0 or -1. */
static int set_option(struct reader *reader, int code, const char *element, char *const *argv)
{
    bool rejected = code == '?' || code == ':';
    int id = (rejected ? optopt : code) - FIRST_CODE;
    if (id < 0 || id >= OPTION_TOTAL)
        return unknown_argument(reader, element);
    const struct option_spec *spec = &config_options[id];
    bool flag = spec->type == OPTION_TYPE_FLAG;
    if (!is_full_name(element, spec->name))
        return error_set(reader->error, "unknown option %.*s; written in full it is --%s",
                         (int)strcspn(element, "="), element, spec->name);
    if (code == '?')
        return error_set(reader->error, "--%s takes no value; say --%s alone", spec->name,
                         spec->name);
    if (!rejected && !flag && optarg == argv[optind - 1] && is_option(optarg)) {
        optind--;
        rejected = true;
    }
    if (rejected && spec->implied)
        return reader_set(reader, (enum option_id)id, SOURCE_COMMAND_LINE, spec->implied);
    if (rejected)
        return error_set(reader->error, "--%s has no value; say --%s %s", spec->name, spec->name,
                         spec->metavar);
    return reader_set(reader, (enum option_id)id, SOURCE_COMMAND_LINE, flag ? "yes" : optarg);
}

static void fill_options(struct option options[OPTION_TOTAL + 1])
{
    memset(options, 0, (OPTION_TOTAL + 1) * sizeof *options);
    for (int id = 0; id < OPTION_TOTAL; id++) {
        options[id].name = config_options[id].name;
        options[id].has_arg =
            config_options[id].type == OPTION_TYPE_FLAG ? no_argument : required_argument;
        options[id].val = FIRST_CODE + id;
    }
}

/* In getopt_long's "-:", the minus keeps arguments in their places, and the colon distinguishes a
 * missing value from an unknown option. */
int command_line_read(struct reader *reader, int argc, char *const *argv)
{
    struct option options[OPTION_TOTAL + 1];
    struct error *error = reader->error;
    int status = 0, code;
    fill_options(options);
    optind = 0; /* makes the GNU library start afresh */
    opterr = 0;
    for (int at = 1; (code = getopt_long(argc, argv, "-:", options, NULL)) != -1; at = optind)
        if (set_option(reader, code, argv[at], argv)) {
            status = -1;
            reader->error = NULL;
        }
    if (optind < argc && status == 0)
        status = unknown_argument(reader, argv[optind]);
    reader->error = error;
    return status;
}
