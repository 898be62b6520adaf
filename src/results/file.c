/* file.c - reading a results file: everything is checked before HDF5 converts a byte. */
#include "results_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* No row of ours comes near; a damaged file may claim any size. */
#define LARGEST_ROW 65536
#define LARGEST_ATTRIBUTE 65536
#define BATCH_BYTES ((size_t)256 * 1024)

struct results {
    char *path;
    hid_t file, transfer;
    hid_t datasets[TABLE_TOTAL];
    hid_t types[TABLE_TOTAL];              /* in memory: our columns, packed, as the file's own types */
    bool absent[TABLE_TOTAL][MAX_COLUMNS]; /* columns that an older file lacks */
    bool exact[TABLE_TOTAL];   /* the file's rows have these columns, in this order, and no others */
    int64_t next[TABLE_TOTAL]; /* rows read in order so far, and their CRC */
    uint32_t running[TABLE_TOTAL];
    int64_t rows[TABLE_TOTAL];
    struct run_record run;
    bool complete;
};

/* ---- shared with finish.c ---- */

#define CAUSE_BYTES 256
static _Thread_local char last_cause[CAUSE_BYTES];

/* Keeps the system's own words where HDF5 quotes them among times and addresses, and one line in any case. */
static herr_t take_description(unsigned depth, const H5E_error2_t *frame, void *text)
{
    static const char quote[] = "error message = '";
    if (depth != 0 || !frame->desc)
        return 0;
    const char *words = strstr(frame->desc, quote);
    size_t length = words ? strcspn(words += sizeof quote - 1, "'\n") : strcspn(words = frame->desc, "\n");
    snprintf(text, CAUSE_BYTES, "%.*s", (int)length, words);
    return 0;
}

/* HDF5 calls this when a call fails; the next call, a clean-up perhaps, would empty its error stack. */
static herr_t keep_cause(hid_t stack, void *unused)
{
    (void)unused;
    return H5Ewalk2(stack, H5E_WALK_UPWARD, take_description, last_cause);
}

void hdf5_keep_causes(void)
{
    H5dont_atexit(); /* every file is closed by then, and after a damaged one libhdf5 1.10 trips over its own
                        leaks */
    snprintf(last_cause, sizeof last_cause, "unknown cause");
    H5Eset_auto2(H5E_DEFAULT, keep_cause, NULL);
}

const char *hdf5_cause(void)
{
    return last_cause;
}

hid_t hdf5_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
    H5Pset_file_locking(access, false, true);
#endif
    return access;
}

hid_t hdf5_string_type(size_t width, H5T_cset_t cset)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_strpad(type, H5T_STR_NULLTERM);
    H5Tset_cset(type, cset);
    return type;
}

hid_t hdf5_column_type(const struct column *column)
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
    return hdf5_string_type(column->width, H5T_CSET_UTF8);
}

hid_t hdf5_table_type(const struct table_spec *table)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, table_packed_bytes(table));
    size_t offset = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        hid_t member = hdf5_column_type(&table->columns[i]);
        H5Tinsert(type, table->columns[i].name, offset, member);
        H5Tclose(member);
        offset += table->columns[i].width;
    }
    return type;
}

/* ---- attributes ---- */

/* True when values of `type` can be read as the column says, without a conversion between formats of numbers.
 */
static bool type_fits(hid_t type, const struct column *column)
{
    if (column->kind == COLUMN_STRING)
        return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
    hid_t wanted = hdf5_column_type(column);
    bool equal = H5Tequal(type, wanted) > 0;
    H5Tclose(wanted);
    return equal;
}

