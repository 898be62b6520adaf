/* row_format.c - the columns of a journal and where its rows have them. */
#include "rows/row_format.h"

#include "rows/row.h"

#include <stdlib.h>
#include <string.h>

static void set_packed(struct row_format *format, int table)
{
    size_t at = 0;
    for (size_t c = 0; c < result_tables[table].column_count; c++) {
        format->offset[table][c] = at;
        format->width[table][c] = result_tables[table].columns[c].width;
        at += result_tables[table].columns[c].width;
    }
    format->row_bytes[table] = at;
}

void row_format_default(struct row_format *format)
{
    memset(format, 0, sizeof *format);
    for (int t = 0; t < TABLE_TOTAL; t++) {
        format->columns[t] = result_tables[t].column_count;
        for (size_t c = 0; c < result_tables[t].column_count; c++)
            format->position[t][c] = (int)c;
        set_packed(format, t);
    }
}

bool row_format_is_packed_as_ours(const struct row_format *format, enum table_id table)
{
    static struct row_format ours;
    if (ours.row_bytes[0] == 0)
        row_format_default(&ours);
    return format->row_bytes[table] == ours.row_bytes[table] &&
           memcmp(format->offset[table], ours.offset[table], sizeof ours.offset[table]) == 0 &&
           memcmp(format->width[table], ours.width[table], sizeof ours.width[table]) == 0;
}

bool row_format_is_ours(const struct row_format *format)
{
    struct row_format ours;
    row_format_default(&ours);
    bool same = true;
    for (int t = 0; t < TABLE_TOTAL; t++) {
        same = same && format->columns[t] == ours.columns[t];
        same = same && row_format_is_packed_as_ours(format, (enum table_id)t);
        for (size_t c = 0; c < result_tables[t].column_count; c++)
            same = same && format->position[t][c] == ours.position[t][c];
    }
    return same;
}

/* ---- packed rows ---- */

void row_format_unpack(const struct row_format *format, enum table_id table,
                       const unsigned char *packed, void *record)
{
    const struct table_spec *spec = &result_tables[table];
    memset(record, 0, spec->record_bytes);
    for (size_t c = 0; c < spec->column_count; c++) {
        const struct column *column = &spec->columns[c];
        size_t width = format->width[table][c];
        if (width == 0) {
            row_set_missing(column, record);
            continue;
        }
        row_unpack_column(column, packed + format->offset[table][c], width, record);
    }
}

int row_format_ids(const struct row_format *format, enum table_id table,
                   const unsigned char *packed, int64_t ids[2])
{
    int64_t record[2]; /* all of these tables begin with the numbers of point and repetition */
    if (format->width[table][0] != sizeof *record || format->width[table][1] != sizeof *record)
        return -1;
    for (size_t c = 0; c < 2; c++)
        row_unpack_column(&result_tables[table].columns[c], packed + format->offset[table][c],
                          sizeof *record, record);
    memcpy(ids, record, sizeof record);
    return 0;
}
