/* outcome.c - what one rank saw of a repetition. */
#include "outcome/outcome.h"

#include <stdio.h>

void outcome_fail(struct outcome *outcome, const struct error *error)
{
    if (!outcome->failed) {
        outcome->failed = 1;
        snprintf(outcome->message, sizeof outcome->message, "%.*s",
                 (int)sizeof outcome->message - 1, error->text);
    }
}

bool outcome_begins_at_first(const struct traffic_sample *begin)
{
    return begin->count == 0 && begin->cut_ns == 0;
}

int64_t outcome_window_messages(const struct traffic_sample *begin,
                                const struct traffic_sample *end)
{
    return end->count - begin->count - (outcome_begins_at_first(begin) && end->count > 0);
}
