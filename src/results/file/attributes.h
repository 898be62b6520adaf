/* attributes.h - attributes of a file, read into members of a record. */
#ifndef RESULTS_FILE_ATTRIBUTES_H
#define RESULTS_FILE_ATTRIBUTES_H

#include "zmqsweep/tables.h"

#include <hdf5.h>

/* Can values of `type` be read as the column says, without a conversion between formats of numbers?
 */
bool attribute_type_fits(hid_t type, const struct column *column);
/* Reads an attribute of `object` into the member of `record` that `column` describes. @return 0 or
 * -1. */
int attribute_read(hid_t object, const struct column *column, void *record);

#endif
