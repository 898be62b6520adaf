/* queued.h - whether queues hide the path's rate. */
#ifndef QUEUED_H
#define QUEUED_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* How many messages the queues of a connection can hold: its HWMs and a zero-copy sender's ring. */
double queued_hwm_messages(const struct point *point);
/* As queued_hwm_messages, with the kernel's buffers added, by their sizes in force. */
double queued_messages(const struct evidence *evidence);
/* The least --count that is valid when the queues of a connection hold `queue_messages`. */
int64_t queued_count_wanted(const struct point *point, double queue_messages);
/* The --count to advise after a repetition with FLAG_QUEUED: enough for the queues and for the
 * time. */
int64_t queued_count_advised(const struct point *point, const struct repetition_record *row);
/* When the first sender of a group began, by the coordinator's clock. */
int64_t queued_group_began_ns(const struct evidence *evidence, int32_t group);
/* Count mode: did the receiver take its first message so late that many more had piled up in its
 * queues? A delay of two messages is allowed, since a large message takes time on its way. */
bool queued_late_first(const struct evidence *evidence, const struct outcome *receiver);
/* Fills row->queue_messages. @return FLAG_QUEUED where the count or the time was too small, else
 * 0. */
unsigned queued_judge(const struct evidence *evidence, struct repetition_record *row);

#endif
