/* finish.c - from the journal to the HDF5 file, which gets its name only when it is whole and on disk. */
#include "results_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/* Rows are written a chunk at a time, so that each chunk is compressed once and nothing waits in a cache. */
#define CHUNK_BYTES ((size_t)128 * 1024)

struct indexed_point {
    int64_t point_id;
    off_t offset;
};

struct table_writer {
    hid_t dataset, type;
    unsigned char *buffer; /* of one chunk */
    size_t row_bytes, chunk_rows, filled;
    int64_t rows;
    uint32_t crc;
};

struct finish {
    const char *journal;
    struct journal_reader reader;
    struct run_record run;
    struct row_format format;
    int64_t run_line; /* 0: there is none */
    struct indexed_point *points;
    size_t count, capacity;
    int64_t settled; /* points that were not interrupted */
    struct finish_report report;
    const struct finish_watch *watch;
    hid_t file, transfer;
    struct table_writer tables[TABLE_TOTAL];
};

/* ---- first pass: which lines there are ---- */

static void note_damage(struct finish *finish, int64_t line)
{
    finish->report.damaged_lines++;
    if (finish->report.first_damaged == 0 || line < finish->report.first_damaged)
        finish->report.first_damaged = line;
}

static int index_point(struct finish *finish, const struct journal_line *line, struct error *error)
{
    if (finish->count == finish->capacity) {
        size_t capacity = finish->capacity ? 2 * finish->capacity : 256;
        struct indexed_point *grown = realloc(finish->points, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, "%s: out of memory for its points", finish->journal);
        finish->points = grown;
        finish->capacity = capacity;
    }
    finish->points[finish->count++] = (struct indexed_point){line->point_id, line->offset};
    return 0;
}

/* Finds the run line, for what the other lines say depends on it. It is the first, unless the journal is
 * damaged or out of order. One that is not readable counts as damaged, one of a newer schema is an error. */
static int find_run(struct finish *finish, struct error *error)
{
    struct journal_line line;
    struct error cause = {""};
    while (finish->run_line == 0 && journal_reader_next(&finish->reader, &line) > 0) {
        if (line.kind != LINE_RUN)
            continue;
        if (json_to_run(line.data, line.data_length, finish->journal, &finish->run, &finish->format,
                        &cause) == 0)
            finish->run_line = line.number;
        else if (strstr(cause.text, "newer than"))
            return error_set(error, "%s", cause.text);
        else
            row_format_default(&finish->format);
    }
    finish->reader.number = 0;
    if (journal_reader_seek(&finish->reader, 0))
        return error_set(error, "%s: cannot be read: %s", finish->journal, strerror(errno));
    return 0;
}

static int take_line(struct finish *finish, const struct journal_line *line, struct error *error)
{
    switch (line->kind) {
    case LINE_RUN:
        if (line->number != finish->run_line)
            note_damage(finish, line->number);
        return 0;
    case LINE_SESSION:
        if (json_add_session(line->data, line->data_length, &finish->format, &finish->run))
            note_damage(finish, line->number);
        return 0;
    case LINE_POINT:
        if (line->number == 1 && finish->run_line == 0)
            note_damage(finish, line->number); /* the run line is missing */
        return index_point(finish, line, error);
    case LINE_TORN:
        finish->report.torn_tail = true;
        return 0;
    case LINE_DAMAGED:
        break;
    }
    note_damage(finish, line->number);
    return 0;
}

