/* samples.h - the valid repetitions of a file, for all who look at repetitions. */
#ifndef REPORT_READING_SAMPLES_H
#define REPORT_READING_SAMPLES_H

#include "load.h"

/* What readers need of a valid repetition. */
struct sample {
    int64_t point_id, repetition, round; /* round: -1 where there are none */
    double start_s;
    double throughput_mbit_s;
    double latency_p99_us; /* NaN: not known */
};

/* By point_id, then by repetition. */
struct samples {
    struct sample *rows; /* malloc'd by samples_load */
    size_t count;
};

/* The valid repetitions of the file's table, whatever points its filter lets through; with `moving`
 * only those in which anything was received (a throughput over 0), for readers that take
 * logarithms. The table is verified. @return 0, or -1 with `error`; samples_free either way. */
int samples_load(const struct loaded *file, bool moving, struct samples *samples,
                 struct error *error);
void samples_free(struct samples *samples);
/* The point's samples, *count of them. */
const struct sample *samples_of_point(const struct samples *samples, int64_t point_id,
                                      size_t *count);
/* That repetition of the point, or NULL: then it is not valid. */
const struct sample *samples_find(const struct samples *samples, int64_t point_id,
                                  int64_t repetition);

/* ---- what the ranks did in them ---- */

/* Takes the rows of a point's ranks, by repetition, then by group, and may reorder them. @return 0,
 * or -1 with `error`. */
typedef int samples_take(void *data, const struct point_record *point, struct rank_record *rows,
                         size_t count, struct error *error);
/* Calls `take` for each loaded point that has such rows. `valid` NULL: with the rows of all
 * repetitions, the invalid ones too. The table is verified. @return 0, or -1 with `error`. */
typedef int samples_rank_reader(const struct loaded *file, const struct samples *valid,
                                samples_take *take, void *data, struct error *error);
samples_rank_reader samples_read_ranks;

#endif
