/* attributes.c - attributes of a file, read into members of a record. */
#include "file/attributes.h"

#include "file/h5.h"
#include "rows/field.h"
#include "rows/row.h"

#include <stdlib.h>
#include <string.h>

/* None of our attributes is nearly as large; a damaged file may claim any size. */
#define LARGEST_ATTRIBUTE 65536

/* True when values of `type` can be read as the column says, without a conversion between formats
 * of numbers.
 */
bool attribute_type_fits(hid_t type, const struct column *column)
{
    if (column->kind == COLUMN_STRING)
        return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
    hid_t wanted = h5_column_type(column);
    bool equal = H5Tequal(type, wanted) > 0;
    H5Tclose(wanted);
    return equal;
}

/* Reads one attribute of `object` into *value, which is packed as a column of its kind. @return 0
 * or -1. */
static int read_value(hid_t object, const struct column *column, unsigned char *value)
{
    int failed = -1;
    hid_t attribute = H5Aopen(object, column->name, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    size_t bytes = H5Tget_size(type);
    unsigned char *raw = calloc(1, LARGEST_ATTRIBUTE + 1);
    if (raw && H5Sget_simple_extent_npoints(space) == 1 && attribute_type_fits(type, column) &&
        bytes <= LARGEST_ATTRIBUTE && H5Aread(attribute, type, raw) >= 0) {
        memcpy(value, raw, bytes < column->width ? bytes : column->width);
        failed = 0;
    }
    free(raw);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return failed;
}

/* Reads an attribute into the member of `record` that `column` describes. */
int attribute_read(hid_t object, const struct column *column, void *record)
{
    unsigned char packed[FIELD_BYTES_MAX] = {0};
    struct column alone = *column;
    const struct table_spec single = {
        .columns = &alone, .column_count = 1, .record_bytes = column->width};
    if (read_value(object, column, packed))
        return -1;
    alone.offset = 0;
    row_unpack(&single, packed, (char *)record + column->offset);
    return 0;
}
