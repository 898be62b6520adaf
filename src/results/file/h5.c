/* h5.c - what reading and writing HDF5 share. */
#include "file/h5.h"

#include "rows/row.h"

#include <stdio.h>
#include <string.h>

#define CAUSE_BYTES 256
static _Thread_local char last_cause[CAUSE_BYTES];

/* Keeps the system's own words where HDF5 quotes them among times and addresses. In any case it
 * keeps a single line. */
static herr_t take_description(unsigned depth, const H5E_error2_t *frame, void *text)
{
    static const char quote[] = "error message = '";
    if (depth != 0 || !frame->desc)
        return 0;
    const char *words = strstr(frame->desc, quote);
    size_t length =
        words ? strcspn(words += sizeof quote - 1, "'\n") : strcspn(words = frame->desc, "\n");
    snprintf(text, CAUSE_BYTES, "%.*s", (int)length, words);
    return 0;
}

/* HDF5 calls this when a call fails. The cause is kept now, because the next call, perhaps a
 * clean-up, would empty HDF5's error stack. */
static herr_t keep_cause(hid_t stack, void *unused)
{
    (void)unused;
    return H5Ewalk2(stack, H5E_WALK_UPWARD, take_description, last_cause);
}

void h5_keep_causes(void)
{
    H5dont_atexit(); /* every file is closed by then, and after a damaged file libhdf5 1.10 trips
                        over its own leaks */
    snprintf(last_cause, sizeof last_cause, "unknown cause");
    H5Eset_auto2(H5E_DEFAULT, keep_cause, NULL);
}

const char *h5_cause(void)
{
    return last_cause;
}

hid_t h5_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
    H5Pset_file_locking(access, false, true);
#endif
    return access;
}

hid_t h5_string_type(size_t width, H5T_cset_t cset)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_strpad(type, H5T_STR_NULLTERM);
    H5Tset_cset(type, cset);
    return type;
}

hid_t h5_column_type(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_INT64:
        return H5Tcopy(H5T_STD_I64LE);
    case COLUMN_FLOAT64:
        return H5Tcopy(H5T_IEEE_F64LE);
    case COLUMN_UINT8:
        return H5Tcopy(H5T_STD_U8LE);
    case COLUMN_STRING:
        break;
    }
    return h5_string_type(column->width, H5T_CSET_UTF8);
}

hid_t h5_table_type(const struct table_spec *table)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, row_packed_bytes(table));
    size_t offset = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        hid_t member = h5_column_type(&table->columns[i]);
        H5Tinsert(type, table->columns[i].name, offset, member);
        H5Tclose(member);
        offset += table->columns[i].width;
    }
    return type;
}
