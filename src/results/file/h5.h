/* h5.h - what reading and writing HDF5 share. */
#ifndef RESULTS_FILE_H5_H
#define RESULTS_FILE_H5_H

#include "zmqsweep/tables.h"

#include <hdf5.h>

/* Call this before all other calls of HDF5. From then on HDF5 prints no errors; the innermost
 * description of the last call that failed is kept. */
void h5_keep_causes(void);
const char *h5_cause(void);
/* The access properties with which files are opened, for reading and for writing. HDF5's file locks
 * are off: they fail on some network file systems, and nobody needs them, because a file gets its
 * name only when it is whole. Closing a file closes its objects. */
hid_t h5_access(void);
/* The type of a column in the file; the packed compound type of a table's columns; a string type.
 * Negative on error. */
hid_t h5_column_type(const struct column *column);
hid_t h5_table_type(const struct table_spec *table);
hid_t h5_string_type(size_t width, H5T_cset_t cset);

#endif
