/* check.h - settings that cannot go together, or that need more ranks than there are. */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "zmqsweep/error.h"
#include "zmqsweep/settings.h"

/* Each function: @return 0, or -1 with `error`, which says what would be right. */

/* Checks the settings against each other, whatever the job. */
int check_settings(const struct settings *settings, struct error *error);
/* Checks that the ranks are enough for the largest group and the most pairs. */
int check_ranks(const struct settings *settings, int32_t ranks, struct error *error);
/* Checks that a repetition's bytes fit into 63 bits. To be called after check_ranks has succeeded.
 */
int check_volume(const struct settings *settings, int32_t ranks, struct error *error);

/* The number of senders and receivers of the largest group. */
int64_t check_largest_group(const struct settings *settings);

#endif
