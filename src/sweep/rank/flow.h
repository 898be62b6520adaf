/* flow.h - the part of a repetition in which traffic flows: warm-up, window, tail. */
#ifndef FLOW_H
#define FLOW_H

#include "rank/repetition.h"

/* Runs the traffic from its start until the senders have been told to stop. `traffic` is NULL on an
 * idle rank. Collective. */
void flow_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic);

#endif
