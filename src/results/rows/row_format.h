/* row_format.h - where a journal, which another version may have written, keeps our columns. */
#ifndef RESULTS_ROWS_ROW_FORMAT_H
#define RESULTS_ROWS_ROW_FORMAT_H

#include "zmqsweep/tables.h"

struct row_format {
    int position[TABLE_TOTAL][TABLE_COLUMNS_MAX];  /* in its row arrays, or -1 */
    size_t columns[TABLE_TOTAL];                   /* members of a row array */
    size_t offset[TABLE_TOTAL][TABLE_COLUMNS_MAX]; /* in its packed rows */
    size_t width[TABLE_TOTAL][TABLE_COLUMNS_MAX];  /* width in its packed rows; 0: no such column */
    size_t row_bytes[TABLE_TOTAL];                 /* of a packed row; 0: it has none */
};
void row_format_default(struct row_format *format);
/* Whether the format is exactly this program's. Only then may this program append rows. */
bool row_format_is_ours(const struct row_format *format);
/* Whether the packed rows of one table are exactly this program's. Then they may be copied
 * unchanged. */
bool row_format_is_packed_as_ours(const struct row_format *format, enum table_id table);
/* Unpacks a row of that format into a record. */
void row_format_unpack(const struct row_format *format, enum table_id table,
                       const unsigned char *packed, void *record);
/* Reads the numbers of point and repetition from a packed row. @return 0, or -1 when the format has
 * none. */
int row_format_ids(const struct row_format *format, enum table_id table,
                   const unsigned char *packed, int64_t ids[2]);

#endif
