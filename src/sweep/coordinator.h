/* coordinator.h - what rank 0's loop, the measuring of a repetition and the search for a rate share. */
#ifndef COORDINATOR_H
#define COORDINATOR_H

#include "sweep_internal.h"

/* What the running point has gathered. */
struct gathering {
    struct outcome *outcomes; /* of the last repetition, by rank */
    size_t *first_interval, *interval_bytes;
    struct interval *intervals; /* of the last repetition */
    size_t interval_capacity;
    struct point_rows rows;
    size_t repetition_capacity, interval_rows_capacity;
    double *cpu_ns;
    unsigned *flags;
    struct traffic_connections connections;
    struct latencies latencies;
};

struct coordinator {
    struct cluster *cluster;
    const struct job *job;
    const struct settings *settings;
    const struct plan *plan;
    struct journal *journal;
    struct repetition repetition;
    struct gathering gathering;
    bool *done; /* by point: measured well in an earlier session */
    int64_t finished, failed, planned;
    int64_t *host_ids; /* of the cluster's hosts, in the file */
    int64_t *offsets_before_ns;
    double began_s, clocks_s;       /* when the sweep began, when clocks were last compared */
    struct stats_schedule schedule; /* of looks; empty without a precision */
    int64_t point_began_ns, repeating_began_ns;
    double sign_s; /* of the last sign of life */
    bool interrupted;
};

/* ---- coordinator.c: point after point ---- */

/* Repeats the point until it is enough. A point whose peers cannot be brought together is given up after one
 * try: the next would wait as long again. @return why it ended. */
enum stop coordinator_repeat(struct coordinator *coordinator, const struct point *point);

/* ---- measure.c: one repetition, and what is kept of it ---- */

/* Memory that is needed, or the job ends: what was measured is in the journal. */
_Noreturn void measure_no_memory(const char *what);
void *measure_grown(void *old, size_t count, size_t bytes, const char *what);
double measure_wall_s(void);
/* Compares the clocks of all hosts. Collective, by an order. */
void measure_clocks(struct coordinator *coordinator);
void measure_begin(struct gathering *gathering, size_t ranks);
/* Orders a repetition, runs it and adds its rows to the gathering. @return false when the sweep is to stop;
 * then it is dropped. */
bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number);
/* Forgets the repetitions measured so far. */
void measure_drop(struct gathering *gathering);
void measure_end(struct gathering *gathering);

/* ---- find_rate.c ---- */

/* Finds the highest rate that loses no more than asked for, then measures at it; lower when that lost too
 * much, so that what is recorded keeps the target or is flagged. Sets point->rate_per_s. @return why it
 * ended. */
enum stop find_rate_run(struct coordinator *coordinator, struct point *point);

#endif
