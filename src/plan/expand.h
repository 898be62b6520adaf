/* expand.h - the product of the dimensions, numbered. */
#ifndef PLAN_EXPAND_H
#define PLAN_EXPAND_H

#include "zmqsweep/plan.h"

#define EXPAND_MOST_POINTS 10000000

/* Points of one step of the matrix, or a number over EXPAND_MOST_POINTS; without a matrix there is
 * one step.
 */
int64_t expand_points_per_step(const struct settings *settings);
/* So many points, one after the other, have the same layout. */
int64_t expand_layout_stride(const struct settings *settings);

/* The point's value of each option, as asked for. @return the step. */
int64_t expand_values(const struct plan *plan, int64_t id, int64_t value[OPTION_TOTAL]);
/* A point of the dimensions' product. */
struct point expand_listed(const struct plan *plan, int64_t id);
/* The point of the product that a point is made after: itself, but for the baseline's. */
int64_t expand_source_point(const struct plan *plan, int64_t id);
/* The most groups that the point's placement has ranks for. */
int32_t expand_all_pairs(const struct plan *plan, const struct point *point);

#endif
