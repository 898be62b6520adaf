/* open.c - opening a results file: everything is checked before HDF5 converts a byte. */
#include "file/attributes.h"
#include "file/h5.h"
#include "file/opened.h"
#include "rows/row.h"
#include "rows/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- attributes ---- */

static int check_format(struct results *results, struct error *error)
{
    char format[64] = "", version[32] = "";
    const struct column of_format = {
        .name = "format", .kind = COLUMN_STRING, .width = sizeof format};
    const struct column of_version = {
        .name = "schema_version", .kind = COLUMN_STRING, .width = sizeof version};
    if (attribute_read(results->file, &of_format, format) || strcmp(format, SCHEMA_FORMAT) != 0)
        return error_set(error,
                         "%s: is an HDF5 file, but not one of zmqsweep (no attribute format = %s)",
                         results->path, SCHEMA_FORMAT);
    if (attribute_read(results->file, &of_version, version))
        return error_set(error, "%s: its attribute schema_version is missing or damaged",
                         results->path);
    return schema_check(version, results->path, error);
}

static int read_run(struct results *results, struct error *error)
{
    uint8_t complete = 0;
    const struct column of_complete = {
        .name = "complete", .kind = COLUMN_UINT8, .width = sizeof complete};
    for (size_t i = 0; i < results_run_column_count; i++)
        if (attribute_read(results->file, &results_run_columns[i], &results->run))
            return error_set(error, "%s: its attribute %s is missing or damaged", results->path,
                             results_run_columns[i].name);
    if (attribute_read(results->file, &of_complete, &complete))
        return error_set(error, "%s: its attribute complete is missing or damaged", results->path);
    results->complete = complete != 0;
    return 0;
}

/* ---- tables ---- */

/* Adds the column's member of `file_type` to `memory_type`, in the file's own type, so that reading
 * copies bytes. An older file's strings may be shorter. */
static int add_column(const struct column *column, hid_t file_type, hid_t memory_type,
                      size_t offset)
{
    int index = H5Tget_member_index(file_type, column->name);
    if (index < 0)
        return -1;
    hid_t member = H5Tget_member_type(file_type, (unsigned)index);
    size_t width = member >= 0 ? H5Tget_size(member) : 0;
    bool fits =
        width > 0 && attribute_type_fits(member, column) &&
        (width == column->width || (column->kind == COLUMN_STRING && width < column->width));
    if (H5Tget_member_offset(file_type, (unsigned)index) + width > H5Tget_size(file_type))
        fits = false; /* a damaged header */
    int failed = fits && H5Tinsert(memory_type, column->name, offset, member) >= 0 ? 0 : -1;
    H5Tclose(member);
    return failed;
}

static bool has_member(hid_t type, const char *name)
{
    int count = H5Tget_nmembers(type);
    bool found = false;
    for (int i = 0; i < count && !found; i++) {
        char *member = H5Tget_member_name(type, (unsigned)i);
        found = member && strcmp(member, name) == 0;
        H5free_memory(member);
    }
    return found;
}

static int check_columns(struct results *results, enum table_id id, hid_t file_type,
                         struct error *error)
{
    const struct table_spec *table = &result_tables[id];
    size_t offset = 0;
    if (H5Tget_class(file_type) != H5T_COMPOUND || H5Tget_size(file_type) > OPENED_ROW_BYTES_MAX)
        return error_set(error, "%s: %s is not a table of rows with named columns", results->path,
                         table->name);
    results->types[id] = H5Tcreate(H5T_COMPOUND, row_packed_bytes(table));
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].later && !has_member(file_type, table->columns[i].name)) {
            results->absent[id][i] = true;
        } else if (add_column(&table->columns[i], file_type, results->types[id], offset))
            return error_set(error, "%s: column %s of table %s is missing or of another type",
                             results->path, table->columns[i].name, table->name);
        offset += table->columns[i].width;
    }
    results->exact[id] = H5Tequal(results->types[id], file_type) > 0;
    return 0;
}

static int check_rows(struct results *results, enum table_id id, struct error *error)
{
    const struct column of_rows = {.name = "rows", .kind = COLUMN_INT64, .width = sizeof(int64_t)};
    const char *name = result_tables[id].name;
    int64_t claimed;
    hsize_t rows = 0;
    hid_t space = H5Dget_space(results->datasets[id]);
    bool flat = H5Sget_simple_extent_ndims(space) == 1 &&
                H5Sget_simple_extent_dims(space, &rows, NULL) == 1;
    H5Sclose(space);
    if (!flat || rows > INT64_MAX / OPENED_ROW_BYTES_MAX)
        return error_set(error, "%s: table %s is not a list of rows", results->path, name);
    if (attribute_read(results->datasets[id], &of_rows, &claimed))
        return error_set(error, "%s: the attribute rows of table %s is missing or damaged",
                         results->path, name);
    if (claimed != (int64_t)rows)
        return error_set(error, "%s: table %s has %" PRIu64 " rows where it should have %" PRId64,
                         results->path, name, (uint64_t)rows, claimed);
    results->rows[id] = claimed;
    return 0;
}

