/* dimensions.c - the settings of a point by which the points of a sweep differ. */
#include "dimensions.h"

#include <string.h>

/* The settings by which points may differ. Buffer sizes are those asked for, because the kernel's
 * actual sizes differ from connection to connection. */
const struct dimension dimensions[] = {
    {"pattern", "pattern", NULL, false, 0},
    {"transport", "transport", NULL, false, 0},
    {"security", "security", NULL, false, 0},
    {"size", "message_size_bytes", NULL, true, 0},
    {"send", "send_mode", NULL, false, 0},
    {"receive", "receive_mode", NULL, false, 0},
    {"sndhwm", "sndhwm", NULL, true, 6},
    {"rcvhwm", "rcvhwm", NULL, true, 6},
    {"pairs", "pairs", NULL, true, 0},
    {"receivers/sender", "receivers_per_sender", NULL, true, 0},
    {"senders/receiver", "senders_per_receiver", NULL, true, 0},
    {"count", "message_count", NULL, true, 0},
    {"duration", "duration_s", NULL, true, 0},
    {"rate", NULL, "rate", true, 0},
    {"find-rate", NULL, "find-rate", true, 0},
    {"I/O threads", "io_threads", NULL, true, 0},
    {"sndbuf", NULL, "sndbuf", true, 0},
    {"rcvbuf", NULL, "rcvbuf", true, 0},
    {"bind", "bind", NULL, false, 0},
    {"placement", "placement", NULL, false, 0},
    {"sender CPUs", "sender_cpus", NULL, false, 0},
    {"receiver CPUs", "receiver_cpus", NULL, false, 0},
    {"I/O CPUs", "io_cpus", NULL, false, 0},
    {"from", "sender_host", NULL, false, 0},
    {"to", "receiver_host", NULL, false, 0},
};
_Static_assert(sizeof dimensions / sizeof *dimensions <= MOST_DIMENSIONS, "raise MOST_DIMENSIONS");
const size_t dimension_count = sizeof dimensions / sizeof *dimensions;

/* Finds the value of "key=value" among the blank-separated words of the point's settings. */
static void find_setting(const struct point_record *point, const char *key, char text[CELL])
{
    size_t length = strlen(key);
    const char *word = point->settings;
    for (; *word; word += strspn(word, " ")) {
        size_t end = strcspn(word, " ");
        if (strncmp(word, key, length) == 0 && word[length] == '=') {
            snprintf(text, CELL, "%.*s", (int)(end - length - 1), word + length + 1);
            return;
        }
        word += end;
    }
    snprintf(text, CELL, "-");
}

static const struct column *column_of(const struct dimension *dimension)
{
    return column_named(TABLE_POINTS, dimension->column, strlen(dimension->column));
}

const char *dimension_format(const struct dimension *dimension, const struct point_record *point,
                             char text[CELL])
{
    if (dimension->column)
        return column_format(column_of(dimension), point, text);
    find_setting(point, dimension->key, text);
    return text;
}

int dimension_compare(const struct dimension *dimension, const struct point_record *a,
                      const struct point_record *b)
{
    char x[CELL], y[CELL];
    if (dimension->column)
        return column_compare(column_of(dimension), a, b);
    find_setting(a, dimension->key, x);
    find_setting(b, dimension->key, y);
    return strcmp(x, y);
}

/* Is the value what zmqsweep does by default? Such a value is not worth a word above a table or
 * below a picture. */
bool dimension_is_default(const struct dimension *dimension, const char *cell)
{
    static const char *const usual[][2] = {
        {"count", "0"},       {"security", "none"},      {"sndbuf", "system"},
        {"rcvbuf", "system"}, {"receivers/sender", "1"}, {"senders/receiver", "1"},
        {"I/O threads", "1"}, {"sender CPUs", "none"},   {"receiver CPUs", "none"},
        {"I/O CPUs", "same"}};
    if (strcmp(cell, "-") == 0)
        return true;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strcmp(dimension->title, usual[i][0]) == 0 && strcmp(cell, usual[i][1]) == 0)
            return true;
    return false;
}

bool dimension_varies(const struct dimension *dimension, const struct point_record *points,
                      size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (dimension_compare(dimension, &points[0], &points[i]) != 0)
            return true;
    return false;
}

/* ---- above the table, or in a column ---- */

bool dimension_is_above(const struct dimension *dimension, const struct loaded *file)
{
    bool varies = strcmp(dimension->title, "size") == 0;
    const struct point_record *first = load_first_zmq_point(file);
    for (size_t i = 0; i < file->point_count && !varies; i++)
        varies = !load_is_extra_baseline(file, &file->points[i]) &&
                 dimension_compare(dimension, first, &file->points[i]) != 0;
    /* The baseline's rows are told apart by their pattern, so the pattern stays a column.
     * print_footnote says the rest. */
    bool beside = strcmp(dimension->title, "pattern") == 0 && load_has_beside(file);
    return file->point_count > 0 && !varies && !beside;
}
