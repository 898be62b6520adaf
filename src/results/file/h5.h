/* h5.h - what reading and writing HDF5 share. */
#ifndef RESULTS_FILE_H5_H
#define RESULTS_FILE_H5_H

#include "zmqsweep/tables.h"

#include <hdf5.h>

/* Comes before all other calls of HDF5. From here on it prints no errors; the innermost description
 * of the last call that failed is kept. */
void h5_keep_causes(void);
const char *h5_cause(void);
/* How both sides open files: no HDF5 file locks (they fail on some network file systems, and a file
 * is only renamed into place when it is whole), objects closed with their file. */
hid_t h5_access(void);
/* A column's type in the file, and a table's packed compound of them. Negative on error. */
hid_t h5_column_type(const struct column *column);
hid_t h5_table_type(const struct table_spec *table);
hid_t h5_string_type(size_t width, H5T_cset_t cset);

#endif
