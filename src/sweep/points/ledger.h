/* ledger.h - what rank 0 knows of each point while the rounds go by. Pure. */
#ifndef LEDGER_H
#define LEDGER_H

#include "points/completion.h"

#include "zmqsweep/results.h"
#include "zmqsweep/summary.h"
#include "zmqsweep/traffic_connections.h"

struct ledger_entry {
    struct summary_sample *samples; /* its repetitions, in the order measured */
    int32_t count, capacity;
    int32_t next;       /* number of the next repetition; over `count` if some were damaged */
    int32_t last_round; /* the last round in which it was measured; -1: none */
    bool finished;      /* no more repetitions are to be run, for the reason `stop` */
    bool described;     /* its settings, as they are now, are in the journal */
    enum stop_reason stop;
    double elapsed_s,
        repeating_s;   /* time spent on the point; the same without the search of --find-rate */
    double expected;   /* expected number of repetitions in all */
    double rate_per_s; /* the rate that --find-rate has found; 0: none yet */
    int32_t lowered;   /* how often that rate was lowered since */
    struct traffic_connections connections; /* as in force, the largest buffers so far */
};

struct ledger {
    struct ledger_entry *entries; /* by point */
    int64_t points, finished, failed;
    double expected_left; /* repetitions expected of the points that are not finished */
};

/* @return 0, or -1 when memory is out. */
int ledger_make(int64_t points, struct ledger *ledger);
void ledger_free(struct ledger *ledger);
/* Adds a repetition. @return 0, or -1 when memory is out. */
int ledger_add(struct ledger *ledger, const struct repetition_record *row);
/* Sets how many repetitions the point is expected to take in all. */
void ledger_expect(struct ledger *ledger, int64_t point_id, double repetitions);
void ledger_finish(struct ledger *ledger, int64_t point_id, enum stop_reason stop);
/* Discards the point's repetitions so far. */
void ledger_drop(struct ledger *ledger, int64_t point_id);
/* Is the point to be measured in `round`? */
bool ledger_is_due(const struct ledger *ledger, int64_t point_id, int64_t round);
int64_t ledger_valid(const struct ledger_entry *entry);
/* The round in which a sweep continues: the last round in which any point was measured, or 0 at the
 * start. */
int64_t ledger_round(const struct ledger *ledger);
/* The number of repetitions of all points. */
int64_t ledger_repetitions(const struct ledger *ledger);

#endif
