/* file_writer.c - writing an HDF5 file of results: tables that grow, attributes, and a driver that
 * never fails. */
#include "file/file_writer.h"

#include "file/h5.h"
#include "rows/row.h"
#include "rows/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/* Rows are written a chunk at a time, so that each chunk is compressed once and nothing waits in a
 * cache. */
#define CHUNK_BYTES ((size_t)128 * 1024)

/* ---- attributes ---- */

static int write_attribute(hid_t object, const char *name, hid_t file_type, hid_t memory_type,
                           size_t count, const void *values)
{
    hsize_t size = count;
    hid_t space = count ? H5Screate_simple(1, &size, NULL) : H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    int failed =
        attribute < 0 || H5Awrite(attribute, memory_type, values) < 0 || H5Aclose(attribute) < 0;
    H5Sclose(space);
    return failed ? -1 : 0;
}

static int write_int64(hid_t object, const char *name, const int64_t *value)
{
    return write_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, 0, value);
}

static int write_string(hid_t object, const char *name, const char *text)
{
    H5T_cset_t cset = H5T_CSET_ASCII;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c >= 0x80)
            cset = H5T_CSET_UTF8;
    hid_t type = h5_string_type(strlen(text) + 1, cset);
    int failed = write_attribute(object, name, type, type, 0, text);
    H5Tclose(type);
    return failed;
}

enum column_text { TEXT_UNIT, TEXT_LONG_NAME };

static const char *column_text(const struct column *column, enum column_text which)
{
    return which == TEXT_UNIT ? column->unit : column->long_name;
}

/* Writes an attribute that is an array of strings, one per column. */
static int write_strings(hid_t object, const char *name, const struct table_spec *table,
                         enum column_text which)
{
    size_t width = 1;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t length = strlen(column_text(&table->columns[i], which));
        width = length >= width ? length + 1 : width;
    }
    char *texts = calloc(table->column_count, width);
    if (!texts)
        return -1;
    for (size_t i = 0; i < table->column_count; i++)
        snprintf(texts + i * width, width, "%s", column_text(&table->columns[i], which));
    hid_t type = h5_string_type(width, H5T_CSET_ASCII);
    int failed = write_attribute(object, name, type, type, table->column_count, texts);
    H5Tclose(type);
    free(texts);
    return failed;
}

static int write_run(hid_t file, const struct run_record *run, uint8_t complete)
{
    int failed = write_string(file, "format", SCHEMA_FORMAT);
    failed |= write_string(file, "schema_version", SCHEMA_VERSION);
    failed |= write_attribute(file, "complete", H5T_STD_U8LE, H5T_NATIVE_UINT8, 0, &complete);
    for (size_t i = 0; i < results_run_column_count; i++) {
        const char *name = results_run_columns[i].name;
        const void *value = (const char *)run + results_run_columns[i].offset;
        failed |= results_run_columns[i].kind == COLUMN_STRING ? write_string(file, name, value)
                                                               : write_int64(file, name, value);
    }
    return failed;
}

/* ---- a file driver that never fails ---- */

/* After a failed write libhdf5 1.10 can no longer close the file, and it crashes at exit. So HDF5
 * never learns of a failed write: the driver is HDF5's own for POSIX files, except that it stores
 * the first error here and returns success. The file is discarded afterwards. */
static int write_errno;
static const H5FD_class_t *posix_driver;

static herr_t deferring_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                              size_t size, const void *bytes)
{
    errno = 0;
    if (write_errno == 0 && posix_driver->write(file, type, transfer, address, size, bytes) < 0)
        write_errno = errno ? errno : EIO;
    return 0;
}

static herr_t deferring_truncate(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    errno = 0;
    if (write_errno == 0 && posix_driver->truncate(file, transfer, closing) < 0)
        write_errno = errno ? errno : EIO;
    return 0;
}

/* Registers the driver once. @return its id, negative on error. */
static hid_t deferring_driver(void)
{
    static hid_t driver = H5I_INVALID_HID;
    static H5FD_class_t deferring;
    if (driver >= 0)
        return driver;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_sec2(access);
    H5FD_t *any = H5FDopen("/dev/null", H5F_ACC_RDONLY, access, HADDR_UNDEF);
    H5Pclose(access);
    if (!any)
        return H5I_INVALID_HID;
    posix_driver = any->cls;
    deferring = *posix_driver;
    deferring.name = "zmqsweep";
    deferring.write = deferring_write;
    deferring.truncate = deferring_truncate;
    H5FDclose(any);
    driver = H5FDregister(&deferring);
    return driver;
}

/* ---- tables ---- */

