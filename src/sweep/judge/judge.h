/* judge.h - makes the rows of a repetition from what the ranks saw, and judges whether it is
 * valid. */
#ifndef JUDGE_H
#define JUDGE_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* Fills the repetition's row, except its latencies, its round and the time that it took. */
void judge_repetition(const struct evidence *evidence, struct repetition_record *row,
                      unsigned *flags);
/* Fills the row of a rank. @return false for an idle rank, which has no row. */
bool judge_rank(const struct evidence *evidence, int32_t rank, struct rank_record *row);
/* Fills the row of one of a rank's intervals. */
void judge_interval(const struct evidence *evidence, int32_t rank, int32_t index,
                    struct interval_record *row);
/* CPU time of all busy ranks per delivered message of the window, in ns; NaN without one. */
double judge_cpu_ns_per_message(const struct evidence *evidence);

#endif
