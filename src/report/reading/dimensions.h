/* dimensions.h - the settings by which the points of a sweep differ. */
#ifndef REPORT_READING_DIMENSIONS_H
#define REPORT_READING_DIMENSIONS_H

#include "columns.h"
#include "load.h"

struct dimension {
    const char *title;
    const char *column; /* column in table points; NULL: `settings` has it, by `key` */
    const char *key;
    bool right; /* right-aligned, as numbers are */
    int rank;   /* see struct grid_column */
};
extern const struct dimension dimensions[];
extern const size_t dimension_count;
#define MOST_DIMENSIONS 32

const char *dimension_format(const struct dimension *dimension, const struct point_record *point,
                             char text[CELL]);
/* Compares the dimension's value of two points. @return < 0, 0 or > 0. */
int dimension_compare(const struct dimension *dimension, const struct point_record *a,
                      const struct point_record *b);
/* Whether the value is zmqsweep's default, or missing. */
bool dimension_is_default(const struct dimension *dimension, const char *cell);
bool dimension_varies(const struct dimension *dimension, const struct point_record *points,
                      size_t count);
/* Is the dimension's value printed once above the table, because all points share it? For baseline
 * rows beside others, only the size is compared. The size itself is never above: a reader looks for
 * it in the table even when there is only one. */
bool dimension_is_above(const struct dimension *dimension, const struct loaded *file);

#endif
