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

/* The rate of a rank in the window. In count mode, a receiver's is taken from its first to its last
 * message, and a sender's over its loop. */
struct rate rate_of_rank(const struct point *point, const struct outcome *outcome);
/* The times between which a receiver's rate is taken, by the coordinator's clock, in ns. */
void rate_receiver_span(const struct point *point, const struct outcome *outcome, double *start,
                        double *end);
/* Adds up the receivers' rates in *row, and finds the overlap of their times. Adds
 * FLAG_FEW_MESSAGES and FLAG_SHORT_OVERLAP where they apply. */
void rate_add_receivers(const struct evidence *evidence, struct repetition_record *row,
                        unsigned *flags);
/* The rate of the slowest sender, in messages/s; NaN if a sender sent nothing. */
double rate_slowest_sender(const struct evidence *evidence);
/* Was the rate asked for missed? It counts as missed unless the slowest sender is known to have
 * kept it. */
bool rate_is_missed(const struct point *point, double sent_per_s);
/* Was more received than the senders' rate allows? Then messages had queued up before, or the time
 * measured began too late. */
bool rate_is_exceeded(const struct evidence *evidence, double per_s);

#endif
