/* json_rows.c - records to and from arrays of JSON. */
#include "lines/json_rows.h"

#include "rows/field.h"
#include "rows/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *string_value(const char *field, size_t width)
{
    char raw[FIELD_BYTES_MAX + 1], text[FIELD_BYTES_MAX + 1];
    size_t length = strnlen(field, width < FIELD_BYTES_MAX ? width : FIELD_BYTES_MAX);
    memcpy(raw, field, length);
    raw[length] = '\0';
    field_copy(text, length + 1, raw);
    return json_string(text);
}

json_t *json_rows_value(const struct column *column, const void *record)
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

json_t *json_rows_from_record(const struct table_spec *table, const void *record)
{
    json_t *row = json_array();
    for (size_t i = 0; row && i < table->column_count; i++) {
        if (json_array_append_new(row, json_rows_value(&table->columns[i], record))) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

json_t *json_rows_from_records(enum table_id id, const void *records, size_t count)
{
    const struct table_spec *table = &result_tables[id];
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < count; i++) {
        if (json_array_append_new(
                rows,
                json_rows_from_record(table, (const char *)records + i * table->record_bytes))) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

int json_rows_to_value(const struct column *column, const json_t *value, void *record)
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

int json_rows_to_record(const json_t *row, enum table_id id, const struct row_format *format,
                        void *record)
{
    const struct table_spec *table = &result_tables[id];
    if (!json_is_array(row) || json_array_size(row) != format->columns[id])
        return -1;
    memset(record, 0, table->record_bytes);
    for (size_t i = 0; i < table->column_count; i++) {
        int position = format->position[id][i];
        if (position < 0)
            row_set_missing(&table->columns[i], record);
        else if (json_rows_to_value(&table->columns[i], json_array_get(row, (size_t)position),
                                    record))
            return -1;
    }
    return 0;
}

/* Appends the rows of `array` to *records; an absent array is empty. On error the rows that
 * *records had before stay. */
int json_rows_append(const json_t *array, enum table_id id, const struct row_format *format,
                     void **records, size_t *count)
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
        if (json_rows_to_record(json_array_get(array, i), id, format, grown + (*count + i) * bytes))
            return -1;
    *count += added;
    return 0;
}
