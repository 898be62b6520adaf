/* old_point.c - a point in a line of its own with all its rows, as journals before schema 1.2 have
 * it. */
#include "lines/old_point.h"

#include "lines/json_rows.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void old_point_clear(struct old_point *rows)
{
    free(rows->repetitions);
    free(rows->ranks);
    free(rows->intervals);
    free(rows->latencies);
    memset(rows, 0, sizeof *rows);
}

/* Whether every row carries the number of its point, by which the rows of a file are found later.
 */
static bool rows_belong(const struct old_point *rows)
{
    int64_t id = rows->point.point_id;
    for (size_t i = 0; i < rows->repetition_count; i++)
        if (rows->repetitions[i].point_id != id)
            return false;
    for (size_t i = 0; i < rows->rank_count; i++)
        if (rows->ranks[i].point_id != id)
            return false;
    for (size_t i = 0; i < rows->interval_count; i++)
        if (rows->intervals[i].point_id != id)
            return false;
    for (size_t i = 0; i < rows->latency_count; i++)
        if (rows->latencies[i].point_id != id)
            return false;
    return true;
}

static int read_rows(const char *data, size_t length, const struct row_format *format,
                     struct old_point *rows)
{
    memset(rows, 0, sizeof *rows);
    json_t *line = json_loadb(data, length, 0, NULL);
    void *repetitions = NULL, *ranks = NULL, *intervals = NULL, *latencies = NULL;
    int failed =
        json_rows_to_record(json_object_get(line, "point"), TABLE_POINTS, format, &rows->point);
    failed |= json_rows_append(json_object_get(line, "repetitions"), TABLE_REPETITIONS, format,
                               &repetitions, &rows->repetition_count);
    failed |= json_rows_append(json_object_get(line, "ranks"), TABLE_RANKS, format, &ranks,
                               &rows->rank_count);
    failed |= json_rows_append(json_object_get(line, "intervals"), TABLE_INTERVALS, format,
                               &intervals, &rows->interval_count);
    failed |= json_rows_append(json_object_get(line, "latency"), TABLE_LATENCY, format, &latencies,
                               &rows->latency_count);
    json_decref(line);
    rows->repetitions = repetitions;
    rows->ranks = ranks;
    rows->intervals = intervals;
    rows->latencies = latencies;
    if (failed || !rows_belong(rows)) {
        old_point_clear(rows);
        return -1;
    }
    return 0;
}

int old_point_read(const struct journal_line *line, const struct row_format *format,
                   struct old_point *rows)
{
    if (read_rows(line->data, line->data_length, format, rows))
        return -1;
    if (rows->point.point_id == line->point_id)
        return 0;
    old_point_clear(rows);
    return -1;
}
