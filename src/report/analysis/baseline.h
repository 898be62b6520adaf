/* baseline.h - what plain TCP sockets carried beside what ZeroMQ carried, and what the link can
 * carry. */
#ifndef REPORT_ANALYSIS_BASELINE_H
#define REPORT_ANALYSIS_BASELINE_H

#include "reading/dimensions.h"

/* The point of plain sockets to compare a point with. It is from the same file, between the same
 * hosts, in the same settings as far as they matter to plain sockets, and has a valid repetition.
 * NULL when there is none, and for a point that does not run over TCP. */
const struct point_record *baseline_find(const struct loaded *file,
                                         const struct point_record *point);
/* The point's throughput as a share of the baseline's; NaN without a baseline. */
double baseline_share(const struct loaded *file, const struct point_record *point);
/* "87 %", or "-". */
const char *baseline_format_share(double share, char text[CELL]);
/* May two baseline points differ in this dimension? */
bool baseline_has_dimension(const struct dimension *dimension);
/* What the network interfaces between the ends can carry, in Mbit/s. NaN unless the traffic of
 * every one of these points goes through a single interface, of the same speed for all points. */
double baseline_link_mbit_s(const struct loaded *files, int file_count);

#endif
