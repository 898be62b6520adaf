/* source.c - which source may set which option, and by what name. */
#include "source.h"

#include "zmqsweep/text.h"

#include <ctype.h>
#include <string.h>

bool source_allows(enum option_id id, enum setting_source source)
{
    switch (id) {
    case OPTION_HELP:
    case OPTION_VERSION:
        return source == SOURCE_COMMAND_LINE;
    case OPTION_CONFIG:
        return source >= SOURCE_ENVIRONMENT;
    case OPTION_PRESET:
    case OPTION_SHORT:
        return source >= SOURCE_FILE;
    default:
        return true;
    }
}

const char *source_variable(enum option_id id, char name[SOURCE_VARIABLE_LENGTH])
{
    size_t at = strlen(strcpy(name, SOURCE_PREFIX));
    for (const char *from = config_options[id].name; *from && at + 1 < SOURCE_VARIABLE_LENGTH;
         from++)
        name[at++] = *from == '-' ? '_' : (char)toupper((unsigned char)*from);
    name[at] = '\0';
    return name;
}

const char *source_nearest_option(const char *word, enum setting_source source)
{
    const char *names[OPTION_TOTAL];
    size_t count = 0;
    for (int id = 0; id < OPTION_TOTAL; id++)
        if (source_allows((enum option_id)id, source))
            names[count++] = config_options[id].name;
    return text_nearest(word, names, count);
}
