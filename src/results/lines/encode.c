/* encode.c - the lines of a journal, from records. */
#include "lines/encode.h"

#include "lines/frame.h"
#include "lines/json_columns.h"
#include "lines/json_rows.h"
#include "rows/field.h"
#include "rows/schema.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

/* Makes a line of `data`, which it takes over. `what` names the content for the error. NULL when
 * `data` is NULL or memory is out. */
static char *finish_line(json_t *data, const char *what, size_t *length, struct error *error)
{
    char *line = data ? frame_encode(data, length) : NULL;
    if (!line)
        error_set(error, "out of memory while writing %sinto the journal", what);
    return line;
}

/* ---- the lines of a run ---- */

static json_t *writer_object(void)
{
    char host[256] = "", text[256];
    gethostname(host, sizeof host - 1);
    field_copy(text, sizeof text, host);
    return json_pack("{s:s, s:I}", "host", text, "pid", (json_int_t)getpid());
}

/* Makes an object with `inner` under `name`, and takes `inner` over. NULL when `good` is false or
 * memory is out. */
static json_t *wrapped(const char *name, json_t *inner, bool good)
{
    json_t *outer = good ? json_object() : NULL;
    if (!outer || json_object_set_new(outer, name, json_incref(inner))) {
        json_decref(outer);
        outer = NULL;
    }
    json_decref(inner);
    return outer;
}

/* Calls json_object_set_new and sets *good to false when it fails. A NULL `value` is a failure,
 * too. */
static void set_member(json_t *object, const char *name, json_t *value, bool *good)
{
    if (json_object_set_new(object, name, value))
        *good = false;
}

static void set_hosts(json_t *object, const struct run_record *run, bool *good)
{
    set_member(object, "writer", writer_object(), good);
    set_member(object, "hosts", json_rows_from_records(TABLE_HOSTS, run->hosts, run->host_count),
               good);
    set_member(object, "environment",
               json_rows_from_records(TABLE_ENVIRONMENT, run->environment, run->environment_count),
               good);
}

char *encode_run(const struct run_record *run, size_t *length, struct error *error)
{
    json_t *inner = json_object();
    bool good = inner != NULL;
    set_member(inner, "format", json_string(SCHEMA_FORMAT), &good);
    set_member(inner, "schema_version", json_string(SCHEMA_VERSION), &good);
    for (size_t i = 0; i < results_run_column_count; i++)
        set_member(inner, results_run_columns[i].name,
                   json_rows_value(&results_run_columns[i], run), &good);
    set_member(inner, "columns", json_columns_write(), &good);
    set_hosts(inner, run, &good);
    return finish_line(wrapped("run", inner, good), "a run ", length, error);
}

char *encode_session(const struct run_record *run, bool notes, size_t *length, struct error *error)
{
    json_t *inner = json_object();
    bool good = inner != NULL;
    set_hosts(inner, run, &good);
    if (notes)
        set_member(inner, "notes", json_true(), &good);
    return finish_line(wrapped("session", inner, good), "a session ", length, error);
}

/* ---- the lines of a point ---- */

/* Makes an object with one row array under `name`. */
static json_t *row_object(const char *name, enum table_id table, const void *record)
{
    json_t *data = json_object(), *row = json_rows_from_record(&result_tables[table], record);
    bool good = data && row;
    set_member(data, name, row, &good);
    if (good)
        return data;
    json_decref(data);
    return NULL;
}

char *encode_settings(const struct point_record *row, size_t *length, struct error *error)
{
    return finish_line(row_object("settings", TABLE_POINTS, row), "a settings ", length, error);
}

char *encode_repetition(const struct repetition_record *row, const int64_t *counts, size_t *length,
                        struct error *error)
{
    json_t *data = row_object("repetition", TABLE_REPETITIONS, row), *rows = json_object();
    bool good = data && rows;
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY; t++)
        set_member(rows, result_tables[t].name, json_integer(counts[t]), &good);
    set_member(data, "number", json_integer(row->repetition), &good);
    set_member(data, "rows", rows, &good);
    if (!good) {
        json_decref(data);
        data = NULL;
    }
    return finish_line(data, "a repetition ", length, error);
}

char *encode_stop(int64_t point_id, const char *reason, int64_t repetitions, size_t *length,
                  struct error *error)
{
    return finish_line(json_pack("{s:{s:I, s:s, s:I}}", "stop", "point", (json_int_t)point_id,
                                 "reason", reason, "repetitions", (json_int_t)repetitions),
                       "", length, error);
}

char *encode_drop(int64_t point_id, size_t *length, struct error *error)
{
    return finish_line(json_pack("{s:{s:I}}", "drop", "point", (json_int_t)point_id), "", length,
                       error);
}

char *encode_block(const struct encode_block *block, size_t *length, struct error *error)
{
    char digits[FRAME_CRC_DIGITS + 1];
    frame_crc_text(block->bytes, block->byte_count, digits);
    return finish_line(json_pack("{s:{s:I, s:I, s:s, s:I, s:I, s:s}}", "rows", "point",
                                 (json_int_t)block->point_id, "repetition",
                                 (json_int_t)block->repetition, "table",
                                 result_tables[block->table].name, "count", (json_int_t)block->rows,
                                 "bytes", (json_int_t)block->byte_count, "crc32", digits),
                       "", length, error);
}
