/* environment.c - options from variables of the environment. */
#include "environment.h"

#include "options/source.h"

#include <stdio.h>
#include <string.h>

/* Finds the option whose environment variable has this name of `length` characters. @return its id,
 * or OPTION_TOTAL when there is none. */
static enum option_id find_variable(const char *name, size_t length)
{
    char variable[SOURCE_VARIABLE_LENGTH];
    int id = 0;
    while (id < OPTION_TOTAL && (strlen(source_variable((enum option_id)id, variable)) != length ||
                                 memcmp(variable, name, length) != 0))
        id++;
    return (enum option_id)id;
}

static int unknown_variable(struct reader *reader, const char *name, int length)
{
    char word[SOURCE_VARIABLE_LENGTH], variable[SOURCE_VARIABLE_LENGTH];
    const int prefix = (int)sizeof SOURCE_PREFIX - 1;
    snprintf(word, sizeof word, "%.*s", length - prefix, name + prefix);
    for (char *at = word; *at; at++)
        *at = *at == '_' ? '-' : *at;
    const char *nearest = source_nearest_option(word, SOURCE_ENVIRONMENT);
    if (nearest)
        return error_set(reader->error, "%.*s: unknown option; the nearest is %s", length, name,
                         source_variable(config_find(nearest), variable));
    return error_set(reader->error,
                     "%.*s: unknown option; %s is reserved, name other variables otherwise", length,
                     name, SOURCE_PREFIX);
}

static int read_variable(struct reader *reader, const char *name, size_t length)
{
    enum option_id id = find_variable(name, length);
    int shown = length < SOURCE_VARIABLE_LENGTH ? (int)length : SOURCE_VARIABLE_LENGTH;
    if (id == OPTION_TOTAL)
        return unknown_variable(reader, name, shown);
    if (!source_allows(id, SOURCE_ENVIRONMENT))
        return error_set(reader->error, "%.*s: belongs to the command line; say --%s there", shown,
                         name, config_options[id].name);
    return reader_set(reader, id, SOURCE_ENVIRONMENT, name + length + 1);
}

int environment_read(struct reader *reader, char *const *environment)
{
    for (; environment && *environment; environment++) {
        size_t length = strcspn(*environment, "=");
        bool ours = strncmp(*environment, SOURCE_PREFIX, sizeof SOURCE_PREFIX - 1) == 0;
        if (ours && (*environment)[length] == '=' && read_variable(reader, *environment, length))
            return -1;
    }
    return 0;
}
