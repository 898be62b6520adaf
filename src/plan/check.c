/* check.c - settings that cannot go together, or that need more ranks than there are. */
#include "check.h"

#include "zmqsweep/plan.h"

#include <string.h>

#define WRITE_DIR_MOST 1000

static int64_t largest(const struct settings *settings, enum option_id id)
{
    const struct setting *setting = &settings->items[id];
    int64_t most = setting->values[0];
    for (size_t i = 1; i < setting->count; i++) {
        most = setting->values[i] > most ? setting->values[i] : most;
    }
    return most;
}

/* The largest number of pairs. `all` counts as 1, because at least one group must be there. */
static int64_t largest_pairs(const struct settings *settings)
{
    int64_t most = largest(settings, OPTION_PAIRS);
    return most == OPTION_KEYWORD ? 1 : most;
}

int64_t check_largest_group(const struct settings *settings)
{
    return largest(settings, OPTION_RECEIVERS_PER_SENDER) +
           largest(settings, OPTION_SENDERS_PER_RECEIVER);
}

int32_t plan_fewest_ranks(const struct settings *settings)
{
    int64_t ranks = 1 + largest_pairs(settings) * check_largest_group(settings);
    return ranks > INT32_MAX ? INT32_MAX : (int32_t)ranks;
}

static int check_shape(const struct settings *settings, struct error *error)
{
    int64_t receivers = largest(settings, OPTION_RECEIVERS_PER_SENDER);
    int64_t senders = largest(settings, OPTION_SENDERS_PER_RECEIVER);
    if (receivers > 1 && senders > 1) {
        return error_set(error,
                         "--receivers-per-sender %lld with --senders-per-receiver %lld: one of the "
                         "two must be 1 in every group; sweep them in two runs",
                         (long long)receivers, (long long)senders);
    }
    if (largest_pairs(settings) > (INT32_MAX - 1) / check_largest_group(settings)) {
        return error_set(error, "--pairs %lld: more ranks than MPI can number; say fewer",
                         (long long)largest_pairs(settings));
    }
    return 0;
}

static int check_writing(const struct settings *settings, struct error *error)
{
    const struct setting *modes = &settings->items[OPTION_RECEIVE_MODE];
    if (strlen(config_text(settings, OPTION_WRITE_DIR)) > WRITE_DIR_MOST) {
        return error_set(error, "--write-dir: the name is longer than %d characters",
                         WRITE_DIR_MOST);
    }
    for (size_t i = 0; i < modes->count; i++) {
        if (modes->values[i] == RECEIVE_WRITE && !*config_text(settings, OPTION_WRITE_DIR)) {
            return error_set(error,
                             "--receive-mode write: say where the files go: --write-dir DIR");
        }
    }
    return 0;
}

static bool lists(const struct settings *settings, enum option_id id, int64_t value)
{
    const struct setting *setting = &settings->items[id];
    bool found = false;
    for (size_t i = 0; i < setting->count; i++) {
        found = found || setting->values[i] == value;
    }
    return found;
}

/* Rejects what req-rep and pair cannot do, because they send messages back. */
static int check_echoes(const struct settings *settings, struct error *error)
{
    bool pair = lists(settings, OPTION_PATTERN, PATTERN_PAIR);
    if (!pair && !lists(settings, OPTION_PATTERN, PATTERN_REQ_REP)) {
        return 0;
    }
    if (pair && check_largest_group(settings) != 2) {
        return error_set(error, "--pattern pair: a pair socket has one peer; leave out "
                                "--receivers-per-sender and --senders-per-receiver");
    }
    if (lists(settings, OPTION_RECEIVE_MODE, RECEIVE_WRITE)) {
        return error_set(error, "--receive-mode write is for push-pull and pub-sub; in req-rep and "
                                "pair the receiver sends the message back");
    }
    if (config_value(settings, OPTION_BASELINE) != BASELINE_NONE) {
        return error_set(error, "--baseline tcp sends one way only: it is nothing to compare "
                                "req-rep and pair with; sweep them in two runs");
    }
    return 0;
}

/* Checks that every size has room for a send time, which timed messages of one-way patterns carry.
 */
