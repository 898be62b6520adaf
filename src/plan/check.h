/* check.h - settings that cannot go together, or that need more ranks than there are. */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "zmqsweep/error.h"
#include "zmqsweep/settings.h"

/* Each: @return 0, or -1 with what would be right. */

/* What the settings mean to each other, whatever the job. */
int check_settings(const struct settings *settings, struct error *error);
/* Are the ranks enough for the largest group and the most pairs? */
int check_ranks(const struct settings *settings, int32_t ranks, struct error *error);
/* Do a repetition's bytes fit into 63 bits? To be asked once the ranks are known to be enough. */
int check_volume(const struct settings *settings, int32_t ranks, struct error *error);

/* Senders and receivers of the largest group. */
int64_t check_largest_group(const struct settings *settings);

#endif
