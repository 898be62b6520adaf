/* point.c - what the values of a point mean. */
#include "zmqsweep/point.h"

#include "zmqsweep/options.h"

/* The word of the option table for a choice; values that are not choices of the table get their
 * words here. */
static const char *choice(enum option_id id, int32_t value)
{
    return config_options[id].choices[value];
}

const char *plan_pattern_word(int32_t pattern)
{
    return pattern == PATTERN_STREAM ? "stream" : choice(OPTION_PATTERN, pattern);
}

const char *plan_transport_word(int32_t transport)
{
    return transport == TRANSPORT_RAW_TCP ? "raw-tcp" : choice(OPTION_TRANSPORT, transport);
}

bool plan_echoes(const struct point *point)
{
    return point->pattern == PATTERN_REQ_REP || point->pattern == PATTERN_PAIR;
}

bool plan_is_baseline(const struct point *point)
{
    return point->pattern == PATTERN_STREAM;
}
