/* json.c - records to and from JSON arrays, and the lines of a journal. */
#include "journal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define FRAME_START "{\"crc32\":\""
#define FRAME_MIDDLE "\",\"data\":"
#define FRAME_END "}\n"
#define CRC_DIGITS 8
#define DATA_START (sizeof FRAME_START - 1 + CRC_DIGITS + sizeof FRAME_MIDDLE - 1)

static void crc_digits(const char *data, size_t length, char digits[CRC_DIGITS + 1])
{
    unsigned long crc = crc32_z(0, (const unsigned char *)data, length);
    snprintf(digits, CRC_DIGITS + 1, "%08lx", crc & 0xfffffffful);
}

/* ---- values and rows ---- */

static json_t *string_value(const char *field, size_t width)
{
    char raw[PATH_BYTES + 1], text[PATH_BYTES + 1];
    size_t length = strnlen(field, width < PATH_BYTES ? width : PATH_BYTES);
    memcpy(raw, field, length);
    raw[length] = '\0';
    field_copy(text, length + 1, raw);
    return json_string(text);
}

static json_t *column_value(const struct column *column, const void *record)
{
    const char *field = (const char *)record + column->offset;
    int64_t integer;
    double real;
    switch (column->kind) {
    case COLUMN_INT64:
        memcpy(&integer, field, sizeof integer);
        return json_integer(integer);
    case COLUMN_FLOAT64:
        memcpy(&real, field, sizeof real);
        return isfinite(real) ? json_real(real) : json_null();
    case COLUMN_UINT8:
        return json_integer(*(const uint8_t *)field);
    case COLUMN_STRING:
        break;
    }
    return string_value(field, column->width);
}

