/* point.h - one point: is it the baseline's, and what is there to know of it. Pure. */
#ifndef REPORT_READING_POINT_H
#define REPORT_READING_POINT_H

#include "zmqsweep/results.h"

#include <stdbool.h>

#define NOTES 320 /* bytes of the last cell of a row, which holds the notes */

/* Was it measured over plain TCP sockets, without ZeroMQ? */
bool point_is_baseline(const struct point_record *point);
/* Was it measured in rounds? */
bool point_is_in_rounds(const struct point_record *point);
/* Why a point is not, or not wholly, valid, and its warnings. */
const char *point_notes(const struct point_record *point, char text[NOTES]);

#endif