static int by_point_then_offset(const void *a, const void *b)
{
    const struct indexed_point *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void set_unknown_run(struct run_record *run)
{
    for (size_t i = 0; i < run_column_count; i++)
        if (run_columns[i].kind == COLUMN_STRING)
            field_copy((char *)run + run_columns[i].offset, run_columns[i].width, "unknown");
}

static int scan(struct finish *finish, struct error *error)
{
    struct journal_line line;
    int more;
    row_format_default(&finish->format);
    if (find_run(finish, error))
        return -1;
    while ((more = journal_reader_next(&finish->reader, &line)) > 0)
        if (take_line(finish, &line, error))
            return -1;
    if (more < 0)
        return error_set(error, "%s: cannot be read: %s", finish->journal, strerror(errno));
    if (finish->run_line == 0 && finish->count == 0)
        return error_set(error, "%s: is not a journal of zmqsweep, or nothing of it can be read",
                         finish->journal);
    if (finish->run_line == 0)
        set_unknown_run(&finish->run);
    if (finish->count > 0)
        qsort(finish->points, finish->count, sizeof *finish->points, by_point_then_offset);
    return 0;
}

/* ---- attributes ---- */

static int write_attribute(hid_t object, const char *name, hid_t file_type, hid_t memory_type, size_t count,
                           const void *values)
{
    hsize_t size = count;
    hid_t space = count ? H5Screate_simple(1, &size, NULL) : H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    int failed = attribute < 0 || H5Awrite(attribute, memory_type, values) < 0 || H5Aclose(attribute) < 0;
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
    hid_t type = hdf5_string_type(strlen(text) + 1, cset);
    int failed = write_attribute(object, name, type, type, 0, text);
    H5Tclose(type);
    return failed;
}

enum column_text { TEXT_UNIT, TEXT_LONG_NAME };

static const char *column_text(const struct column *column, enum column_text which)
{
    return which == TEXT_UNIT ? column->unit : column->long_name;
}

/* An array of strings, one per column. */
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
    hid_t type = hdf5_string_type(width, H5T_CSET_ASCII);
    int failed = write_attribute(object, name, type, type, table->column_count, texts);
    H5Tclose(type);
    free(texts);
    return failed;
}

static int write_run(const struct finish *finish)
{
    hid_t file = finish->file;
    uint8_t complete = finish->report.complete;
    int failed = write_string(file, "format", RESULTS_FORMAT);
    failed |= write_string(file, "schema_version", RESULTS_SCHEMA);
    failed |= write_attribute(file, "complete", H5T_STD_U8LE, H5T_NATIVE_UINT8, 0, &complete);
    for (size_t i = 0; i < run_column_count; i++) {
        const char *name = run_columns[i].name;
        const void *value = (const char *)&finish->run + run_columns[i].offset;
        failed |= run_columns[i].kind == COLUMN_STRING ? write_string(file, name, value)
                                                       : write_int64(file, name, value);
    }
    return failed;
}

/* ---- a file driver that never fails ---- */

/* After a failed write libhdf5 1.10 cannot close the file any more and crashes at exit. So it is never told:
 * the driver is HDF5's own for POSIX files, except that it keeps the first error here and calls it a success.
 * The file is thrown away then. */
static int write_errno;
static const H5FD_class_t *posix_driver;

static herr_t forgiving_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size,
                              const void *bytes)
{
    errno = 0;
    if (write_errno == 0 && posix_driver->write(file, type, transfer, address, size, bytes) < 0)
        write_errno = errno ? errno : EIO;
    return 0;
}

static herr_t forgiving_truncate(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    errno = 0;
    if (write_errno == 0 && posix_driver->truncate(file, transfer, closing) < 0)
        write_errno = errno ? errno : EIO;
    return 0;
}

/* Registers the driver once. @return its id, negative on error. */
static hid_t forgiving_driver(void)
{
    static hid_t driver = H5I_INVALID_HID;
    static H5FD_class_t forgiving;
    if (driver >= 0)
        return driver;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_sec2(access);
    H5FD_t *any = H5FDopen("/dev/null", H5F_ACC_RDONLY, access, HADDR_UNDEF);
    H5Pclose(access);
    if (!any)
        return H5I_INVALID_HID;
    posix_driver = any->cls;
    forgiving = *posix_driver;
    forgiving.name = "zmqsweep";
    forgiving.write = forgiving_write;
    forgiving.truncate = forgiving_truncate;
    H5FDclose(any);
    driver = H5FDregister(&forgiving);
    return driver;
}

/* ---- tables ---- */

