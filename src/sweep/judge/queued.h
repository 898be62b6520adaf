/* queued.h - what queues can hide. */
#ifndef QUEUED_H
#define QUEUED_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* Messages that the queues of a connection hold: its HWMs and a zero-copy sender's ring. */
double queued_hwm_messages(const struct point *point);
/* The same and the kernel's buffers, as in force. */
double queued_messages(const struct evidence *evidence);
/* The least --count that queues of a connection that hold so many cannot hide. */
int64_t queued_count_wanted(const struct point *point, double queue_messages);
/* The --count to say instead, after a repetition that is FLAG_QUEUED: for the queues and for the
 * stretch. */
int64_t queued_count_advised(const struct point *point, const struct repetition_record *row);
/* When the first sender of a group began, by the coordinator's clock. */
int64_t queued_group_began_ns(const struct evidence *evidence, int32_t group);
/* In count mode a receiver that took its first message late had the more of them in its queues. Two
 * messages may be on their way before: a large one takes its time. */
bool queued_late_first(const struct evidence *evidence, const struct outcome *receiver);
/* Fills queue_messages. @return FLAG_QUEUED where the stretch was too short. */
unsigned queued_judge(const struct evidence *evidence, struct repetition_record *row);

#endif
