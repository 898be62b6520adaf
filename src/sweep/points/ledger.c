/* ledger.c - keeps the repetitions of every point so far. */
#include "points/ledger.h"

#include "zmqsweep/traffic_connections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void begin_entry(struct ledger_entry *entry)
{
    memset(entry, 0, sizeof *entry);
    entry->last_round = -1;
    entry->connections = (struct traffic_connections){NAN, NAN, NAN, NAN, 0, 0};
}

int ledger_make(int64_t points, struct ledger *ledger)
{
    *ledger = (struct ledger){.points = points};
    ledger->entries = malloc(((size_t)points + 1) * sizeof *ledger->entries);
    for (int64_t id = 0; ledger->entries && id < points; id++) {
        begin_entry(&ledger->entries[id]);
    }
    return ledger->entries ? 0 : -1;
}

void ledger_free(struct ledger *ledger)
{
    for (int64_t id = 0; ledger->entries && id < ledger->points; id++) {
        free(ledger->entries[id].samples);
    }
    free(ledger->entries);
    memset(ledger, 0, sizeof *ledger);
}

static int make_room(struct ledger_entry *entry)
{
    if (entry->count < entry->capacity) {
        return 0;
    }
    int32_t capacity = 6 + 2 * entry->capacity;
    struct summary_sample *more = realloc(entry->samples, (size_t)capacity * sizeof *more);
    if (!more) {
        return -1;
    }
    entry->samples = more;
    entry->capacity = capacity;
    return 0;
}

static double repetitions_left(const struct ledger_entry *entry)
{
    return entry->finished ? 0 : fmax(entry->expected - entry->count, 0);
}

int ledger_add(struct ledger *ledger, const struct repetition_record *row)
{
    struct ledger_entry *entry = &ledger->entries[row->point_id];
    ledger->expected_left -= repetitions_left(entry);
    if (make_room(entry)) {
        return -1;
    }
    entry->samples[entry->count++] = summary_sample(row);
    entry->next = (int32_t)row->repetition + 1;
    entry->last_round = (int32_t)row->round;
    entry->elapsed_s += row->took_s;
    entry->repeating_s += row->took_s;
    ledger->expected_left += repetitions_left(entry);
    return 0;
}

void ledger_expect(struct ledger *ledger, int64_t point_id, double repetitions)
{
    struct ledger_entry *entry = &ledger->entries[point_id];
    ledger->expected_left -= repetitions_left(entry);
    entry->expected = repetitions;
    ledger->expected_left += repetitions_left(entry);
}

int64_t ledger_valid(const struct ledger_entry *entry)
{
    int64_t valid = 0;
    for (int32_t i = 0; i < entry->count; i++) {
        valid += entry->samples[i].valid;
    }
    return valid;
}

void ledger_finish(struct ledger *ledger, int64_t point_id, enum stop_reason stop)
{
    struct ledger_entry *entry = &ledger->entries[point_id];
    if (entry->finished) {
        return;
    }
    ledger->expected_left -= repetitions_left(entry);
    entry->finished = true;
    entry->stop = stop;
    ledger->finished++;
    ledger->failed += ledger_valid(entry) == 0;
}

void ledger_drop(struct ledger *ledger, int64_t point_id)
{
    struct ledger_entry *entry = &ledger->entries[point_id];
    ledger->finished -= entry->finished;
    ledger->failed -= entry->finished && ledger_valid(entry) == 0;
    ledger->expected_left -= repetitions_left(entry);
    entry->finished = false;
    entry->count = entry->next = 0;
    entry->repeating_s = 0;
    ledger->expected_left += repetitions_left(entry);
}

bool ledger_is_due(const struct ledger *ledger, int64_t point_id, int64_t round)
{
    const struct ledger_entry *entry = &ledger->entries[point_id];
    return !entry->finished && entry->last_round < round;
}

int64_t ledger_round(const struct ledger *ledger)
{
    int64_t round = 0;
    for (int64_t id = 0; id < ledger->points; id++) {
        round = ledger->entries[id].last_round > round ? ledger->entries[id].last_round : round;
    }
    return round;
}

int64_t ledger_repetitions(const struct ledger *ledger)
{
    int64_t repetitions = 0;
    for (int64_t id = 0; id < ledger->points; id++) {
        repetitions += ledger->entries[id].count;
    }
    return repetitions;
}
