/* field.h - text in a field of fixed width. */
#ifndef RESULTS_ROWS_FIELD_H
#define RESULTS_ROWS_FIELD_H

#include <stddef.h>

/* No column is wider. */
#define FIELD_BYTES_MAX 4096

/* Copies `text` into a field of `width` bytes: cut between characters, padded with zeros, and with
 * '?' for every byte that is not UTF-8, so that JSON and HDF5 both take it. */
void field_copy(char *field, size_t width, const char *text);

#endif
