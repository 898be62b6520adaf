/* expand.h - the product of the dimensions, numbered. */
#ifndef PLAN_EXPAND_H
#define PLAN_EXPAND_H

#include "zmqsweep/plan.h"

#define EXPAND_MOST_POINTS 10000000

/* The number of points in one step of the matrix, or a number over EXPAND_MOST_POINTS. Without a
 * matrix there is one step. */
int64_t expand_points_per_step(const struct settings *settings);
/* How many points, one after the other, have the same layout. */
int64_t expand_layout_stride(const struct settings *settings);

/* Fills `value` with the point's value of each option, as asked for. @return the point's step of
 * the matrix. */
int64_t expand_values(const struct plan *plan, int64_t id, int64_t value[OPTION_TOTAL]);
/* Point number `id` of the product of the dimensions. */
struct point expand_listed(const struct plan *plan, int64_t id);
/* The number of the point in the product from which point `id` is made. For a point of the baseline
 * this is another point; for all others it is the point itself. */
int64_t expand_source_point(const struct plan *plan, int64_t id);
/* The most groups that the point's placement has ranks for. */
int32_t expand_all_pairs(const struct plan *plan, const struct point *point);

#endif
