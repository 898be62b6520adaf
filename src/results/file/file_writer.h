/* file_writer.h - a new HDF5 file of results, written row by row. */
#ifndef RESULTS_FILE_FILE_WRITER_H
#define RESULTS_FILE_FILE_WRITER_H

#include "zmqsweep/error.h"
#include "zmqsweep/tables.h"

#include <hdf5.h>

struct file_writer_table {
    hid_t dataset, type;
    unsigned char *buffer; /* holds one chunk */
    size_t row_bytes, chunk_rows, filled;
    int64_t rows;
    uint32_t crc;
};

struct file_writer {
    hid_t file, transfer;
    struct file_writer_table tables[TABLE_TOTAL];
};

/* Makes the file with all its tables. Call file_writer_close afterwards, whatever this returns.
 * @return 0 or -1. */
int file_writer_open(struct file_writer *file, const char *path);
/* Append rows to a table: file_writer_add takes records, file_writer_add_packed takes rows in our
 * own packed form. Each @return 0 or -1. */
int file_writer_add(struct file_writer *file, enum table_id id, const void *records, size_t count);
int file_writer_add_packed(struct file_writer *file, enum table_id id, const unsigned char *rows,
                           size_t count);
/* Ends the tables and writes the attributes of the run. @return 0 or -1. */
int file_writer_end(struct file_writer *file, const struct run_record *run, bool complete);
/* Closes the file. `failed`: an earlier step has failed. @return 0, or -1 with `error`. */
int file_writer_close(struct file_writer *file, const char *path, int failed, struct error *error);

#endif
