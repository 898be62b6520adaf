/* dimensions.h - the settings by which the points of a sweep differ. */
#ifndef REPORT_READING_DIMENSIONS_H
#define REPORT_READING_DIMENSIONS_H

#include "columns.h"
#include "load.h"

struct dimension {
    const char *title;
    const char *column; /* in table points, or NULL: then by `key` among the words of `settings` */
    const char *key;
    bool right; /* numbers */
    int rank;   /* see struct grid_column */
};
extern const struct dimension dimensions[];
extern const size_t dimension_count;
#define MOST_DIMENSIONS 32

const char *dimension_format(const struct dimension *dimension, const struct point_record *point,
                             char text[CELL]);
/* <0, 0, >0 */
int dimension_compare(const struct dimension *dimension, const struct point_record *a,
                      const struct point_record *b);
/* Whether the value is what zmqsweep does unasked, or missing. */
bool dimension_is_default(const struct dimension *dimension, const char *cell);
bool dimension_varies(const struct dimension *dimension, const struct point_record *points,
                      size_t count);
/* Has the value one place above the table, because all points share it? Of the baseline's rows
 * beside others only the size counts. A reader looks for the size even when there is only one: it
 * is never above. */
bool dimension_is_above(const struct dimension *dimension, const struct loaded *file);

#endif
