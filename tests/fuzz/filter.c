/* filter.c - fuzz target: the expressions of --where. The input's first character is the other
 * table's number. */
#include "fuzz.h"

#include "reading/filter.h"

/* A record of the table, all of its bytes the same; its strings end where they must. */
static void *make_record(enum table_id table, int byte)
{
    const struct table_spec *spec = &result_tables[table];
    char *record = malloc(spec->record_bytes);
    require(record != NULL, "memory", "of a record");
    memset(record, byte, spec->record_bytes);
    for (size_t i = 0; i < spec->column_count; i++)
        if (spec->columns[i].kind == COLUMN_STRING)
            record[spec->columns[i].offset + spec->columns[i].width - 1] = '\0';
    return record;
}

static void check_filter(const struct filter *filter, enum table_id table)
{
    static const int bytes[] = {0, 'a', 0xff};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        void *point = make_record(TABLE_POINTS, bytes[i]), *row = make_record(table, bytes[i]);
        (void)filter_accepts_point(filter, point);
        (void)filter_accepts_row(filter, row);
        free(point);
        free(row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter filter;
    struct error error = {""};
    if (size == 0)
        return 0;
    enum table_id table = (enum table_id)(data[0] % TABLE_TOTAL);
    char *text = fuzz_text(data + 1, size - 1);
    if (filter_read(text, table, &filter, &error))
        require(error.text[0] != '\0', "a refusal says why", text);
    else
        check_filter(&filter, table);
    free(text);
    return 0;
}
