/* results_file.h - reading the HDF5 file. */
#ifndef ZMQSWEEP_RESULTS_FILE_H
#define ZMQSWEEP_RESULTS_FILE_H

#include "zmqsweep/error.h"
#include "zmqsweep/tables.h"

#include <stdbool.h>
#include <stdint.h>

struct results;

/* Opens and checks: an HDF5 file of our format and schema major, all tables there, each column of
 * the right type. Extra columns and tables are ignored. @return 0 or -1 with one line that names
 * the file and the cause. */
int results_open(const char *path, struct results **results, struct error *error);
void results_close(struct results **results);

/* Attributes; hosts and environment are not filled in. */
const struct run_record *results_run(const struct results *results);
bool results_complete(const struct results *results);
int64_t results_row_count(const struct results *results, enum table_id table);

/* Reads rows [first, first + count) as records into `records` (count x record_bytes). */
int results_read(struct results *results, enum table_id table, int64_t first, int64_t count,
                 void *records, struct error *error);

/* Reads the table whole, streaming, and compares it with its crc32 attribute. */
int results_verify(struct results *results, enum table_id table, struct error *error);
/* The same once all rows have been read in order by results_read: then the table is not read again.
 */
int results_verify_read(struct results *results, enum table_id table, struct error *error);

#endif