static hid_t create_dataset(hid_t file, const struct table_spec *table,
                            const struct file_writer_table *writer)
{
    hsize_t none = 0, unlimited = H5S_UNLIMITED, chunk = writer->chunk_rows;
    hid_t space = H5Screate_simple(1, &none, &unlimited);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk(creation, 1, &chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 1);
    H5Pset_fletcher32(creation);
    H5Pset_chunk_cache(access, 7, 2 * CHUNK_BYTES, 1.0);
    hid_t dataset =
        H5Dcreate2(file, table->name, writer->type, space, H5P_DEFAULT, creation, access);
    H5Pclose(access);
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static int open_table(struct file_writer *file, enum table_id id)
{
    const struct table_spec *table = &result_tables[id];
    struct file_writer_table *writer = &file->tables[id];
    writer->row_bytes = row_packed_bytes(table);
    writer->chunk_rows = CHUNK_BYTES / writer->row_bytes;
    writer->buffer = malloc(writer->chunk_rows * writer->row_bytes);
    writer->type = h5_table_type(table);
    writer->dataset = create_dataset(file->file, table, writer);
    if (!writer->buffer || writer->dataset < 0)
        return -1;
    return write_string(writer->dataset, "description", table->description) ||
                   write_strings(writer->dataset, "units", table, TEXT_UNIT) ||
                   write_strings(writer->dataset, "long_names", table, TEXT_LONG_NAME)
               ? -1
               : 0;
}

/* Appends the rows of the buffer to the dataset. */
static int flush_rows(const struct file_writer *file, struct file_writer_table *writer)
{
    hsize_t start = (hsize_t)writer->rows, count = writer->filled, end = start + count;
    if (count == 0)
        return 0;
    if (H5Dset_extent(writer->dataset, &end) < 0)
        return -1;
    hid_t space = H5Dget_space(writer->dataset), memory = H5Screate_simple(1, &count, NULL);
    int failed =
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0 ||
        H5Dwrite(writer->dataset, writer->type, memory, space, file->transfer, writer->buffer) < 0;
    H5Sclose(memory);
    H5Sclose(space);
    writer->crc =
        (uint32_t)crc32_z(writer->crc, writer->buffer, writer->filled * writer->row_bytes);
    writer->rows += (int64_t)count;
    writer->filled = 0;
    return failed || write_errno ? -1 : 0;
}

int file_writer_add(struct file_writer *file, enum table_id id, const void *records, size_t count)
{
    const struct table_spec *table = &result_tables[id];
    struct file_writer_table *writer = &file->tables[id];
    for (size_t i = 0; i < count; i++) {
        unsigned char *packed = writer->buffer + writer->filled * writer->row_bytes;
        row_pack(table, (const char *)records + i * table->record_bytes, packed);
        if (++writer->filled == writer->chunk_rows && flush_rows(file, writer))
            return -1;
    }
    return 0;
}

int file_writer_add_packed(struct file_writer *file, enum table_id id, const unsigned char *rows,
                           size_t count)
{
    struct file_writer_table *writer = &file->tables[id];
    while (count > 0) {
        size_t room = writer->chunk_rows - writer->filled, some = count < room ? count : room;
        memcpy(writer->buffer + writer->filled * writer->row_bytes, rows, some * writer->row_bytes);
        writer->filled += some;
        rows += some * writer->row_bytes;
        count -= some;
        if (writer->filled == writer->chunk_rows && flush_rows(file, writer))
            return -1;
    }
    return 0;
}

static int close_table(const struct file_writer *file, struct file_writer_table *writer)
{
    if (flush_rows(file, writer) || write_int64(writer->dataset, "rows", &writer->rows) ||
        write_attribute(writer->dataset, "crc32", H5T_STD_U32LE, H5T_NATIVE_UINT32, 0,
                        &writer->crc))
        return -1;
    hid_t dataset = writer->dataset;
    writer->dataset = H5I_INVALID_HID;
    return H5Dclose(dataset) < 0 ? -1 : 0;
}

/* ---- the file ---- */

int file_writer_open(struct file_writer *file, const char *path)
{
    memset(file, 0, sizeof *file);
    hid_t access = h5_access();
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_driver(access, deferring_driver(), NULL);
    write_errno = 0;
    file->file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    file->transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_buffer(file->transfer, CHUNK_BYTES, NULL, NULL);
    if (file->file < 0)
        return -1;
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (open_table(file, (enum table_id)i))
            return -1;
    return 0;
}

int file_writer_end(struct file_writer *file, const struct run_record *run, bool complete)
{
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (close_table(file, &file->tables[i]))
            return -1;
    return write_run(file->file, run, complete);
}

int file_writer_close(struct file_writer *file, const char *path, int failed, struct error *error)
{
    for (int i = 0; i < TABLE_TOTAL; i++) {
        free(file->tables[i].buffer);
        if (file->tables[i].dataset > 0)
            H5Dclose(file->tables[i].dataset);
        if (file->tables[i].type > 0)
            H5Tclose(file->tables[i].type);
    }
    H5Pclose(file->transfer);
    if (file->file >= 0 && H5Fclose(file->file) < 0)
        failed = -1;
    if (write_errno)
        return error_set(error, "%s: cannot be written: %s", path, strerror(write_errno));
    if (failed)
        return error_set(error, "%s: cannot be written: %s", path, h5_cause());
    return 0;
}
