/* describe.h - the settings of a point as columns of its row. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "zmqsweep/plan.h"
#include "zmqsweep/results.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_connections.h"

/* The layout of the ranks and their hosts. */
struct describe_hosts {
    const struct plan_layout *layout;
    const int32_t *hosts;     /* by rank: index of its host */
    const char *const *names; /* by host */
};

/* Fills the settings of a point's row, and sets the columns that its repetitions give to missing.
 * `hosts` NULL leaves out the hosts' names. */
void describe_point(const struct plan *plan, const struct point *point,
                    const struct traffic_connections *connections,
                    const struct describe_hosts *hosts, struct point_record *row);

#endif
