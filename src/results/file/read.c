/* read.c - rows of a results file, and their checksums. */
#include "file/h5.h"
#include "file/opened.h"
#include "rows/row.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

#define BATCH_BYTES ((size_t)256 * 1024)

/* ---- rows ---- */

static int read_packed(struct results *results, enum table_id id, hid_t type, int64_t first,
                       int64_t count, unsigned char *packed, struct error *error)
{
    hsize_t start = (hsize_t)first, rows = (hsize_t)count;
    hid_t space = H5Dget_space(results->datasets[id]), memory = H5Screate_simple(1, &rows, NULL);
    int failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &rows, NULL) < 0 ||
                 H5Dread(results->datasets[id], type, memory, space, results->transfer, packed) < 0;
    if (failed)
        error_set(error, "%s: table %s is damaged: %s", results->path, result_tables[id].name,
                  h5_cause());
    H5Sclose(memory);
    H5Sclose(space);
    return failed ? -1 : 0;
}

/* Updates the CRC of the rows, as long as they are read in order from the first row on. */
static void note_read(struct results *results, enum table_id table, int64_t first, int64_t rows,
                      const unsigned char *packed)
{
    if (first == 0) {
        results->next[table] = 0;
        results->running[table] = 0;
    }
    if (first == results->next[table]) {
        size_t bytes = (size_t)rows * row_packed_bytes(&result_tables[table]);
        results->running[table] = (uint32_t)crc32_z(results->running[table], packed, bytes);
        results->next[table] += rows;
    }
}

static void set_absent(const struct results *results, enum table_id table, void *record)
{
    const struct table_spec *spec = &result_tables[table];
    for (size_t i = 0; i < spec->column_count; i++)
        if (results->absent[table][i])
            row_set_missing(&spec->columns[i], record);
}

int results_read(struct results *results, enum table_id table, int64_t first, int64_t count,
                 void *records, struct error *error)
{
    const struct table_spec *spec = &result_tables[table];
    size_t bytes = row_packed_bytes(spec);
    int64_t batch = (int64_t)(BATCH_BYTES / bytes);
    char *record = records;
    if (first < 0 || count < 0 || count > results->rows[table] - first)
        return error_set(error, "%s: table %s has no such rows", results->path, spec->name);
    unsigned char *packed = calloc((size_t)batch, bytes); /* columns that are not read stay zero */
    if (!packed)
        return error_set(error, "%s: out of memory", results->path);
    int failed = 0;
    for (int64_t done = 0; done < count && !failed; done += batch) {
        int64_t rows = count - done < batch ? count - done : batch;
        failed =
            read_packed(results, table, results->types[table], first + done, rows, packed, error);
        if (!failed)
            note_read(results, table, first + done, rows, packed);
        for (int64_t i = 0; i < rows && !failed; i++, record += spec->record_bytes) {
            row_unpack(spec, packed + (size_t)i * bytes, record);
            set_absent(results, table, record);
        }
    }
    free(packed);
    return failed;
}

/* Computes the CRC of the rows as the file stores them, with columns that we do not know. @return 0
 * or -1. */
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

/* Reads the crc32 attribute of a table, a 32-bit unsigned number. */
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

static int compare_crc(struct results *results, enum table_id table, uint32_t found,
                       struct error *error)
{
    uint32_t expected;
    const char *name = result_tables[table].name;
    if (read_crc(results->datasets[table], &expected))
        return error_set(error, "%s: the attribute crc32 of table %s is missing or damaged",
                         results->path, name);
    if (found != expected)
        return error_set(
            error, "%s: table %s is damaged: its rows have checksum %08" PRIx32 ", not %08" PRIx32,
            results->path, name, found, expected);
    return 0;
}

int results_verify(struct results *results, enum table_id table, struct error *error)
{
    uint32_t found = 0;
    if (results->datasets[table] < 0)
        return 0; /* an older file lacks the table: no rows to check */
    hid_t type = H5Dget_type(results->datasets[table]);
    int failed = 0;
    if (H5Tdetect_class(type, H5T_VLEN) != 0 || H5Tdetect_class(type, H5T_REFERENCE) != 0)
        failed = error_set(error, "%s: table %s has columns of a kind that no checksum covers",
                           results->path, result_tables[table].name);
    else
        failed = table_crc(results, table, type, &found, error);
    H5Tclose(type);
    return failed ? failed : compare_crc(results, table, found, error);
}

int results_verify_read(struct results *results, enum table_id table, struct error *error)
{
    if (results->exact[table] && results->rows[table] > 0 &&
        results->next[table] == results->rows[table])
        return compare_crc(results, table, results->running[table], error);
    return results_verify(results, table, error);
}
