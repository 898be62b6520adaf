/* baseline.h - what plain TCP sockets carried, beside what ZeroMQ did, and what the link can carry.
 */
#ifndef REPORT_ANALYSIS_BASELINE_H
#define REPORT_ANALYSIS_BASELINE_H

#include "reading/dimensions.h"

/* Of the same file, between the same hosts, in the same settings as far as they matter to plain
 * sockets; with a valid repetition. NULL without one, and for points over no TCP. */
const struct point_record *baseline_find(const struct loaded *file,
                                         const struct point_record *point);
/* Throughput over the baseline's; NaN without one. */
double baseline_share(const struct loaded *file, const struct point_record *point);
/* "87 %", or "-". */
const char *baseline_format_share(double share, char text[CELL]);
/* May two baselines differ in this dimension? */
bool baseline_has_dimension(const struct dimension *dimension);
/* What the network interfaces between the ends can carry in Mbit/s, where all traffic of all these
 * points goes through one of them; else NaN. */
double baseline_link_mbit_s(const struct loaded *files, int file_count);

#endif
