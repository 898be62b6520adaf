/* opened.h - a results file that is open for reading. */
#ifndef RESULTS_FILE_OPENED_H
#define RESULTS_FILE_OPENED_H

#include "zmqsweep/results_file.h"

#include <hdf5.h>

/* None of our rows is nearly as long; a damaged file may claim any size. */
#define OPENED_ROW_BYTES_MAX 65536

struct results {
    char *path;
    hid_t file, transfer;
    hid_t datasets[TABLE_TOTAL];
    hid_t types[TABLE_TOTAL]; /* types in memory: our columns, packed, in the file's own types */
    bool absent[TABLE_TOTAL][TABLE_COLUMNS_MAX]; /* columns that an older file lacks */
    bool exact[TABLE_TOTAL]; /* the file's rows have these columns, in this order, and no others */
    int64_t next[TABLE_TOTAL]; /* how many rows have been read in order so far, and their CRC */
    uint32_t running[TABLE_TOTAL];
    int64_t rows[TABLE_TOTAL];
    struct run_record run;
    bool complete;
};

#endif
