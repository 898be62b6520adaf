/* rate.h - the rates of ranks in their windows, added up over the receivers. */
#ifndef RATE_H
#define RATE_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* A window's messages, bytes, seconds and rate. */
struct rate {
    int64_t messages;
    double seconds, mbit_s, per_s;
};

/* Of one rank, in its window; in count mode from its first to its last message. */
struct rate rate_of_rank(const struct point *point, const struct outcome *outcome);
/* From when to when a receiver's rate is taken, by the coordinator's clock in ns. */
void rate_receiver_span(const struct point *point, const struct outcome *outcome, double *start,
                        double *end);
/* The receivers' rates added up; their spans' overlap. Adds FLAG_FEW_MESSAGES and
 * FLAG_SHORT_OVERLAP. */
void rate_add_receivers(const struct evidence *evidence, struct repetition_record *row,
                        unsigned *flags);
/* What the slowest sender sent per second; NaN where one sent nothing. */
double rate_slowest_sender(const struct evidence *evidence);
/* Was the asked rate missed? It was, unless the slowest sender is known to have sent at it. */
bool rate_is_missed(const struct point *point, double sent_per_s);
/* More came than the senders' rate allows: what had queued up before, or a clock that began late.
 */
bool rate_is_exceeded(const struct evidence *evidence, double per_s);

#endif