static json_t *row_array(const struct table_spec *table, const void *record)
{
    json_t *row = json_array();
    for (size_t i = 0; row && i < table->column_count; i++) {
        if (json_array_append_new(row, column_value(&table->columns[i], record))) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

static json_t *rows_array(enum table_id id, const void *records, size_t count)
{
    const struct table_spec *table = &result_tables[id];
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < count; i++) {
        if (json_array_append_new(rows, row_array(table, (const char *)records + i * table->record_bytes))) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static int set_value(const struct column *column, const json_t *value, void *record)
{
    char *field = (char *)record + column->offset;
    int64_t integer = json_integer_value(value);
    double real = json_number_value(value);
    switch (column->kind) {
    case COLUMN_INT64:
        memcpy(field, &integer, sizeof integer);
        return json_is_integer(value) ? 0 : -1;
    case COLUMN_FLOAT64:
        if (json_is_null(value))
            real = (double)NAN;
        memcpy(field, &real, sizeof real);
        return json_is_number(value) || json_is_null(value) ? 0 : -1;
    case COLUMN_UINT8:
        *(uint8_t *)field = (uint8_t)integer;
        return json_is_integer(value) && integer >= 0 && integer <= UINT8_MAX ? 0 : -1;
    case COLUMN_STRING:
        break;
    }
    if (!json_is_string(value))
        return -1;
    field_copy(field, column->width, json_string_value(value));
    return 0;
}

static int row_record(const json_t *row, enum table_id id, const struct row_format *format, void *record)
{
    const struct table_spec *table = &result_tables[id];
    if (!json_is_array(row) || json_array_size(row) != format->columns[id])
        return -1;
    memset(record, 0, table->record_bytes);
    for (size_t i = 0; i < table->column_count; i++) {
        int position = format->position[id][i];
        if (position < 0)
            column_set_missing(&table->columns[i], record);
        else if (set_value(&table->columns[i], json_array_get(row, (size_t)position), record))
            return -1;
    }
    return 0;
}

/* Appends the rows of `array` (an absent one is empty) to *records. On error *records holds what it held. */
static int add_rows(const json_t *array, enum table_id id, const struct row_format *format, void **records,
                    size_t *count)
{
    size_t bytes = result_tables[id].record_bytes, added = json_array_size(array);
    if (array && !json_is_array(array))
        return -1;
    if (added == 0)
        return 0;
    char *grown = realloc(*records, (*count + added) * bytes);
    if (!grown)
        return -1;
    *records = grown;
    for (size_t i = 0; i < added; i++)
        if (row_record(json_array_get(array, i), id, format, grown + (*count + i) * bytes))
            return -1;
    *count += added;
    return 0;
}

/* ---- the lines of a run ---- */

static json_t *writer_object(void)
{
    char host[256] = "", text[256];
    gethostname(host, sizeof host - 1);
    field_copy(text, sizeof text, host);
    return json_pack("{s:s, s:I}", "host", text, "pid", (json_int_t)getpid());
}

/* `inner` under `name`; takes `inner` over. */
static json_t *wrapped(const char *name, json_t *inner, bool good, struct error *error)
{
    json_t *outer = good ? json_object() : NULL;
    if (!outer || json_object_set_new(outer, name, json_incref(inner))) {
        json_decref(outer);
        outer = NULL;
        error_set(error, "out of memory while writing a %s into the journal", name);
    }
    json_decref(inner);
    return outer;
}

/* json_object_set_new that remembers a failure; a NULL value is one. */
static void set_member(json_t *object, const char *name, json_t *value, bool *good)
{
    if (json_object_set_new(object, name, value))
        *good = false;
}

static void set_machines(json_t *object, const struct run_record *run, bool *good)
{
    set_member(object, "writer", writer_object(), good);
    set_member(object, "hosts", rows_array(TABLE_HOSTS, run->hosts, run->host_count), good);
    set_member(object, "environment", rows_array(TABLE_ENVIRONMENT, run->environment, run->environment_count),
               good);
}

json_t *json_from_run(const struct run_record *run, struct error *error)
{
    json_t *inner = json_object();
    bool good = inner != NULL;
    set_member(inner, "format", json_string(RESULTS_FORMAT), &good);
    set_member(inner, "schema_version", json_string(RESULTS_SCHEMA), &good);
    for (size_t i = 0; i < run_column_count; i++)
        set_member(inner, run_columns[i].name, column_value(&run_columns[i], run), &good);
    set_member(inner, "columns", row_format_write(), &good);
    set_machines(inner, run, &good);
    return wrapped("run", inner, good, error);
}

json_t *json_from_session(const struct run_record *run, bool notes, struct error *error)
{
    json_t *inner = json_object();
    bool good = inner != NULL;
    set_machines(inner, run, &good);
    if (notes)
        set_member(inner, "notes", json_true(), &good);
    return wrapped("session", inner, good, error);
}

/* Every row must carry the number of its point, since a file is read back by it. */
static bool rows_belong(const struct point_rows *rows)
{
    int64_t id = rows->point.point_id;
    for (size_t i = 0; i < rows->repetition_count; i++)
        if (rows->repetitions[i].point_id != id)
            return false;
    for (size_t i = 0; i < rows->rank_count; i++)
        if (rows->ranks[i].point_id != id)
            return false;
    for (size_t i = 0; i < rows->interval_count; i++)
        if (rows->intervals[i].point_id != id)
            return false;
    for (size_t i = 0; i < rows->latency_count; i++)
        if (rows->latencies[i].point_id != id)
            return false;
    return true;
}

/* ---- the lines of a point ---- */

/* Of one row array under a name. */
static json_t *row_line(const char *name, enum table_id table, const void *record, struct error *error)
{
    json_t *data = json_object(), *row = row_array(&result_tables[table], record);
    bool good = data && row;
    set_member(data, name, row, &good);
    if (good)
        return data;
    json_decref(data);
    error_set(error, "out of memory while writing a %s into the journal", name);
    return NULL;
}

json_t *json_from_settings(const struct point_record *row, struct error *error)
{
    return row_line("settings", TABLE_POINTS, row, error);
}

json_t *json_from_repetition(const struct repetition_record *row, const int64_t *counts, struct error *error)
{
    json_t *data = row_line("repetition", TABLE_REPETITIONS, row, error), *rows = json_object();
    bool good = data && rows;
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY; t++)
        set_member(rows, result_tables[t].name, json_integer(counts[t]), &good);
    set_member(data, "number", json_integer(row->repetition), &good);
    set_member(data, "rows", rows, &good);
    if (good)
        return data;
    json_decref(data);
    error_set(error, "out of memory while writing a repetition into the journal");
    return NULL;
}

/* NULL is out of memory. */
static json_t *made(json_t *data, struct error *error)
{
    if (!data)
        error_set(error, "out of memory while writing into the journal");
    return data;
}

json_t *json_from_stop(int64_t point_id, const char *reason, int64_t repetitions, struct error *error)
{
    return made(json_pack("{s:{s:I, s:s, s:I}}", "stop", "point", (json_int_t)point_id, "reason", reason,
                          "repetitions", (json_int_t)repetitions),
                error);
}

json_t *json_from_drop(int64_t point_id, struct error *error)
{
    return made(json_pack("{s:{s:I}}", "drop", "point", (json_int_t)point_id), error);
}

json_t *json_from_block(enum table_id table, int64_t point_id, int64_t repetition, size_t count,
                        const unsigned char *bytes, size_t length, struct error *error)
{
    char digits[CRC_DIGITS + 1];
    crc_digits((const char *)bytes, length, digits);
    return made(json_pack("{s:{s:I, s:I, s:s, s:I, s:I, s:s}}", "rows", "point", (json_int_t)point_id,
                          "repetition", (json_int_t)repetition, "table", result_tables[table].name, "count",
                          (json_int_t)count, "bytes", (json_int_t)length, "crc32", digits),
                error);
}

uint32_t block_crc(const unsigned char *bytes, size_t length)
{
    return (uint32_t)crc32_z(0, bytes, length);
}

int json_to_block(struct journal_line *line, uint32_t *crc)
{
    json_t *data = json_loadb(line->data, line->data_length, 0, NULL);
    const char *table = NULL, *digits = NULL;
    json_int_t point, repetition, count, bytes;
    int failed =
        json_unpack(data, "{s:{s:I, s:I, s:s, s:I, s:I, s:s}}", "rows", "point", &point, "repetition",
                    &repetition, "table", &table, "count", &count, "bytes", &bytes, "crc32", &digits);
    int id = failed ? -1 : results_table_named(table);
    bool good = id >= TABLE_RANKS && id <= TABLE_LATENCY && count > 0 && bytes > 0 && count <= bytes;
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

int json_to_settings(const char *data, size_t length, const struct row_format *format,
                     struct point_record *row)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    int failed = row_record(json_object_get(line, "settings"), TABLE_POINTS, format, row);
    json_decref(line);
    return failed;
}

int json_to_repetition(const char *data, size_t length, const struct row_format *format,
                       struct repetition_record *row)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    int failed = row_record(json_object_get(line, "repetition"), TABLE_REPETITIONS, format, row);
    json_decref(line);
    return failed;
}

int json_to_row_counts(const char *data, size_t length, int64_t *repetition, int64_t *counts)
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

int json_to_stop(const char *data, size_t length, char *reason, size_t reason_bytes, int64_t *repetitions)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    const json_t *stop = json_object_get(line, "stop"), *count = json_object_get(stop, "repetitions");
    const char *text = json_string_value(json_object_get(stop, "reason"));
    bool good = text && json_is_integer(count);
    if (good) {
        field_copy(reason, reason_bytes, text);
        *repetitions = json_integer_value(count);
    }
    json_decref(line);
    return good ? 0 : -1;
}

