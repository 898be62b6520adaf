/* row.h - one row, as a record and in its packed form: little-endian, without padding, and with a
 * single representation of NaN. */
#ifndef RESULTS_ROWS_ROW_H
#define RESULTS_ROWS_ROW_H

#include "zmqsweep/tables.h"

/* Sets a record's column to missing: NaN, 0 or "". */
void row_set_missing(const struct column *column, void *record);
size_t row_packed_bytes(const struct table_spec *table);
void row_pack(const struct table_spec *table, const void *record, unsigned char *packed);
/* Sets a record's column from its packed form of `width` bytes. Only a string's width may differ
 * from ours.
 */
void row_unpack_column(const struct column *column, const unsigned char *packed, size_t width,
                       void *record);
void row_unpack(const struct table_spec *table, const unsigned char *packed, void *record);

#endif