static hid_t create_dataset(hid_t file, const struct table_spec *table, const struct table_writer *writer)
{
    hsize_t none = 0, unlimited = H5S_UNLIMITED, chunk = writer->chunk_rows;
    hid_t space = H5Screate_simple(1, &none, &unlimited);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk(creation, 1, &chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 1);
    H5Pset_fletcher32(creation);
    H5Pset_chunk_cache(access, 7, 2 * CHUNK_BYTES, 1.0);
    hid_t dataset = H5Dcreate2(file, table->name, writer->type, space, H5P_DEFAULT, creation, access);
    H5Pclose(access);
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static int open_table(struct finish *finish, enum table_id id)
{
    const struct table_spec *table = &result_tables[id];
    struct table_writer *writer = &finish->tables[id];
    writer->row_bytes = table_packed_bytes(table);
    writer->chunk_rows = CHUNK_BYTES / writer->row_bytes;
    writer->buffer = malloc(writer->chunk_rows * writer->row_bytes);
    writer->type = hdf5_table_type(table);
    writer->dataset = create_dataset(finish->file, table, writer);
    if (!writer->buffer || writer->dataset < 0)
        return -1;
    return write_string(writer->dataset, "description", table->description) ||
                   write_strings(writer->dataset, "units", table, TEXT_UNIT) ||
                   write_strings(writer->dataset, "long_names", table, TEXT_LONG_NAME)
               ? -1
               : 0;
}

/* Writes the rows of the buffer behind those of the dataset. */
static int flush_rows(const struct finish *finish, struct table_writer *writer)
{
    hsize_t start = (hsize_t)writer->rows, count = writer->filled, end = start + count;
    if (count == 0)
        return 0;
    if (H5Dset_extent(writer->dataset, &end) < 0)
        return -1;
    hid_t space = H5Dget_space(writer->dataset), memory = H5Screate_simple(1, &count, NULL);
    int failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0 ||
                 H5Dwrite(writer->dataset, writer->type, memory, space, finish->transfer, writer->buffer) < 0;
    H5Sclose(memory);
    H5Sclose(space);
    writer->crc = (uint32_t)crc32_z(writer->crc, writer->buffer, writer->filled * writer->row_bytes);
    writer->rows += (int64_t)count;
    writer->filled = 0;
    return failed || write_errno ? -1 : 0;
}

static int add_rows(struct finish *finish, enum table_id id, const void *records, size_t count)
{
    const struct table_spec *table = &result_tables[id];
    struct table_writer *writer = &finish->tables[id];
    for (size_t i = 0; i < count; i++) {
        unsigned char *packed = writer->buffer + writer->filled * writer->row_bytes;
        table_pack(table, (const char *)records + i * table->record_bytes, packed);
        if (++writer->filled == writer->chunk_rows && flush_rows(finish, writer))
            return -1;
    }
    return 0;
}

static int close_table(const struct finish *finish, struct table_writer *writer)
{
    if (flush_rows(finish, writer) || write_int64(writer->dataset, "rows", &writer->rows) ||
        write_attribute(writer->dataset, "crc32", H5T_STD_U32LE, H5T_NATIVE_UINT32, 0, &writer->crc))
        return -1;
    hid_t dataset = writer->dataset;
    writer->dataset = H5I_INVALID_HID;
    return H5Dclose(dataset) < 0 ? -1 : 0;
}

/* ---- second pass: points in order ---- */

/* Reads the point at `offset`. @return 0, or 1 when its line turns out damaged. */
static int load_point(struct finish *finish, off_t offset, struct point_rows *rows)
{
    struct journal_line line;
    if (journal_reader_seek(&finish->reader, offset) || journal_reader_next(&finish->reader, &line) <= 0 ||
        line.kind != LINE_POINT)
        return 1;
    return journal_line_point(&line, &finish->format, rows) ? 1 : 0;
}

/* Number of the line at `offset`, for a report. */
static int64_t line_number_at(struct finish *finish, off_t offset)
{
    struct journal_line line;
    finish->reader.number = 0;
    if (journal_reader_seek(&finish->reader, 0))
        return 0;
    while (journal_reader_next(&finish->reader, &line) > 0)
        if (line.offset == offset)
            return line.number;
    return 0;
}

static int add_point(struct finish *finish, const struct point_rows *rows)
{
    finish->report.points++;
    if (strcmp(rows->point.stop_reason, "interrupted") != 0)
        finish->settled++;
    return add_rows(finish, TABLE_POINTS, &rows->point, 1) ||
                   add_rows(finish, TABLE_REPETITIONS, rows->repetitions, rows->repetition_count) ||
                   add_rows(finish, TABLE_RANKS, rows->ranks, rows->rank_count) ||
                   add_rows(finish, TABLE_INTERVALS, rows->intervals, rows->interval_count) ||
                   add_rows(finish, TABLE_LATENCY, rows->latencies, rows->latency_count)
               ? -1
               : 0;
}

/* Of the lines first to last, all of one point, the last that can be read goes into the file. */
static int add_best(struct finish *finish, size_t first, size_t last)
{
    struct point_rows rows;
    for (size_t i = last + 1; i-- > first;) {
        if (load_point(finish, finish->points[i].offset, &rows)) {
            note_damage(finish, line_number_at(finish, finish->points[i].offset));
            continue;
        }
        int failed = add_point(finish, &rows);
        point_rows_clear(&rows);
        return failed;
    }
    return 0;
}

static int add_points(struct finish *finish)
{
    size_t first = 0;
    for (size_t i = 0; i < finish->count; i++) {
        if (i + 1 < finish->count && finish->points[i + 1].point_id == finish->points[first].point_id)
            continue;
        if (add_best(finish, first, i))
            return -1;
        first = i + 1;
        if (finish->watch)
            finish->watch->tick(finish->watch->data);
    }
    return 0;
}

static int write_tables(struct finish *finish)
{
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (open_table(finish, (enum table_id)i))
            return -1;
    if (add_points(finish) || add_rows(finish, TABLE_HOSTS, finish->run.hosts, finish->run.host_count) ||
        add_rows(finish, TABLE_ENVIRONMENT, finish->run.environment, finish->run.environment_count))
        return -1;
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (close_table(finish, &finish->tables[i]))
            return -1;
    finish->report.complete = finish->run_line > 0 && finish->settled >= finish->run.points_planned;
    return write_run(finish);
}

/* ---- the file ---- */

static int create_file(struct finish *finish, const char *partial)
{
    hid_t access = hdf5_access();
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_driver(access, forgiving_driver(), NULL);
    write_errno = 0;
    finish->file = H5Fcreate(partial, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    finish->transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_buffer(finish->transfer, CHUNK_BYTES, NULL, NULL);
    return finish->file < 0 ? -1 : 0;
}

static void release_tables(struct finish *finish)
{
    for (int i = 0; i < TABLE_TOTAL; i++) {
        struct table_writer *writer = &finish->tables[i];
        free(writer->buffer);
        if (writer->dataset > 0)
            H5Dclose(writer->dataset);
        if (writer->type > 0)
            H5Tclose(writer->type);
    }
}

/* Writes everything. */
static int write_file(struct finish *finish, const char *partial, struct error *error)
{
    int failed = create_file(finish, partial) || write_tables(finish);
    release_tables(finish);
    H5Pclose(finish->transfer);
    if (finish->file >= 0 && H5Fclose(finish->file) < 0)
        failed = -1;
    if (write_errno)
        return error_set(error, "%s: cannot be written: %s", partial, strerror(write_errno));
    if (failed)
        return error_set(error, "%s: cannot be written: %s", partial, hdf5_cause());
    return 0;
}

int results_rename(const char *from, const char *to, struct error *error)
{
    if (rename(from, to))
        return error_set(error, "%s: cannot be renamed to %s: %s", from, to, strerror(errno));
    if (sync_folder_of(to))
        return error_set(error, "%s: its folder cannot be synced: %s", to, strerror(errno));
    return 0;
}

/* The file is on disk before it gets its name, and the name before the caller may remove the journal. */
static int publish(const char *partial, const char *output, struct error *error)
{
    if (sync_path(partial, 0))
        return error_set(error, "%s: cannot be synced: %s", partial, strerror(errno));
    return results_rename(partial, output, error);
}

static int build(struct finish *finish, const char *output, struct error *error)
{
    char partial[PATH_BYTES];
    int needed = snprintf(partial, sizeof partial, "%s.partial", output);
    if (needed < 0 || (size_t)needed >= sizeof partial)
        return error_set(error, "%.200s...: the name is too long", output);
    if (scan(finish, error))
        return -1;
    if (write_file(finish, partial, error) || publish(partial, output, error)) {
        unlink(partial);
        return -1;
    }
    return 0;
}

int results_finish(const char *output, const char *journal_file, const struct finish_watch *watch,
                   struct finish_report *report, struct error *error)
{
    char path[PATH_BYTES];
    if (journal_path(output, path, sizeof path))
        return error_set(error, "%.200s...: the name is too long", output);
    struct finish *finish = calloc(1, sizeof *finish);
    if (!finish)
        return error_set(error, "%s: out of memory", output);
    finish->journal = journal_file ? journal_file : path;
    finish->file = H5I_INVALID_HID;
    finish->watch = watch;
    hdf5_keep_causes();
    int failed = journal_reader_open(&finish->reader, finish->journal, error);
    if (!failed) {
        failed = build(finish, output, error);
        journal_reader_close(&finish->reader);
    }
    if (!failed && report)
        *report = finish->report;
    results_free_run(&finish->run);
    free(finish->points);
    free(finish);
    return failed;
}
