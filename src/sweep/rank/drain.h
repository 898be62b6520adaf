/* drain.h - the end of a repetition: what was sent comes, or is known to be lost. */
#ifndef DRAIN_H
#define DRAIN_H

#include "rank/repetition.h"

/* Until all is delivered, nothing has moved for the timeout, or the sweep is to stop. Collective.
 */
void drain_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic);

#endif
