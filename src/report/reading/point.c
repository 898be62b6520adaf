/* point.c - the notes on a point: what it lacks, and its flags. */
#include "point.h"

#include "columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool point_is_baseline(const struct point_record *point)
{
    return strcmp(point->transport, "raw-tcp") == 0;
}

bool point_is_in_rounds(const struct point_record *point)
{
    return strcmp(point->order, "random") == 0 || strcmp(point->order, "listed") == 0;
}

/* Writes why a point has less than was asked for: "3 of 6 repetitions", "precision not reached
 * (time)"; "" when it lacks nothing. */
static const char *write_shortage(const struct point_record *point, char text[CELL])
{
    *text = '\0';
    if (strcmp(point->stop_reason, "interrupted") == 0 &&
        point->planned_repetitions > point->repetitions)
        snprintf(text, CELL, "%" PRId64 " of %" PRId64 " repetitions", point->repetitions,
                 point->planned_repetitions);
    else if (point->precision > 0 && strcmp(point->stop_reason, "precision") != 0)
        snprintf(text, CELL, "precision not reached (%s)", point->stop_reason);
    return text;
}

const char *point_notes(const struct point_record *point, char text[NOTES])
{
    char shortage[CELL], valid[CELL] = "";
    const char *parts[] = {valid, write_shortage(point, shortage), point->flags};
    size_t used = 0;
    if (strcmp(point->status, "failed") == 0) {
        snprintf(text, NOTES, "invalid: %s", *point->flags ? point->flags : "no repetition");
        return text;
    }
    if (point->valid_repetitions < point->repetitions)
        snprintf(valid, sizeof valid, "%" PRId64 " of %" PRId64 " valid", point->valid_repetitions,
                 point->repetitions);
    *text = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts && used < NOTES; i++)
        if (*parts[i])
            used += (size_t)snprintf(text + used, NOTES - used, "%s%s", used ? ": " : "", parts[i]);
    return text;
}
