/* baseline.h - which points --baseline repeats over plain sockets. */
#ifndef PLAN_BASELINE_H
#define PLAN_BASELINE_H

#include "zmqsweep/settings.h"

/* Whether the baseline has a point of plain sockets for the point with these values, which are the
 * values as asked for. Of the points over TCP that differ only in what is ZeroMQ's, this holds for
 * the first alone. */
bool baseline_has_point_for(const struct settings *settings, const int64_t value[OPTION_TOTAL]);

#endif
