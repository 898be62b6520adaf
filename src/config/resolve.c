/* resolve.c - how options affect each other: presets set others, and some exclude each other. */
#include "resolve.h"

#include "options/source.h"

#include <string.h>

static int reject_both(struct reader *reader, enum option_id one, enum option_id other)
{
    char where[READER_PLACE_LENGTH];
    const struct setting *items = reader->settings->items;
    enum option_id later = reader->lines[other] > reader->lines[one] ? other : one;
    return error_set(reader->error, "%s: %s and %s exclude each other; give one of them",
                     reader_place(reader, later, items[one].source, where),
                     config_options[one].name, config_options[other].name);
}

/* Decides between --short and --preset, so that the settings name only the preset that is in force.
 */
static int choose_preset(struct reader *reader)
{
    const struct setting *brief = &reader->settings->items[OPTION_SHORT];
    const struct setting *preset = &reader->settings->items[OPTION_PRESET];
    char where[READER_PLACE_LENGTH];
    if (!brief->text || !brief->values[0] || (preset->text && strcmp(preset->text, "short") == 0))
        return 0;
    if (preset->text && preset->source == brief->source)
        return reject_both(reader, OPTION_SHORT, OPTION_PRESET);
    if (preset->text && preset->source > brief->source)
        return reader_set_default(reader, OPTION_SHORT);
    if (!reader_find_preset(reader->presets, "short"))
        return error_set(reader->error, "%s: there is no preset of this name",
                         reader_place(reader, OPTION_SHORT, brief->source, where));
    return reader_set(reader, OPTION_PRESET, brief->source, "short");
}

int resolve_preset(struct reader *reader)
{
    const struct setting *setting = &reader->settings->items[OPTION_PRESET];
    if (choose_preset(reader))
        return -1;
    if (!setting->text)
        return 0;
    const struct preset *preset = reader_find_preset(reader->presets, setting->text);
    for (size_t i = 0; preset->pairs && preset->pairs[i][0]; i++) {
        enum option_id id = config_find(preset->pairs[i][0]);
        if (id == OPTION_TOTAL || !source_allows(id, SOURCE_PRESET))
            return error_set(reader->error, "preset %s: no option of a sweep is called %s",
                             preset->name, preset->pairs[i][0]);
        if (reader_set(reader, id, SOURCE_PRESET, preset->pairs[i][1]))
            return -1;
    }
    return 0;
}

int resolve_mode(struct reader *reader)
{
    const struct setting *count = &reader->settings->items[OPTION_COUNT];
    const struct setting *duration = &reader->settings->items[OPTION_DURATION];
    char where[READER_PLACE_LENGTH];
    for (size_t i = 0; i < count->count && count->count > 1; i++)
        if (count->values[i] == OPTION_KEYWORD)
            return error_set(
                reader->error, "%s: %s is listed with numbers; say %s alone, or numbers alone",
                reader_place(reader, OPTION_COUNT, count->source, where),
                config_options[OPTION_COUNT].keyword, config_options[OPTION_COUNT].keyword);
    if (count->values[0] == OPTION_KEYWORD || duration->source == SOURCE_DEFAULT)
        return 0;
    if (count->source == duration->source)
        return reject_both(reader, OPTION_COUNT, OPTION_DURATION);
    return reader_set_default(reader,
                              count->source > duration->source ? OPTION_DURATION : OPTION_COUNT);
}

/* Options that have a meaning only together with --precision. */
static const enum option_id precision_options[] = {OPTION_MIN_REPETITIONS, OPTION_MAX_REPETITIONS,
                                                   OPTION_MAX_TIME};

static int reject_without_precision(struct reader *reader)
{
    char where[READER_PLACE_LENGTH];
    for (size_t i = 0; i < sizeof precision_options / sizeof *precision_options; i++) {
        const struct setting *setting = &reader->settings->items[precision_options[i]];
        if (setting->source != SOURCE_DEFAULT)
            return error_set(
                reader->error,
                "%s: works with --precision only; say that too, such as --precision 5%%",
                reader_place(reader, precision_options[i], setting->source, where));
    }
    return 0;
}

int resolve_precision(struct reader *reader)
{
    const struct setting *items = reader->settings->items, *precision = &items[OPTION_PRECISION];
    const struct setting *repetitions = &items[OPTION_REPETITIONS];
    if (precision->source == SOURCE_DEFAULT)
        return reject_without_precision(reader);
    if (precision->values[0] == OPTION_KEYWORD)
        return 0;
    if (repetitions->source == precision->source)
        return reject_both(reader, OPTION_REPETITIONS, OPTION_PRECISION);
    if (repetitions->source > precision->source)
        return reader_set_default(reader, OPTION_PRECISION);
    int64_t least = items[OPTION_MIN_REPETITIONS].values[0],
            most = items[OPTION_MAX_REPETITIONS].values[0];
    if (least > most)
        return error_set(
            reader->error,
            "min-repetitions %lld is over max-repetitions %lld; raise one or lower the other",
            (long long)least, (long long)most);
    return reader_set_default(reader, OPTION_REPETITIONS);
}
