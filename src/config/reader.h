/* reader.h - the settings while they are read from their sources. */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "zmqsweep/settings.h"

struct reader {
    struct settings *settings;
    const struct preset *presets;
    struct error *error;          /* NULL: mistakes are not reported */
    const char *path;             /* of the sweep file */
    unsigned lines[OPTION_TOTAL]; /* line of each option in the sweep file; 0: not in it */
};

/* Checks `text` and sets the option to it, unless a higher source has set it already. @return 0 or
 * -1. */
int reader_set(struct reader *reader, enum option_id id, enum setting_source source,
               const char *text);
/* Replaces the option's value with its default. Unset text options and unset flags become "", a
 * text that no source can give. */
int reader_set_default(struct reader *reader, enum option_id id);
/* Gives the default to all options that no source has set. */
int reader_set_defaults(struct reader *reader);

/* Names the place where an option was set, for an error line: --size, ZMQSWEEP_SIZE, sweep.ini:3,
 * preset daq. */
#define READER_PLACE_LENGTH 192
const char *reader_place(const struct reader *reader, enum option_id id, enum setting_source source,
                         char where[READER_PLACE_LENGTH]);

/* The preset of that name, or NULL. */
const struct preset *reader_find_preset(const struct preset *presets, const char *name);

#endif
