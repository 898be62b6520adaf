/* decode.c - records from the lines of a journal. */
#include "lines/decode.h"

#include "lines/json_columns.h"
#include "lines/json_rows.h"
#include "rows/field.h"
#include "rows/schema.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the lines of a point ---- */

int decode_block(struct journal_line *line, uint32_t *crc)
{
    json_t *data = json_loadb(line->data, line->data_length, 0, NULL);
    const char *table = NULL, *digits = NULL;
    json_int_t point, repetition, count, bytes;
    int failed = json_unpack(data, "{s:{s:I, s:I, s:s, s:I, s:I, s:s}}", "rows", "point", &point,
                             "repetition", &repetition, "table", &table, "count", &count, "bytes",
                             &bytes, "crc32", &digits);
    int id = failed ? -1 : results_table_named(table);
    bool good =
        id >= TABLE_RANKS && id <= TABLE_LATENCY && count > 0 && bytes > 0 && count <= bytes;
    if (good) {
        line->table = (enum table_id)id;
        line->repetition = repetition;
        line->count = (size_t)count;
        line->block_bytes = (size_t)bytes;
        *crc = (uint32_t)strtoul(digits, NULL, 16);
    }
    json_decref(data);
    return good ? 0 : -1;
}

int decode_settings(const char *data, size_t length, const struct row_format *format,
                    struct point_record *row)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    int failed = json_rows_to_record(json_object_get(line, "settings"), TABLE_POINTS, format, row);
    json_decref(line);
    return failed;
}

int decode_repetition(const char *data, size_t length, const struct row_format *format,
                      struct repetition_record *row)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    int failed =
        json_rows_to_record(json_object_get(line, "repetition"), TABLE_REPETITIONS, format, row);
    json_decref(line);
    return failed;
}

int decode_row_counts(const char *data, size_t length, int64_t *repetition, int64_t *counts)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    const json_t *number = json_object_get(line, "number"), *rows = json_object_get(line, "rows");
    bool good = json_is_integer(number) && json_is_object(rows);
    *repetition = json_integer_value(number);
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY; t++)
        counts[t] = json_integer_value(json_object_get(rows, result_tables[t].name));
    json_decref(line);
    return good ? 0 : -1;
}

int decode_stop(const char *data, size_t length, char *reason, size_t reason_bytes,
                int64_t *repetitions)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    const json_t *stop = json_object_get(line, "stop"),
                 *count = json_object_get(stop, "repetitions");
    const char *text = json_string_value(json_object_get(stop, "reason"));
    bool good = text && json_is_integer(count);
    if (good) {
        field_copy(reason, reason_bytes, text);
        *repetitions = json_integer_value(count);
    }
    json_decref(line);
    return good ? 0 : -1;
}

/* ---- the lines of a run ---- */

static int read_hosts(const json_t *object, const struct row_format *format, struct run_record *run)
{
    void *hosts = run->hosts, *environment = run->environment;
    int failed = json_rows_append(json_object_get(object, "hosts"), TABLE_HOSTS, format, &hosts,
                                  &run->host_count);
    failed |= json_rows_append(json_object_get(object, "environment"), TABLE_ENVIRONMENT, format,
                               &environment, &run->environment_count);
    run->hosts = hosts;
    run->environment = environment;
    return failed;
}

int decode_run(const char *data, size_t length, const char *file, struct run_record *run,
               struct row_format *format, struct error *error)
{
    int failed = error_set(error, "%s: the first line, which describes the run, is damaged", file);
    memset(run, 0, sizeof *run);
    json_t *line = json_loadb(data, length, 0, NULL);
    const json_t *inner = json_object_get(line, "run");
    const char *schema = json_string_value(json_object_get(inner, "schema_version"));
    if (!schema || schema_check(schema, file, error))
        goto free_line;
    for (size_t i = 0; i < results_run_column_count; i++)
        if (json_rows_to_value(&results_run_columns[i],
                               json_object_get(inner, results_run_columns[i].name), run))
            goto free_line;
    json_columns_read(json_object_get(inner, "columns"), format);
    failed = read_hosts(inner, format, run);
    if (failed)
        results_free_run(run);
free_line:
    json_decref(line);
    return failed;
}

/* The highest N of the names "session-N/..." so far; 1 when there is none, because the first
 * session has no prefix. */
static int last_session(const struct run_record *run)
{
    int last = 1, number;
    for (size_t i = 0; i < run->environment_count; i++)
        if (sscanf(run->environment[i].name, "session-%9d/", &number) == 1 && number > last)
            last = number;
    return last;
}

int decode_session(const char *data, size_t length, const struct row_format *format,
                   struct run_record *run)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    size_t first = run->environment_count;
    const json_t *session = json_object_get(line, "session");
    int number = last_session(run) + !json_is_true(json_object_get(session, "notes"));
    int failed = read_hosts(session, format, run);
    json_decref(line);
    for (size_t i = first; number > 1 && i < run->environment_count; i++) {
        struct environment_record *row = &run->environment[i];
        char name[sizeof row->name + 32];
        snprintf(name, sizeof name, "session-%d/%s", number, row->name);
        field_copy(row->name, sizeof row->name, name);
    }
    return failed;
}

int decode_writer(const char *data, size_t length, char *host, size_t host_bytes, int64_t *pid)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    const json_t *run = json_object_get(line, "run");
    const json_t *writer = json_object_get(run ? run : json_object_get(line, "session"), "writer");
    const char *name = json_string_value(json_object_get(writer, "host"));
    if (name) {
        snprintf(host, host_bytes, "%s", name);
        *pid = json_integer_value(json_object_get(writer, "pid"));
    }
    json_decref(line);
    return name ? 0 : -1;
}
