/* csv.c - tables as CSV (RFC 4180), without loss and fast enough for millions of rows. */
#include "zmqsweep/results_csv.h"

#include "zmqsweep/format.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row of the widest table stays far below this, even if every character of its strings is a quote
 * that CSV doubles. */
#define ROW_BYTES 8192
#define BATCH_ROWS 4096

/* Below this, a double holds every integer exactly, and the integer's digits are its shortest form.
 */
#define WHOLE_LIMIT 1e15

static char *put_int64(char *out, int64_t value)
{
    return out + format_integer(value, out);
}

static char *put_float64(char *out, double value)
{
    if (!isfinite(value))
        return out;
    if (fabs(value) < WHOLE_LIMIT && value == trunc(value) && !(value == 0 && signbit(value)))
        return put_int64(out, (int64_t)value);
    return out + format_shortest(value, out);
}

static char *put_string(char *out, const char *text, size_t width)
{
    size_t length = strnlen(text, width);
    bool quoted = false;
    for (size_t i = 0; i < length && !quoted; i++)
        quoted = text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n';
    if (!quoted) {
        memcpy(out, text, length);
        return out + length;
    }
    *out++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            *out++ = '"';
        *out++ = text[i];
    }
    *out++ = '"';
    return out;
}

static char *put_field(char *out, const struct column *column, const void *record)
{
    const char *field = (const char *)record + column->offset;
    int64_t integer;
    double real;
    switch (column->kind) {
    case COLUMN_INT64:
        memcpy(&integer, field, sizeof integer);
        return put_int64(out, integer);
    case COLUMN_FLOAT64:
        memcpy(&real, field, sizeof real);
        return put_float64(out, real);
    case COLUMN_UINT8:
        return put_int64(out, *(const uint8_t *)field);
    case COLUMN_STRING:
        break;
    }
    return put_string(out, field, column->width);
}

static void put_line(FILE *out, char *line, char *end)
{
    *end++ = '\r';
    *end++ = '\n';
    fwrite(line, 1, (size_t)(end - line), out);
}

void results_csv_header(FILE *out, enum table_id table)
{
    const struct table_spec *spec = &result_tables[table];
    char line[ROW_BYTES], *end = line;
    for (size_t i = 0; i < spec->column_count; i++) {
        if (i > 0)
            *end++ = ',';
        end = put_string(end, spec->columns[i].name, (size_t)FORMAT_NUMBER_BYTES * 2);
    }
    put_line(out, line, end);
}

void results_csv_row(FILE *out, enum table_id table, const void *record)
{
    const struct table_spec *spec = &result_tables[table];
    char line[ROW_BYTES], *end = line;
    for (size_t i = 0; i < spec->column_count; i++) {
        if (i > 0)
            *end++ = ',';
        end = put_field(end, &spec->columns[i], record);
    }
    put_line(out, line, end);
}

int results_csv_table(FILE *out, struct results *results, enum table_id table, struct error *error)
{
    size_t bytes = result_tables[table].record_bytes;
    int64_t total = results_row_count(results, table);
    char *records = malloc(BATCH_ROWS * bytes);
    if (!records)
        return error_set(error, "out of memory for rows of table %s", result_tables[table].name);
    int failed = 0;
    results_csv_header(out, table);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(results, table, first, count, records, error);
        for (int64_t i = 0; i < count && !failed; i++)
            results_csv_row(out, table, records + (size_t)i * bytes);
        if (!failed && ferror(out))
            failed = error_set(error, "cannot write CSV: %s", strerror(errno));
    }
    if (!failed && (fflush(out) || ferror(out)))
        failed = error_set(error, "cannot write CSV: %s", strerror(errno));
    free(records);
    return failed;
}
