/* row.c - one row: a record whose values are missing, and its packed form. */
#include "rows/row.h"

#include "zmqsweep/run_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void row_set_missing(const struct column *column, void *record)
{
    char *field = (char *)record + column->offset;
    double missing = (double)NAN;
    if (column->kind == COLUMN_FLOAT64)
        memcpy(field, &missing, sizeof missing);
    else if (column->kind == COLUMN_INT64)
        memcpy(field, &column->missing, sizeof column->missing);
    else
        memset(field, 0, column->width);
}

void results_set_missing(enum table_id table, void *record)
{
    memset(record, 0, result_tables[table].record_bytes);
    for (size_t c = 0; c < result_tables[table].column_count; c++)
        row_set_missing(&result_tables[table].columns[c], record);
}

size_t row_packed_bytes(const struct table_spec *table)
{
    size_t bytes = 0;
    for (size_t i = 0; i < table->column_count; i++)
        bytes += table->columns[i].width;
    return bytes;
}

/* Copies a number between host order and little-endian. */
static void copy_little_endian(unsigned char *to, const unsigned char *from, size_t width)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(to, from, width);
#else
    for (size_t i = 0; i < width; i++)
        to[i] = from[width - 1 - i];
#endif
}

static void pack_float64(const unsigned char *field, unsigned char *packed)
{
    double value;
    memcpy(&value, field, sizeof value);
    if (isnan(value))
        value = (double)NAN; /* one quiet NaN, so that equal tables have equal bytes */
    copy_little_endian(packed, (const unsigned char *)&value, sizeof value);
}

static void pack_string(const unsigned char *field, unsigned char *packed, size_t width)
{
    size_t length = strnlen((const char *)field, width - 1);
    memcpy(packed, field, length);
    memset(packed + length, 0, width - length);
}

void row_pack(const struct table_spec *table, const void *record, unsigned char *packed)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        const unsigned char *field = (const unsigned char *)record + column->offset;
        if (column->kind == COLUMN_STRING)
            pack_string(field, packed, column->width);
        else if (column->kind == COLUMN_FLOAT64)
            pack_float64(field, packed);
        else
            copy_little_endian(packed, field, column->width);
        packed += column->width;
    }
}

void row_unpack_column(const struct column *column, const unsigned char *packed, size_t width,
                       void *record)
{
    unsigned char *field = (unsigned char *)record + column->offset;
    if (column->kind == COLUMN_STRING)
        pack_string(packed, field, width < column->width ? width : column->width);
    else
        copy_little_endian(field, packed, column->width);
}

void row_unpack(const struct table_spec *table, const unsigned char *packed, void *record)
{
    memset(record, 0, table->record_bytes);
    for (size_t i = 0; i < table->column_count; i++) {
        row_unpack_column(&table->columns[i], packed, table->columns[i].width, record);
        packed += table->columns[i].width;
    }
}

void results_free_run(struct run_record *run)
{
    free(run->hosts);
    free(run->environment);
    memset(run, 0, sizeof *run);
}