static int check_latency(const struct settings *settings, struct error *error)
{
    const struct setting *sizes = &settings->items[OPTION_SIZE];
    bool one_way = lists(settings, OPTION_PATTERN, PATTERN_PUSH_PULL) ||
                   lists(settings, OPTION_PATTERN, PATTERN_PUB_SUB);
    for (size_t i = 0; i < sizes->count; i++) {
        if (one_way && config_value(settings, OPTION_LATENCY) != OPTION_KEYWORD &&
            sizes->values[i] < PLAN_STAMP_BYTES) {
            return error_set(error,
                             "--latency: a message of %lld byte%s cannot carry its send time, "
                             "which takes %d; say --size %d or more",
                             (long long)sizes->values[i], sizes->values[i] == 1 ? "" : "s",
                             PLAN_STAMP_BYTES, PLAN_STAMP_BYTES);
        }
    }
    return 0;
}

static int check_find_rate(const struct settings *settings, struct error *error)
{
    const struct setting *patterns = &settings->items[OPTION_PATTERN];
    if (config_value(settings, OPTION_FIND_RATE) == OPTION_KEYWORD) {
        return 0;
    }
    for (size_t i = 0; i < patterns->count; i++) {
        if (patterns->values[i] != PATTERN_PUB_SUB) {
            return error_set(error, "--find-rate is for pub-sub: no other pattern loses anything; "
                                    "say --pattern pub-sub");
        }
    }
    if (settings->items[OPTION_RATE].count > 1 ||
        config_value(settings, OPTION_RATE) != OPTION_KEYWORD) {
        return error_set(error, "--find-rate and --rate exclude each other; give one of them");
    }
    if (config_value(settings, OPTION_COUNT) != OPTION_KEYWORD) {
        return error_set(error, "--find-rate measures in windows; leave out --count");
    }
    return 0;
}

/* How many messages of a repetition one message of --count stands for, in the point where that
 * number is largest. */
static int64_t most_copies(const struct settings *settings, int32_t ranks)
{
    const struct setting *receivers = &settings->items[OPTION_RECEIVERS_PER_SENDER];
    const struct setting *senders = &settings->items[OPTION_SENDERS_PER_RECEIVER];
    const struct setting *pairs = &settings->items[OPTION_PAIRS];
    int64_t most = 1;
    for (size_t r = 0; r < receivers->count; r++) {
        for (size_t s = 0; s < senders->count; s++) {
            for (size_t p = 0; p < pairs->count; p++) {
                int64_t to = receivers->values[r], from = senders->values[s];
                int64_t groups = pairs->values[p] == OPTION_KEYWORD ? (ranks - 1) / (to + from)
                                                                    : pairs->values[p];
                int64_t copies = (groups > 0 ? groups : 1) * to * from;
                most = copies > most ? copies : most;
            }
        }
    }
    return most;
}

static int check_order(const struct settings *settings, struct error *error)
{
    if (config_value(settings, OPTION_ORDER) == ROUNDS_NONE &&
        config_value(settings, OPTION_SPREAD) != OPTION_KEYWORD) {
        return error_set(
            error,
            "--spread is between rounds, which --order points has not; leave out one of the two");
    }
    return 0;
}

int check_settings(const struct settings *settings, struct error *error)
{
    return check_shape(settings, error) || check_writing(settings, error) ||
                   check_find_rate(settings, error) || check_echoes(settings, error) ||
                   check_latency(settings, error) || check_order(settings, error)
               ? -1
               : 0;
}

int check_volume(const struct settings *settings, int32_t ranks, struct error *error)
{
    int64_t count = largest(settings, OPTION_COUNT), size = largest(settings, OPTION_SIZE);
    if (count != OPTION_KEYWORD && count > INT64_MAX / size / most_copies(settings, ranks)) {
        return error_set(error,
                         "--count %lld with --size %lld: the bytes of one repetition do not fit "
                         "into 63 bits; say a smaller count",
                         (long long)count, (long long)size);
    }
    return 0;
}

int check_ranks(const struct settings *settings, int32_t ranks, struct error *error)
{
    int32_t fewest = plan_fewest_ranks(settings);
    if (ranks >= fewest) {
        return 0;
    }
    return error_set(error,
                     "%d rank%s: a coordinator and %lld group%s of %lld senders and receivers need "
                     "%d; start it with -n %d",
                     ranks, ranks == 1 ? "" : "s", (long long)largest_pairs(settings),
                     largest_pairs(settings) == 1 ? "" : "s",
                     (long long)check_largest_group(settings), fewest, fewest);
}
