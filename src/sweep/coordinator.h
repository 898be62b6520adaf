/* coordinator.h - what rank 0's files share: the rounds, the measuring of a repetition, its way to the disk.
 */
#ifndef COORDINATOR_H
#define COORDINATOR_H

#include "ledger.h"
#include "sweep_internal.h"

/* What came of the last repetition. */
struct gathering {
    struct outcome *outcomes; /* by rank */
    size_t *first_interval, *interval_bytes;
    struct interval *intervals;
    size_t interval_capacity;
    struct latencies latencies;
    struct judge_input evidence; /* all of it, for the rows */
    struct repetition_record row;
    unsigned flags;
};

/* What is not yet told, since it may not be on disk: the last repetition, and the round that ended with it.
 */
struct pending {
    bool repetition_there, round_there;
    struct point point;
    struct repetition_record row;
    double seconds_left;
    struct round_summary round;
};

struct coordinator {
    struct cluster *cluster;
    const struct job *job;
    const struct settings *settings;
    const struct plan *plan;
    struct journal *journal;
    struct repetition repetition;
    struct gathering gathering;
    struct ledger ledger;
    struct pending pending;
    uint64_t seed;     /* of the orders */
    uint32_t *order;   /* of this round */
    int64_t measured;  /* repetitions, in this session */
    int64_t told;      /* points whose line was printed */
    int64_t *host_ids; /* of the cluster's hosts, in the file */
    int64_t *offsets_before_ns;
    double began_s, clocks_s;       /* when the sweep began, when clocks were last compared */
    struct stats_schedule schedule; /* of looks; empty without a precision */
    double heartbeat_s;             /* of the last sign of life */
    bool interrupted;
};

/* ---- rounds.c ---- */

/* All that is still to be measured, until it is or the sweep is to stop. */
void rounds_run(struct coordinator *coordinator);
/* The other ranks wait for an order until their deadline: a long wait gives signs of life. `data` is the
 * coordinator. */
void rounds_send_heartbeat(void *data);

/* ---- turn.c ---- */

/* One repetition of a point, or, where its rate is to be found first, the search and one. */
void turn_run(struct coordinator *coordinator, int64_t id, int64_t round, struct round_summary *summary);
/* Prints the line of a point, or of every point that was measured, as they are now. All of it is on disk. */
void turn_print_point(struct coordinator *coordinator, int64_t id);
void turn_print_all(struct coordinator *coordinator);
/* Prints what was measured last and is not yet told. It is on disk. */
void turn_print_pending(struct coordinator *coordinator);

/* ---- measure.c: one repetition ---- */

/* Memory that is needed, or the job ends: what was measured is in the journal. */
_Noreturn void measure_no_memory(const char *what);
void *measure_grown(void *old, size_t count, size_t bytes, const char *what);
double measure_wall_s(void);
/* Compares the clocks of all hosts. Collective, by an order. */
void measure_clocks(struct coordinator *coordinator);
void measure_begin(struct gathering *gathering, size_t ranks);
/* Orders a repetition, runs it and judges it: its row and what its other rows are made of are in the
 * gathering.
 * @return false when the sweep is to stop; then it counts for nothing. */
bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number,
                        int64_t round);
void measure_end(struct gathering *gathering);

/* ---- store.c: to the journal. What cannot be stored ends the job. ---- */

/* Adds the repetition in the gathering, with its rows; the point's settings before it where they are new. */
void store_repetition(struct coordinator *coordinator, const struct point *point);
void store_stop(struct coordinator *coordinator, int64_t id, enum stop_reason stop);
void store_drop(struct coordinator *coordinator, int64_t id);
/* Writes what was added, and begins to bring it to disk. */
void store_commit(struct coordinator *coordinator);
/* Waits until that is done. */
void store_wait(struct coordinator *coordinator);
/* For struct repetition: the traffic waits for a sync that might reach into its window. `data` is the
 * coordinator. */
void store_before_traffic(void *data, const struct point *point);
/* Is the journal still there, with all that was written? @return 0, or -1 with `error`. */
int store_check(struct coordinator *coordinator, struct error *error);

/* ---- find_rate.c ---- */

/* Finds the highest rate that loses no more than asked for and sets point->rate_per_s to it. The gathering
 * has the last repetition of the search. @return false when it cannot go on: coordinator->interrupted, or the
 * peers could not be brought together. */
bool find_rate_search(struct coordinator *coordinator, struct point *point);
/* The repetitions at the rate that was found are done: must it be measured again at a lower one? Then that is
 * *rate_per_s. */
bool find_rate_again(const struct point *point, const struct ledger_entry *entry, double *rate_per_s);

#endif
