/* pyzmq.c - csv --like pyzmq-bench: the columns of that tool, so that its notebooks go on working.
 *
 * There is one row per rank and valid repetition. The tool's config is a Python dictionary in one
 * column, as pandas wrote it.
 */
#include "pyzmq.h"

#include "files/guard.h"
#include "reading/point.h"
#include "reading/samples.h"

#include "zmqsweep/format.h"

#include <inttypes.h>
#include <string.h>

struct join {
    FILE *out;
    struct loaded file;
    struct samples samples;
};

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
            truth(strcmp(point->send_mode, "copy") != 0),
            truth(strcmp(point->pattern, "pub-sub") == 0), point->sndhwm, point->rcvhwm);
}

static void write_row(FILE *out, const struct rank_record *row, const struct sample *sample,
                      const struct point_record *point)
{
    bool sender = strcmp(row->role, "sender") == 0;
    fprintf(out, "%s-%" PRId64 ",%s,%" PRId64 ",%" PRId64 ",", row->role, row->rank, row->role,
            sender ? row->messages : 0, sender ? 0 : row->messages);
    format_csv_number(out, row->throughput_mbit_s);
    fputc(',', out);
    format_csv_number(out, sample->start_s);
    fputc(',', out);
    format_csv_number(out, sample->start_s + row->window_s);
    fputc(',', out);
    write_config(out, point);
    fputs("\r\n", out);
}

static int join_row(void *data, const void *record, struct error *error)
{
    const struct join *join = data;
    const struct rank_record *row = record;
    const struct point_record *point = load_find_point(&join->file, row->point_id);
    const struct sample *sample = samples_find(&join->samples, row->point_id, row->repetition);
    (void)error;
    if (sample && point && !point_is_baseline(point))
        write_row(join->out, row, sample, point);
    return 0;
}

static int print_rows(struct join *join, struct error *error)
{
    fputs("worker_id,role,messages_sent,messages_received,throughput_mbps,start_time,end_time,"
          "config\r\n",
          join->out);
    guard_reading(join->file.path);
    return results_verify(join->file.results, TABLE_RANKS, error) ||
                   load_each_row(join->file.results, TABLE_RANKS, join_row, join, error)
               ? -1
               : 0;
}

int pyzmq_print(FILE *out, const char *path, const struct filter *filter, struct error *error)
{
    struct join join = {.out = out};
    if (load_file(path, filter, &join.file, error))
        return -1;
    int failed = samples_load(&join.file, false, &join.samples, error) || print_rows(&join, error);
    samples_free(&join.samples);
    load_free(&join.file);
    return failed ? -1 : 0;
}
