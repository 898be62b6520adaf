/* point.h - what to know of a point: whether it is the baseline's, whether it ran in rounds, and
 * its notes. Pure. */
#ifndef REPORT_READING_POINT_H
#define REPORT_READING_POINT_H

#include "zmqsweep/results.h"

#include <stdbool.h>

#define NOTES 320 /* bytes of the last cell of a row, which holds the notes */

/* Was it measured over plain TCP sockets, without ZeroMQ? */
bool point_is_baseline(const struct point_record *point);
/* Was it measured in rounds? */
bool point_is_in_rounds(const struct point_record *point);
/* Writes the notes: why a point is not valid, or only in part, and its warnings. @return `text`. */
const char *point_notes(const struct point_record *point, char text[NOTES]);

#endif
