/* drain.h - the end of a repetition: waits until every message sent is received or known to be
 * lost. */
#ifndef DRAIN_H
#define DRAIN_H

#include "rank/repetition.h"

/* Waits until all messages are delivered, no count has changed for the timeout, or the sweep is to
 * stop. Collective. */
void drain_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic);

#endif
