/* progress.h - the lines that a running sweep prints. Only what is on disk is printed. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "zmqsweep/config.h"
#include "zmqsweep/flags.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/results.h"

/* The results of a round. */
struct round_summary {
    int64_t round, rounds;  /* from 0 on; planned number, with --precision the least */
    int64_t measured, open; /* points measured in this round; points not finished */
    int64_t invalid;        /* invalid repetitions */
    int64_t flagged[FLAGS]; /* invalid repetitions, by flag */
    double seconds_left;
};

void progress_start(const struct settings *settings, int64_t points);
/* Prints what was measured last as the live line of a terminal. */
void progress_repetition(int64_t done, const struct point *point,
                         const struct repetition_record *row, double seconds_left);
void progress_round(const struct round_summary *summary);
/* Prints a point's line; it is number `done` of all. */
void progress_point(int64_t done, const struct point_record *row);

#endif
