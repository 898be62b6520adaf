/* drift.h - changes that last longer than a round, as the rounds of a job show them. */
#ifndef REPORT_ANALYSIS_DRIFT_H
#define REPORT_ANALYSIS_DRIFT_H

#include "compare.h"

#include "zmqsweep/dependence.h"

/* What the rounds of a job show. The figures are of a series with one value per round: the median
 * over the points of log(rate / the point's median). */
struct round_drift {
    size_t rounds; /* 0: not measured in rounds */
    double drift; /* of the rates from the first round to the last, 0.1 = 10 % faster; NaN for under
                     3 rounds */
    double trend_p; /* see stats_trend_p */
    struct stats_dependence dependence;
};

/* The drift is Sen's slope, the median of all slopes between two rounds (J. Am. Stat. Assoc. 63
 * (1968) 1379).
 * @return 0, or -1 when memory is out. */
int drift_find(const struct job *job, struct round_drift *drift);
/* Do changes outlast the rounds? */
bool drift_is_slow(const struct round_drift *drift);

#endif
