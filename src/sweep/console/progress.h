/* progress.h - the lines of a sweep under way. Nothing is printed that is not on disk. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "zmqsweep/config.h"
#include "zmqsweep/flags.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/results.h"

/* What came of a round. */
struct round_summary {
    int64_t round, rounds;  /* from 0 on; of so many, with a precision at least */
    int64_t measured, open; /* points in this round; points that go on */
    int64_t invalid;        /* repetitions */
    int64_t flagged[FLAGS]; /* of those, by flag */
    double seconds_left;
};

void progress_start(const struct settings *settings, int64_t points);
/* The live line of a terminal: what was measured last. */
void progress_repetition(int64_t done, const struct point *point,
                         const struct repetition_record *row, double seconds_left);
void progress_round(const struct round_summary *summary);
/* A point's line, number `done` of all. */
void progress_point(int64_t done, const struct point_record *row);

#endif
