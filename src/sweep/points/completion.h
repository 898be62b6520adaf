/* completion.h - has a point been measured often enough? */
#ifndef COMPLETION_H
#define COMPLETION_H

#include "zmqsweep/plan.h"
#include "zmqsweep/stats.h"
#include "zmqsweep/summary.h"

#include <stdbool.h>
#include <stddef.h>

enum stop_reason {
    STOP_REPETITIONS,
    STOP_PRECISION,
    STOP_TIME,
    STOP_INTERRUPTED,
    STOP_UNREACHABLE
};
const char *completion_word(enum stop_reason stop);
/* The reason whose word is `word`; STOP_UNREACHABLE for an unknown word. */
enum stop_reason completion_read(const char *word);

/* A point's repetitions so far. */
struct completion_input {
    const struct point *point;
    const struct stats_schedule *schedule; /* NULL without a precision */
    const struct summary_sample *samples;
    size_t count;
    double elapsed_s;   /* time that they took, with the search of --find-rate */
    double repeating_s; /* the same without it */
};
/* Is the point finished? @return true when no more repetitions are to be run; *why gets the
 * reason. */
bool completion_reached(const struct completion_input *input, enum stop_reason *why);
/* The expected number of repetitions of the point in all, from the width of its interval so far. It
 * serves to estimate the time left. */
double completion_expected(const struct completion_input *input);

#endif
