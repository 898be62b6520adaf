/* columns.c - finds columns by the names that people use, formats their values as cells, and sorts
 * by them. */
#include "columns.h"

#include "zmqsweep/config.h"
#include "zmqsweep/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NAMES 64
#define NAME_BYTES 64

/* Names for columns besides their own, mostly those of zmqsweep's options. A dash in a name always
 * stands for an underscore. */
static const char *const aliases[][2] = {
    {"size", "message_size_bytes"},
    {"count", "message_count"},
    {"duration", "duration_s"},
    {"sndbuf", "sndbuf_bytes"},
    {"rcvbuf", "rcvbuf_bytes"},
    {"throughput", "throughput_mbit_s"},
    {"rate", "message_rate_per_s"},
    {"low", "throughput_low_mbit_s"},
    {"high", "throughput_high_mbit_s"},
    {"cpu", "cpu_ns_per_message"},
    {"point", "point_id"},
};
#define ALIAS_COUNT (sizeof aliases / sizeof *aliases)

static void fold(const char *name, size_t length, char folded[NAME_BYTES])
{
    length = length < NAME_BYTES ? length : NAME_BYTES - 1;
    for (size_t i = 0; i < length; i++)
        folded[i] = name[i] == '-' ? '_' : name[i];
    folded[length] = '\0';
}

static const struct column *find(const struct table_spec *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

const struct column *column_named(enum table_id table, const char *name, size_t length)
{
    char folded[NAME_BYTES];
    fold(name, length, folded);
    const struct column *column = find(&result_tables[table], folded);
    for (size_t i = 0; i < ALIAS_COUNT && !column; i++)
        if (strcmp(aliases[i][0], folded) == 0)
            column = find(&result_tables[table], aliases[i][1]);
    return column;
}

const char *column_nearest(enum table_id table, const char *name, size_t length)
{
    const struct table_spec *spec = &result_tables[table];
    const char *names[MOST_NAMES];
    char folded[NAME_BYTES];
    size_t count = 0;
    fold(name, length, folded);
    for (size_t i = 0; i < ALIAS_COUNT; i++)
        if (find(spec, aliases[i][1]))
            names[count++] = aliases[i][0];
    for (size_t i = 0; i < spec->column_count && count < MOST_NAMES; i++)
        names[count++] = spec->columns[i].name;
    return text_nearest(folded, names, count);
}

double column_number(const struct column *column, const void *record)
{
    const char *field = (const char *)record + column->offset;
    int64_t integer;
    double real;
    switch (column->kind) {
    case COLUMN_INT64:
        memcpy(&integer, field, sizeof integer);
        return (double)integer;
    case COLUMN_FLOAT64:
        memcpy(&real, field, sizeof real);
        return real;
    case COLUMN_UINT8:
        return *(const uint8_t *)field;
    case COLUMN_STRING:
        break;
    }
    return NAN;
}

int column_compare(const struct column *column, const void *a, const void *b)
{
    if (column->kind == COLUMN_STRING)
        return strncmp((const char *)a + column->offset, (const char *)b + column->offset,
                       column->width);
    double x = column_number(column, a), y = column_number(column, b);
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/* ---- cells ---- */

const char *column_format_duration(double seconds, char text[CELL])
{
    char word[CONFIG_WORD_LENGTH];
    if (isfinite(seconds) && seconds >= 0 && seconds < 1e9)
        snprintf(text, CELL, "%s",
                 config_format(OPTION_DURATION, (int64_t)llround(seconds * 1e9), word));
    else
        snprintf(text, CELL, "-");
    return text;
}

const char *column_format(const struct column *column, const void *record, char text[CELL])
{
    double number = column_number(column, record);
    const char *word = (const char *)record + column->offset;
    if (column->kind == COLUMN_STRING)
        snprintf(text, CELL, "%s", *word ? word : "-");
    else if (isnan(number))
        snprintf(text, CELL, "-");
    else if (strcmp(column->unit, "bytes") == 0 && fabs(number) < 9e18)
        format_bytes((int64_t)number, text, CELL);
    else if (strcmp(column->unit, "s") == 0)
        column_format_duration(number, text);
    else
        snprintf(text, CELL, column->kind == COLUMN_FLOAT64 ? "%.4g" : "%.0f", number);
    return text;
}

/* ---- --sort ---- */

int column_read_keys(const char *text, struct column_keys *keys, struct error *error)
{
    keys->count = 0;
    while (text && *text) {
        size_t length = strcspn(text, ",");
        bool down = *text == '-';
        const char *name = text + down;
        size_t width = length - down;
        const struct column *column = column_named(TABLE_POINTS, name, width);
        const char *nearest = column_nearest(TABLE_POINTS, name, width);
        if (!column)
            return error_set(error, "--sort: table points has no column %.*s%s%s",
                             (int)(width > 64 ? 64 : width), name,
                             nearest ? "; the nearest is " : "", nearest ? nearest : "");
        if (keys->count == COLUMN_MOST_KEYS)
            return error_set(error, "--sort: more than %d columns", COLUMN_MOST_KEYS);
        keys->down[keys->count] = down;
        keys->columns[keys->count++] = column;
        text += length + (text[length] == ',');
    }
    return 0;
}

/* For compare_points: the context of qsort_r has another place in each system. */
static const struct column_keys *sort_keys;

static int compare_points(const void *a, const void *b)
{
    const struct column_keys *keys = sort_keys;
    const struct point_record *x = a, *y = b;
    for (size_t i = 0; i < keys->count; i++) {
        int order = column_compare(keys->columns[i], x, y);
        if (order != 0)
            return keys->down[i] ? -order : order;
    }
    return (x->point_id > y->point_id) - (x->point_id < y->point_id);
}

void column_sort_points(const struct column_keys *keys, struct point_record *points, size_t count)
{
    sort_keys = keys;
    qsort(points, count, sizeof *points, compare_points);
}
