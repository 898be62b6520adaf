/* backlog.h - the backlog over the window: what was sent and neither received nor lost. */
#ifndef BACKLOG_H
#define BACKLOG_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* Fills the backlog at the window's edges. @return FLAG_BACKLOG where less was received than was
 * sent. Where receivers got messages that were queued before the window: FLAG_QUEUED, or
 * FLAG_UNSTEADY if there were fewer of them. */
unsigned backlog_judge(const struct evidence *evidence, struct repetition_record *row);

#endif
