/* baseline.h - which points --baseline makes points of plain sockets after. */
#ifndef PLAN_BASELINE_H
#define PLAN_BASELINE_H

#include "zmqsweep/settings.h"

/* Does a point that is made of these values, as asked for, differ from others in what matters to
 * plain sockets, and not only in what is ZeroMQ's? True for the first of those that differ in
 * nothing else. */
bool baseline_has_point_for(const struct settings *settings, const int64_t value[OPTION_TOTAL]);

#endif