static int read_machines(const json_t *object, const struct row_format *format, struct run_record *run)
{
    void *hosts = run->hosts, *environment = run->environment;
    int failed = add_rows(json_object_get(object, "hosts"), TABLE_HOSTS, format, &hosts, &run->host_count);
    failed |= add_rows(json_object_get(object, "environment"), TABLE_ENVIRONMENT, format, &environment,
                       &run->environment_count);
    run->hosts = hosts;
    run->environment = environment;
    return failed;
}

int json_to_run(const char *data, size_t length, const char *file, struct run_record *run,
                struct row_format *format, struct error *error)
{
    int failed = error_set(error, "%s: the first line, which describes the run, is damaged", file);
    memset(run, 0, sizeof *run);
    json_t *line = json_loadb(data, length, 0, NULL);
    const json_t *inner = json_object_get(line, "run");
    const char *schema = json_string_value(json_object_get(inner, "schema_version"));
    if (!schema || schema_check(schema, file, error))
        goto free_line;
    for (size_t i = 0; i < run_column_count; i++)
        if (set_value(&run_columns[i], json_object_get(inner, run_columns[i].name), run))
            goto free_line;
    row_format_read(json_object_get(inner, "columns"), format);
    failed = read_machines(inner, format, run);
    if (failed)
        results_free_run(run);
free_line:
    json_decref(line);
    return failed;
}

/* The highest N of the names "session-N/..." so far, 1 when there is none: the first session has no prefix.
 */