/* Reads one attribute of `object` into *value, which is packed as a column of its kind. @return 0 or -1. */
static int read_value(hid_t object, const struct column *column, unsigned char *value)
{
    int failed = -1;
    hid_t attribute = H5Aopen(object, column->name, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    size_t bytes = H5Tget_size(type);
    unsigned char *raw = calloc(1, LARGEST_ATTRIBUTE + 1);
    if (raw && H5Sget_simple_extent_npoints(space) == 1 && type_fits(type, column) &&
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
static int read_attribute(hid_t object, const struct column *column, void *record)
{
    unsigned char packed[PATH_BYTES] = {0};
    struct column alone = *column;
    const struct table_spec single = {.columns = &alone, .column_count = 1, .record_bytes = column->width};
    if (read_value(object, column, packed))
        return -1;
    alone.offset = 0;
    table_unpack(&single, packed, (char *)record + column->offset);
    return 0;
}

static int check_format(struct results *results, struct error *error)
{
    char format[64] = "", version[32] = "";
    const struct column of_format = {"format", COLUMN_STRING, 0, sizeof format, "", "", 0};
    const struct column of_version = {"schema_version", COLUMN_STRING, 0, sizeof version, "", "", 0};
    if (read_attribute(results->file, &of_format, format) || strcmp(format, RESULTS_FORMAT) != 0)
        return error_set(error, "%s: is an HDF5 file, but not one of zmqsweep (no attribute format = %s)",
                         results->path, RESULTS_FORMAT);
    if (read_attribute(results->file, &of_version, version))
        return error_set(error, "%s: its attribute schema_version is missing or damaged", results->path);
    return schema_check(version, results->path, error);
}

static int read_run(struct results *results, struct error *error)
{
    uint8_t complete = 0;
    const struct column of_complete = {"complete", COLUMN_UINT8, 0, sizeof complete, "", "", 0};
    for (size_t i = 0; i < run_column_count; i++)
        if (read_attribute(results->file, &run_columns[i], &results->run))
            return error_set(error, "%s: its attribute %s is missing or damaged", results->path,
                             run_columns[i].name);
    if (read_attribute(results->file, &of_complete, &complete))
        return error_set(error, "%s: its attribute complete is missing or damaged", results->path);
    results->complete = complete != 0;
    return 0;
}

/* ---- tables ---- */

/* Adds the column's member of `file_type` to `memory_type`, in the file's own type, so that reading copies
 * bytes. An older file's strings may be shorter. */
static int add_column(const struct column *column, hid_t file_type, hid_t memory_type, size_t offset)
{
    int index = H5Tget_member_index(file_type, column->name);
    if (index < 0)
        return -1;
    hid_t member = H5Tget_member_type(file_type, (unsigned)index);
    size_t width = member >= 0 ? H5Tget_size(member) : 0;
    bool fits = width > 0 && type_fits(member, column) &&
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

static int check_columns(struct results *results, enum table_id id, hid_t file_type, struct error *error)
{
    const struct table_spec *table = &result_tables[id];
    size_t offset = 0;
    if (H5Tget_class(file_type) != H5T_COMPOUND || H5Tget_size(file_type) > LARGEST_ROW)
        return error_set(error, "%s: %s is not a table of rows with named columns", results->path,
                         table->name);
    results->types[id] = H5Tcreate(H5T_COMPOUND, table_packed_bytes(table));
    for (size_t i = 0; i < table->column_count; i++) {
        if (table_column_is_later(table, &table->columns[i]) &&
            !has_member(file_type, table->columns[i].name)) {
            results->absent[id][i] = true;
        } else if (add_column(&table->columns[i], file_type, results->types[id], offset))
            return error_set(error, "%s: column %s of table %s is missing or of another type", results->path,
                             table->columns[i].name, table->name);
        offset += table->columns[i].width;
    }
    results->exact[id] = H5Tequal(results->types[id], file_type) > 0;
    return 0;
}

static int check_rows(struct results *results, enum table_id id, struct error *error)
{
    const struct column of_rows = {"rows", COLUMN_INT64, 0, sizeof(int64_t), "", "", 0};
    const char *name = result_tables[id].name;
    int64_t claimed;
    hsize_t rows = 0;
    hid_t space = H5Dget_space(results->datasets[id]);
    bool flat = H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, &rows, NULL) == 1;
    H5Sclose(space);
    if (!flat || rows > INT64_MAX / LARGEST_ROW)
        return error_set(error, "%s: table %s is not a list of rows", results->path, name);
    if (read_attribute(results->datasets[id], &of_rows, &claimed))
        return error_set(error, "%s: the attribute rows of table %s is missing or damaged", results->path,
                         name);
    if (claimed != (int64_t)rows)
        return error_set(error, "%s: table %s has %" PRIu64 " rows where it should have %" PRId64,
                         results->path, name, (uint64_t)rows, claimed);
    results->rows[id] = claimed;
    return 0;
}

/* Is the file, whose table of points is open, from before there was this table? */
static bool is_from_before(const struct results *results, enum table_id id)
{
    const struct table_spec *points = &result_tables[TABLE_POINTS];
    const char *column = table_came_with(id);
    bool before = false;
    for (size_t i = 0; column && i < points->column_count; i++)
        before = before || (strcmp(points->columns[i].name, column) == 0 && results->absent[TABLE_POINTS][i]);
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
        return error_set(error, "%s: table %s cannot be opened: %s", results->path, name, hdf5_cause());
    hid_t type = H5Dget_type(results->datasets[id]);
    if (type < 0)
        return error_set(error, "%s: table %s cannot be opened: %s", results->path, name, hdf5_cause());
    int failed = check_columns(results, id, type, error);
    H5Tclose(type);
    return failed ? -1 : check_rows(results, id, error);
}

/* ---- the file ---- */

/* Words for what is plainly no HDF5 file, before HDF5 sees it. */
static int check_start(const char *path, struct error *error)
{
    static const char journal[] = "{\"crc32\"";
    char start[16] = "";
    struct stat status;
    if (stat(path, &status))
        return error_set(error, "%s: %s", path, errno == ENOENT ? "there is no such file" : strerror(errno));
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
        return error_set(error,
                         "%s: is the journal of a sweep; `zmqreport recover %s` makes a results file of it",
                         path, path);
    return 0;
}

static int open_file(struct results *results, struct error *error)
{
    hid_t access = hdf5_access();
    int hdf5 = H5Fis_hdf5(results->path);
    results->file = hdf5 > 0 ? H5Fopen(results->path, H5F_ACC_RDONLY, access) : H5I_INVALID_HID;
    H5Pclose(access);
    if (hdf5 <= 0)
        return error_set(error, "%s: is not an HDF5 file", results->path);
    if (results->file < 0)
        return error_set(error, "%s: is damaged: %s", results->path, hdf5_cause());
    results->transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_buffer(results->transfer, LARGEST_ROW, NULL, NULL);
    return 0;
}

static int open_all(struct results *results, struct error *error)
{
    if (check_start(results->path, error) || open_file(results, error) || check_format(results, error) ||
        read_run(results, error))
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
    hdf5_keep_causes();
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

/* ---- rows ---- */

static int read_packed(struct results *results, enum table_id id, hid_t type, int64_t first, int64_t count,
                       unsigned char *packed, struct error *error)
{
    hsize_t start = (hsize_t)first, rows = (hsize_t)count;
    hid_t space = H5Dget_space(results->datasets[id]), memory = H5Screate_simple(1, &rows, NULL);
    int failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &rows, NULL) < 0 ||
                 H5Dread(results->datasets[id], type, memory, space, results->transfer, packed) < 0;
    if (failed)
        error_set(error, "%s: table %s is damaged: %s", results->path, result_tables[id].name, hdf5_cause());
    H5Sclose(memory);
    H5Sclose(space);
    return failed ? -1 : 0;
}

/* Keeps the CRC of rows that are read from the first on, in order. */
static void note_read(struct results *results, enum table_id table, int64_t first, int64_t rows,
                      const unsigned char *packed)
{
    if (first == 0) {
        results->next[table] = 0;
        results->running[table] = 0;
    }
    if (first == results->next[table]) {
        size_t bytes = (size_t)rows * table_packed_bytes(&result_tables[table]);
        results->running[table] = (uint32_t)crc32_z(results->running[table], packed, bytes);
        results->next[table] += rows;
    }
}

static void set_absent(const struct results *results, enum table_id table, void *record)
{
    const struct table_spec *spec = &result_tables[table];
    for (size_t i = 0; i < spec->column_count; i++)
        if (results->absent[table][i])
            column_set_missing(&spec->columns[i], record);
}

int results_read(struct results *results, enum table_id table, int64_t first, int64_t count, void *records,
                 struct error *error)
{
    const struct table_spec *spec = &result_tables[table];
    size_t bytes = table_packed_bytes(spec);
    int64_t batch = (int64_t)(BATCH_BYTES / bytes);
    char *record = records;
    if (first < 0 || count < 0 || count > results->rows[table] - first)
        return error_set(error, "%s: table %s has no such rows", results->path, spec->name);
    unsigned char *packed = calloc((size_t)batch, bytes); /* what is not read stays zero */
    if (!packed)
        return error_set(error, "%s: out of memory", results->path);
    int failed = 0;
    for (int64_t done = 0; done < count && !failed; done += batch) {
        int64_t rows = count - done < batch ? count - done : batch;
        failed = read_packed(results, table, results->types[table], first + done, rows, packed, error);
        if (!failed)
            note_read(results, table, first + done, rows, packed);
        for (int64_t i = 0; i < rows && !failed; i++, record += spec->record_bytes) {
            table_unpack(spec, packed + (size_t)i * bytes, record);
            set_absent(results, table, record);
        }
    }
    free(packed);
    return failed;
}

/* The CRC of the rows as the file has them, extra columns too. @return 0 or -1. */
static int table_crc(struct results *results, enum table_id id, hid_t type, uint32_t *crc,
                     struct error *error)
{
    size_t bytes = H5Tget_size(type);
    int64_t batch = (int64_t)(BATCH_BYTES / bytes), total = results->rows[id];
    unsigned char *packed = calloc((size_t)batch, bytes);
    int failed = 0;
    *crc = 0;
    if (!packed)
        return error_set(error, "%s: out of memory", results->path);
    for (int64_t done = 0; done < total && !failed; done += batch) {
        int64_t rows = total - done < batch ? total - done : batch;
        failed = read_packed(results, id, type, done, rows, packed, error);
        if (!failed)
            *crc = (uint32_t)crc32_z(*crc, packed, (size_t)rows * bytes);
    }
    free(packed);
    return failed;
}

/* The crc32 attribute of a table, a 32-bit unsigned number. */
static int read_crc(hid_t dataset, uint32_t *crc)
{
    hid_t attribute = H5Aopen(dataset, "crc32", H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool fits = H5Tequal(type, H5T_STD_U32LE) > 0 && H5Sget_simple_extent_npoints(space) == 1;
    int failed = fits && H5Aread(attribute, H5T_NATIVE_UINT32, crc) >= 0 ? 0 : -1;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return failed;
}

static int compare_crc(struct results *results, enum table_id table, uint32_t found, struct error *error)
{
    uint32_t expected;
    const char *name = result_tables[table].name;
    if (read_crc(results->datasets[table], &expected))
        return error_set(error, "%s: the attribute crc32 of table %s is missing or damaged", results->path,
                         name);
    if (found != expected)
        return error_set(error,
                         "%s: table %s is damaged: its rows have checksum %08" PRIx32 ", not %08" PRIx32,
                         results->path, name, found, expected);
    return 0;
}

int results_verify(struct results *results, enum table_id table, struct error *error)
{
    uint32_t found = 0;
    if (results->datasets[table] < 0)
        return 0; /* an older file's: no rows */
    hid_t type = H5Dget_type(results->datasets[table]);
    int failed = 0;
    if (H5Tdetect_class(type, H5T_VLEN) != 0 || H5Tdetect_class(type, H5T_REFERENCE) != 0)
        failed = error_set(error, "%s: table %s has columns of a kind that no checksum covers", results->path,
                           result_tables[table].name);
    else
        failed = table_crc(results, table, type, &found, error);
    H5Tclose(type);
    return failed ? failed : compare_crc(results, table, found, error);
}

int results_verify_read(struct results *results, enum table_id table, struct error *error)
{
    if (results->exact[table] && results->rows[table] > 0 && results->next[table] == results->rows[table])
        return compare_crc(results, table, results->running[table], error);
    return results_verify(results, table, error);
}
