/* reader.c - sets one option: checks its text, and lets the higher source win. */
#include "reader.h"

#include "options/source.h"
#include "zmqsweep/text.h"
#include "zmqsweep/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *reader_place(const struct reader *reader, enum option_id id, enum setting_source source,
                         char where[READER_PLACE_LENGTH])
{
    char variable[SOURCE_VARIABLE_LENGTH];
    const char *name = config_options[id].name;
    switch (source) {
    case SOURCE_COMMAND_LINE:
        snprintf(where, READER_PLACE_LENGTH, "--%s", name);
        break;
    case SOURCE_ENVIRONMENT:
        snprintf(where, READER_PLACE_LENGTH, "%s", source_variable(id, variable));
        break;
    case SOURCE_FILE:
        snprintf(where, READER_PLACE_LENGTH, "%.120s:%u: %s", reader->path, reader->lines[id],
                 name);
        break;
    case SOURCE_PRESET:
        snprintf(where, READER_PLACE_LENGTH, "preset %.80s: %s",
                 config_text(reader->settings, OPTION_PRESET), name);
        break;
    case SOURCE_DEFAULT:
        snprintf(where, READER_PLACE_LENGTH, "default of %s", name);
        break;
    }
    return where;
}

const struct preset *reader_find_preset(const struct preset *presets, const char *name)
{
    for (; presets && presets->name; presets++)
        if (strcmp(presets->name, name) == 0)
            return presets;
    return NULL;
}

/* Reports that there is no preset of this name, which name is nearest, and which presets there are.
 * @return -1 */
static int unknown_preset(const struct preset *presets, const char *name, struct error *error)
{
    const char *names[32], *nearest;
    char list[200] = "", quoted[TEXT_QUOTE_LENGTH];
    size_t count = 0, at = 0;
    for (; presets && presets->name && count < sizeof names / sizeof *names; presets++, count++) {
        names[count] = presets->name;
        if (at < sizeof list)
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", at ? ", " : "",
                                   presets->name);
    }
    nearest = text_nearest(name, names, count);
    text_quote(name, quoted);
    if (nearest)
        return error_set(error, "unknown preset %s; the nearest is %s (there are %s)", quoted,
                         nearest, list);
    return error_set(error, "unknown preset %s; say one of %s", quoted, list);
}

int reader_set(struct reader *reader, enum option_id id, enum setting_source source,
               const char *text)
{
    struct setting *current = &reader->settings->items[id], fresh = {.source = source};
    struct error cause;
    char where[READER_PLACE_LENGTH];
    int status = config_parse(id, text, &fresh.values, &fresh.count, &cause);
    if (status == 0 && id == OPTION_PRESET && !reader_find_preset(reader->presets, text))
        status = unknown_preset(reader->presets, text, &cause);
    if (status)
        return error_set(reader->error, "%s: %s", reader_place(reader, id, source, where),
                         cause.text);
    if (current->text && current->source > source) {
        free(fresh.values);
        return 0;
    }
    fresh.text = strdup(text);
    if (!fresh.text) {
        free(fresh.values);
        return error_set(reader->error, "out of memory");
    }
    free(current->text);
    free(current->values);
    *current = fresh;
    return 0;
}

int reader_set_default(struct reader *reader, enum option_id id)
{
    const struct option_spec *spec = &config_options[id];
    struct setting *current = &reader->settings->items[id];
    free(current->text);
    free(current->values);
    memset(current, 0, sizeof *current);
    if (*spec->fallback != '\0')
        return reader_set(reader, id, SOURCE_DEFAULT, spec->fallback);
    current->text = strdup("");
    if (current->text && spec->type == OPTION_TYPE_FLAG) {
        current->values = calloc(1, sizeof *current->values);
        current->count = 1;
    }
    if (!current->text || (current->count && !current->values))
        return error_set(reader->error, "out of memory");
    return 0;
}

int reader_set_defaults(struct reader *reader)
{
    for (int id = 0; id < OPTION_TOTAL; id++)
        if (!reader->settings->items[id].text && reader_set_default(reader, (enum option_id)id))
            return -1;
    return 0;
}