static int last_session(const struct run_record *run)
{
    int last = 1, number;
    for (size_t i = 0; i < run->environment_count; i++)
        if (sscanf(run->environment[i].name, "session-%9d/", &number) == 1 && number > last)
            last = number;
    return last;
}

int json_add_session(const char *data, size_t length, const struct row_format *format, struct run_record *run)
{
    json_t *line = json_loadb(data, length, 0, NULL);
    size_t first = run->environment_count;
    const json_t *session = json_object_get(line, "session");
    int number = last_session(run) + !json_is_true(json_object_get(session, "notes"));
    int failed = read_machines(session, format, run);
    json_decref(line);
    for (size_t i = first; number > 1 && i < run->environment_count; i++) {
        struct environment_record *row = &run->environment[i];
        char name[sizeof row->name + 32];
        snprintf(name, sizeof name, "session-%d/%s", number, row->name);
        field_copy(row->name, sizeof row->name, name);
    }
    return failed;
}

int json_to_point(const char *data, size_t length, const struct row_format *format, struct point_rows *rows)
{
    memset(rows, 0, sizeof *rows);
    json_t *line = json_loadb(data, length, 0, NULL);
    void *repetitions = NULL, *ranks = NULL, *intervals = NULL, *latencies = NULL;
    int failed = row_record(json_object_get(line, "point"), TABLE_POINTS, format, &rows->point);
    failed |= add_rows(json_object_get(line, "repetitions"), TABLE_REPETITIONS, format, &repetitions,
                       &rows->repetition_count);
    failed |= add_rows(json_object_get(line, "ranks"), TABLE_RANKS, format, &ranks, &rows->rank_count);
    failed |= add_rows(json_object_get(line, "intervals"), TABLE_INTERVALS, format, &intervals,
                       &rows->interval_count);
    failed |=
        add_rows(json_object_get(line, "latency"), TABLE_LATENCY, format, &latencies, &rows->latency_count);
    json_decref(line);
    rows->repetitions = repetitions;
    rows->ranks = ranks;
    rows->intervals = intervals;
    rows->latencies = latencies;
    if (failed || !rows_belong(rows)) {
        point_rows_clear(rows);
        return -1;
    }
    return 0;
}

int json_to_writer(const char *data, size_t length, char *host, size_t host_bytes, int64_t *pid)
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

/* ---- the frame of a line ---- */

char *journal_line_encode(json_t *data, size_t *length)
{
    char *text = data ? json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(data);
    if (!text)
        return NULL;
    size_t bytes = strlen(text);
    char digits[CRC_DIGITS + 1];
    crc_digits(text, bytes, digits);
    char *line = malloc(DATA_START + bytes + sizeof FRAME_END);
    if (line) {
        memcpy(line, FRAME_START, sizeof FRAME_START - 1);
        memcpy(line + sizeof FRAME_START - 1, digits, CRC_DIGITS);
        memcpy(line + sizeof FRAME_START - 1 + CRC_DIGITS, FRAME_MIDDLE, sizeof FRAME_MIDDLE - 1);
        strcpy(line + DATA_START, text);
        memcpy(line + DATA_START + bytes, FRAME_END, sizeof FRAME_END);
        *length = DATA_START + bytes + sizeof FRAME_END - 1;
    }
    free(text);
    return line;
}

bool journal_line_begun(const char *text, size_t length)
{
    size_t known = length < sizeof FRAME_START - 1 ? length : sizeof FRAME_START - 1;
    return memcmp(text, FRAME_START, known) == 0 || *text == '\0';
}

const char *journal_line_decode(const char *line, size_t length, size_t *data_length)
{
    const char *crc = line + sizeof FRAME_START - 1;
    size_t end = sizeof FRAME_END - 1;
    if (length <= DATA_START + end || memcmp(line, FRAME_START, sizeof FRAME_START - 1) != 0 ||
        memcmp(crc + CRC_DIGITS, FRAME_MIDDLE, sizeof FRAME_MIDDLE - 1) != 0 ||
        memcmp(line + length - end, FRAME_END, end) != 0)
        return NULL;
    char digits[CRC_DIGITS + 1];
    *data_length = length - DATA_START - end;
    crc_digits(line + DATA_START, *data_length, digits);
    return memcmp(crc, digits, CRC_DIGITS) == 0 ? line + DATA_START : NULL;
}
