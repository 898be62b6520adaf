/* read.c - the settings, gathered from command line, environment, sweep file, preset and defaults.
 *
 * Every text is checked where it is found, even when a higher source overrides it: a job script
 * with a mistake in it should not work by luck.
 */
#include "zmqsweep/settings.h"

#include "command_line.h"
#include "environment.h"
#include "resolve.h"
#include "sweep_file.h"

#include <string.h>

/* A path or variable that an error line quotes may hold control characters. Replaces them, so that
 * the error stays on one line. */
static void replace_control_characters(struct error *error)
{
    for (char *at = error ? error->text : NULL; at && *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
}

/* Reads all sources below the command line, the highest first. */
static int read_lower_sources(struct reader *reader, char *const *environment)
{
    if (environment_read(reader, environment) || sweep_file_read(reader) ||
        resolve_preset(reader) || reader_set_defaults(reader))
        return -1;
    return resolve_mode(reader) || resolve_precision(reader) ? -1 : 0;
}

int config_read(int argc, char *const *argv, char *const *environment, const struct preset *presets,
                struct settings *settings, struct error *error)
{
    struct reader reader = {.settings = settings, .presets = presets, .error = error};
    memset(settings, 0, sizeof *settings);
    int status = command_line_read(&reader, argc, argv);
    if (settings->items[OPTION_HELP].text || settings->items[OPTION_VERSION].text)
        status = reader_set_defaults(&reader); /* --help works even when other options are wrong */
    else if (status == 0)
        status = read_lower_sources(&reader, environment);
    if (status) {
        replace_control_characters(error);
        config_free(settings);
    }
    return status;
}
