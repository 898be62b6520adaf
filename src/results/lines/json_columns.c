/* json_columns.c - the columns of a journal as its first line names them. */
#include "lines/json_columns.h"

#include "rows/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- types, as numpy writes them ---- */

static const char *type_text(const struct column *column, char text[24])
{
    static const char *const numbers[] = {
        [COLUMN_INT64] = "<i8", [COLUMN_FLOAT64] = "<f8", [COLUMN_UINT8] = "|u1"};
    if (column->kind != COLUMN_STRING)
        return numbers[column->kind];
    snprintf(text, 24, "|S%zu", column->width);
    return text;
}

/* The width of a type in bytes; 0: not one of ours. */
static size_t type_width(const char *type)
{
    char *end = NULL;
    unsigned long width = strlen(type) > 2 ? strtoul(type + 2, &end, 10) : 0;
    bool known = width > 0 && width <= FIELD_BYTES_MAX && *end == '\0' && strchr("<|", type[0]) &&
                 strchr("ifuS", type[1]);
    return known ? width : 0;
}

json_t *json_columns_write(void)
{
    json_t *columns = json_object();
    for (int t = 0; columns && t < TABLE_TOTAL; t++) {
        json_t *fields = json_array();
        for (size_t c = 0; c < result_tables[t].column_count; c++) {
            char text[24];
            const struct column *column = &result_tables[t].columns[c];
            json_array_append_new(fields, json_pack("[ss]", column->name, type_text(column, text)));
        }
        json_object_set_new(columns, result_tables[t].name, fields);
    }
    return columns;
}

/* ---- the columns of a journal ---- */

/* The name of a column. In journals without blocks the column is a string, its name alone. */
static const char *field_name(const json_t *field)
{
    const char *name = json_string_value(json_is_array(field) ? json_array_get(field, 0) : field);
    return name ? name : "";
}

static const char *field_type(const json_t *field)
{
    const char *type = json_string_value(json_array_get(field, 1));
    return type ? type : "";
}

/* Whether `type` is the type in which we store the column; strings may have any width. */
static bool is_kind(const struct column *column, const char *type)
{
    char text[24];
    return column->kind == COLUMN_STRING ? strncmp(type, "|S", 2) == 0
                                         : strcmp(type, type_text(column, text)) == 0;
}

static void read_field(const json_t *field, size_t index, int table, struct row_format *format)
{
    const char *name = field_name(field), *type = field_type(field);
    for (size_t c = 0; c < result_tables[table].column_count; c++) {
        const struct column *column = &result_tables[table].columns[c];
        if (strcmp(column->name, name) != 0)
            continue;
        format->position[table][c] = (int)index;
        format->offset[table][c] = format->row_bytes[table];
        format->width[table][c] = is_kind(column, type) ? type_width(type) : 0;
    }
}

static void read_fields(const json_t *fields, int table, struct row_format *format)
{
    bool packed = true;
    format->columns[table] = json_array_size(fields);
    format->row_bytes[table] = 0;
    for (size_t c = 0; c < TABLE_COLUMNS_MAX; c++) {
        format->position[table][c] = -1;
        format->offset[table][c] = format->width[table][c] = 0;
    }
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        size_t width = type_width(field_type(field));
        read_field(field, i, table, format);
        format->row_bytes[table] += width;
        packed = packed && width > 0;
    }
    if (!packed)
        format->row_bytes[table] = 0;
}

void json_columns_read(const json_t *columns, struct row_format *format)
{
    row_format_default(format);
    for (int t = 0; t < TABLE_TOTAL; t++) {
        const json_t *fields = json_object_get(columns, result_tables[t].name);
        if (json_is_array(fields))
            read_fields(fields, t, format);
    }
}
