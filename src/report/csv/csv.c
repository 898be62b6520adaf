/* csv.c - a table of a results file as CSV. */
#include "csv.h"

#include "reading/load.h"

struct writing {
    FILE *out;
    enum table_id table;
};

static int write_row(void *data, const void *record, struct error *error)
{
    const struct writing *writing = data;
    (void)error;
    results_csv_row(writing->out, writing->table, record);
    return 0;
}

static int print_accepted(FILE *out, struct results *results, enum table_id table,
                          const struct filter *filter, struct error *error)
{
    struct writing writing = {out, table};
    results_csv_header(out, table);
    return load_each_accepted(results, table, filter, write_row, &writing, error);
}

int csv_print(FILE *out, const char *path, enum table_id table, const struct filter *filter,
              struct error *error)
{
    struct results *results = NULL;
    /* The table is verified after it has been read, which is in time: output is published only
     * after success. */
    int failed = results_open(path, &results, error) ||
                 (filter->count ? print_accepted(out, results, table, filter, error)
                                : results_csv_table(out, results, table, error)) ||
                 results_verify_read(results, table, error);
    results_close(&results);
    return failed ? -1 : 0;
}
