/* row_format.h - where a journal, which another version may have written, keeps our columns. */
#ifndef RESULTS_ROWS_ROW_FORMAT_H
#define RESULTS_ROWS_ROW_FORMAT_H

#include "zmqsweep/tables.h"

struct row_format {
    int position[TABLE_TOTAL][TABLE_COLUMNS_MAX];  /* in its row arrays, or -1 */
    size_t columns[TABLE_TOTAL];                   /* members of a row array */
    size_t offset[TABLE_TOTAL][TABLE_COLUMNS_MAX]; /* in its packed rows */
    size_t width[TABLE_TOTAL][TABLE_COLUMNS_MAX];  /* there; 0: no such column */
    size_t row_bytes[TABLE_TOTAL];                 /* of a packed row; 0: it has none */
};
void row_format_default(struct row_format *format);
/* Only then may rows of this program be appended. */
bool row_format_is_ours(const struct row_format *format);
/* The same for the packed rows of one table: they may be taken as they are. */
bool row_format_is_packed_as_ours(const struct row_format *format, enum table_id table);
/* A record from a packed row of that format. */
void row_format_unpack(const struct row_format *format, enum table_id table,
                       const unsigned char *packed, void *record);
/* The numbers of point and repetition of a packed row. @return 0, or -1 when the format has none.
 */
int row_format_ids(const struct row_format *format, enum table_id table,
                   const unsigned char *packed, int64_t ids[2]);

#endif
