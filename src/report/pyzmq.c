/* pyzmq.c - csv --like pyzmq-bench: the columns of that tool, so that its notebooks go on working.
 *
 * One row per rank and valid repetition. Its config is a Python dictionary in one column, as pandas wrote it.
 */
#include "report_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ROWS 4096

struct join {
    struct loaded file;
    struct repetition_record *repetitions; /* by point_id, then repetition */
    size_t repetition_count;
};

static int by_point_then_repetition(const void *a, const void *b)
{
    const struct repetition_record *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    return (x->repetition > y->repetition) - (x->repetition < y->repetition);
}

static const char *truth(bool value)
{
    return value ? "True" : "False";
}

static void write_config(FILE *out, const struct point_record *point)
{
    fprintf(out,
            "\"{'test_number': %" PRId64 ", 'size': %" PRId64 ", 'count': %" PRId64
            ", 'zero_copy': %s, 'pub': %s, 'sndhwm': %" PRId64 ", 'rcvhwm': %" PRId64 "}\"",
            point->point_id, point->message_size_bytes, point->message_count,
            truth(strcmp(point->send_mode, "copy") != 0), truth(strcmp(point->pattern, "pub-sub") == 0),
            point->sndhwm, point->rcvhwm);
}

static void write_row(FILE *out, const struct rank_record *row, const struct repetition_record *repetition,
                      const struct point_record *point)
{
    bool sender = strcmp(row->role, "sender") == 0;
    fprintf(out, "%s-%" PRId64 ",%s,%" PRId64 ",%" PRId64 ",", row->role, row->rank, row->role,
            sender ? row->messages : 0, sender ? 0 : row->messages);
    format_csv_number(out, row->throughput_mbit_s);
    fputc(',', out);
    format_csv_number(out, repetition->start_s);
    fputc(',', out);
    format_csv_number(out, repetition->start_s + row->window_s);
    fputc(',', out);
    write_config(out, point);
    fputs("\r\n", out);
}

static void join_row(FILE *out, const struct join *join, const struct rank_record *row)
{
    const struct repetition_record wanted = {.point_id = row->point_id, .repetition = row->repetition};
    const struct point_record *point = load_find_point(&join->file, row->point_id);
    const struct repetition_record *repetition =
        bsearch(&wanted, join->repetitions, join->repetition_count, sizeof wanted, by_point_then_repetition);
    if (repetition && point && repetition->valid && !baseline_is(point))
        write_row(out, row, repetition, point);
}

static int write_rows(FILE *out, const struct join *join, struct error *error)
{
    struct results *results = join->file.results;
    int64_t total = results_row_count(results, TABLE_RANKS);
    struct rank_record *rows = calloc(BATCH_ROWS, sizeof *rows);
    if (!rows)
        return error_set(error, "out of memory");
    int failed = results_verify(results, TABLE_RANKS, error);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(results, TABLE_RANKS, first, count, rows, error);
        for (int64_t i = 0; i < count && !failed; i++)
            join_row(out, join, &rows[i]);
    }
    free(rows);
    return failed;
}

int csv_like_pyzmq(FILE *out, const char *path, const struct filter *filter, struct error *error)
{
    struct join join = {0};
    void *records = NULL;
    if (load_file(path, filter, &join.file, error))
        return -1;
    int failed = load_table(join.file.results, TABLE_REPETITIONS, &records, &join.repetition_count, error);
    join.repetitions = records;
    if (!failed) {
        qsort(join.repetitions, join.repetition_count, sizeof *join.repetitions, by_point_then_repetition);
        fputs("worker_id,role,messages_sent,messages_received,throughput_mbps,start_time,end_time,config\r\n",
              out);
        failed = write_rows(out, &join, error);
    }
    free(records);
    load_free(&join.file);
    return failed;
}
