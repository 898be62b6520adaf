/* results_file.h - reading the HDF5 file. */
#ifndef ZMQSWEEP_RESULTS_FILE_H
#define ZMQSWEEP_RESULTS_FILE_H

#include "zmqsweep/error.h"
#include "zmqsweep/tables.h"

#include <stdbool.h>
#include <stdint.h>

struct results;

/* Opens an HDF5 file and checks it: our format, a schema with our major version, all tables, each
 * column with the right type. Extra columns and tables are ignored. @return 0 or -1 with one line
 * that names the file and the cause. */
int results_open(const char *path, struct results **results, struct error *error);
void results_close(struct results **results);

/* The record of the run from the file's attributes; its hosts and environment are left empty. */
const struct run_record *results_run(const struct results *results);
bool results_complete(const struct results *results);
int64_t results_row_count(const struct results *results, enum table_id table);

/* Reads rows [first, first + count) as records into `records` (count x record_bytes). */
int results_read(struct results *results, enum table_id table, int64_t first, int64_t count,
                 void *records, struct error *error);

/* Reads the whole table in pieces and compares its checksum with its crc32 attribute. */
int results_verify(struct results *results, enum table_id table, struct error *error);
/* As results_verify, after results_read has read all rows in order: does not read the table
 * again. */
int results_verify_read(struct results *results, enum table_id table, struct error *error);

#endif
