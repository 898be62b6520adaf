/* samples.h - the valid repetitions of a file, for every report that looks at repetitions. */
#ifndef REPORT_READING_SAMPLES_H
#define REPORT_READING_SAMPLES_H

#include "load.h"

/* What reports need of a valid repetition. */
struct sample {
    int64_t point_id, repetition, round; /* round: -1 when not measured in rounds */
    double start_s;
    double throughput_mbit_s;
    double latency_p99_us; /* NaN: not known */
};

/* The valid repetitions, by point_id, then by repetition. */
struct samples {
    struct sample *rows; /* malloc'd by samples_load */
    size_t count;
};

/* Loads the valid repetitions of the whole file, whatever points its filter accepts. With `moving`
 * it takes only those with a throughput over 0, for callers that take logarithms. The table is
 * verified. @return 0, or -1 with `error`. Call samples_free afterwards in both cases. */
int samples_load(const struct loaded *file, bool moving, struct samples *samples,
                 struct error *error);
void samples_free(struct samples *samples);
/* The point's samples, *count of them, one after the other. */
const struct sample *samples_of_point(const struct samples *samples, int64_t point_id,
                                      size_t *count);
/* The sample of that repetition of the point. NULL: the repetition is not valid. */
const struct sample *samples_find(const struct samples *samples, int64_t point_id,
                                  int64_t repetition);

/* ---- what the ranks did in the repetitions ---- */

/* Takes the rows of a point's ranks, in order of repetition, then of group. It may reorder them.
 * @return 0, or -1 with `error`. */
typedef int samples_take(void *data, const struct point_record *point, struct rank_record *rows,
                         size_t count, struct error *error);
/* Calls `take` for each loaded point that has rows of ranks in the repetitions of `valid`. A NULL
 * `valid` stands for all repetitions, even the invalid ones. The table is verified. @return 0, or
 * -1 with `error`. */
typedef int samples_rank_reader(const struct loaded *file, const struct samples *valid,
                                samples_take *take, void *data, struct error *error);
samples_rank_reader samples_read_ranks;

#endif
