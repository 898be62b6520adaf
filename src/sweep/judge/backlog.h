/* backlog.h - what was sent and has not come, over the window. */
#ifndef BACKLOG_H
#define BACKLOG_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* Fills the backlog at the window's ends. @return FLAG_BACKLOG where less came than was sent,
 * FLAG_QUEUED or, for less of it, FLAG_UNSTEADY where receivers got what was queued before the
 * window. */
unsigned backlog_judge(const struct evidence *evidence, struct repetition_record *row);

#endif