/* Whether the file is from before this table existed. The file's table of points must be open. */
static bool is_from_before(const struct results *results, enum table_id id)
{
    const struct table_spec *points = &result_tables[TABLE_POINTS];
    const char *column = result_tables[id].came_with;
    bool before = false;
    for (size_t i = 0; column && i < points->column_count; i++)
        before = before ||
                 (strcmp(points->columns[i].name, column) == 0 && results->absent[TABLE_POINTS][i]);
    return before;
}

static int open_table(struct results *results, enum table_id id, struct error *error)
{
    const char *name = result_tables[id].name;
    htri_t there = H5Lexists(results->file, name, H5P_DEFAULT);
    if (there == 0 && is_from_before(results, id))
        return 0;
    if (there <= 0)
        return error_set(error, "%s: has no table %s", results->path, name);
    results->datasets[id] = H5Dopen2(results->file, name, H5P_DEFAULT);
    if (results->datasets[id] < 0)
        return error_set(error, "%s: table %s cannot be opened: %s", results->path, name,
                         h5_cause());
    hid_t type = H5Dget_type(results->datasets[id]);
    if (type < 0)
        return error_set(error, "%s: table %s cannot be opened: %s", results->path, name,
                         h5_cause());
    int failed = check_columns(results, id, type, error);
    H5Tclose(type);
    return failed ? -1 : check_rows(results, id, error);
}

/* ---- the file ---- */

/* Refuses, in words of our own, what is plainly no HDF5 file, before HDF5 sees it. */
static int check_start(const char *path, struct error *error)
{
    static const char journal[] = "{\"crc32\"";
    char start[16] = "";
    struct stat status;
    if (stat(path, &status))
        return error_set(error, "%s: %s", path,
                         errno == ENOENT ? "there is no such file" : strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(error, "%s: is a folder, not a results file", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s: is not a regular file", path);
    if (status.st_size == 0)
        return error_set(error, "%s: is empty", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    ssize_t got = read(fd, start, sizeof start - 1);
    close(fd);
    if (got < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (strncmp(start, journal, sizeof journal - 1) == 0)
        return error_set(
            error,
            "%s: is the journal of a sweep; `zmqreport recover %s` makes a results file of it",
            path, path);
    return 0;
}

static int open_file(struct results *results, struct error *error)
{
    hid_t access = h5_access();
    int hdf5 = H5Fis_hdf5(results->path);
    results->file = hdf5 > 0 ? H5Fopen(results->path, H5F_ACC_RDONLY, access) : H5I_INVALID_HID;
    H5Pclose(access);
    if (hdf5 <= 0)
        return error_set(error, "%s: is not an HDF5 file", results->path);
    if (results->file < 0)
        return error_set(error, "%s: is damaged: %s", results->path, h5_cause());
    results->transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_buffer(results->transfer, OPENED_ROW_BYTES_MAX, NULL, NULL);
    return 0;
}

static int open_all(struct results *results, struct error *error)
{
    if (check_start(results->path, error) || open_file(results, error) ||
        check_format(results, error) || read_run(results, error))
        return -1;
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (open_table(results, (enum table_id)i, error))
            return -1;
    return 0;
}

int results_open(const char *path, struct results **results, struct error *error)
{
    struct results *opened = calloc(1, sizeof *opened);
    if (!opened || !(opened->path = strdup(path))) {
        free(opened);
        return error_set(error, "%s: out of memory", path);
    }
    opened->file = opened->transfer = H5I_INVALID_HID;
    for (int i = 0; i < TABLE_TOTAL; i++)
        opened->datasets[i] = opened->types[i] = H5I_INVALID_HID;
    h5_keep_causes();
    if (open_all(opened, error)) {
        results_close(&opened);
        return -1;
    }
    *results = opened;
    return 0;
}

void results_close(struct results **results)
{
    struct results *closing = *results;
    if (!closing)
        return;
    for (int i = 0; i < TABLE_TOTAL; i++) {
        if (closing->types[i] >= 0)
            H5Tclose(closing->types[i]);
        if (closing->datasets[i] >= 0)
            H5Dclose(closing->datasets[i]);
    }
    if (closing->transfer >= 0)
        H5Pclose(closing->transfer);
    if (closing->file >= 0)
        H5Fclose(closing->file);
    free(closing->path);
    free(closing);
    *results = NULL;
}

const struct run_record *results_run(const struct results *results)
{
    return &results->run;
}

bool results_complete(const struct results *results)
{
    return results->complete;
}

int64_t results_row_count(const struct results *results, enum table_id table)
{
    return results->rows[table];
}
