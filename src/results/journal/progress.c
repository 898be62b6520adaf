/* progress.c - which repetitions of a journal have all their rows. */
#include "journal/progress.h"

#include "lines/decode.h"

#include <string.h>

static void begin(struct journal_progress *progress, const struct journal_line *line)
{
    memset(progress, 0, sizeof *progress);
    progress->begun = true;
    progress->first_block = line->offset;
    progress->point_id = line->point_id;
    progress->repetition = line->repetition;
}

static void take_block(struct journal_progress *progress, const struct journal_line *line)
{
    if (!progress->begun || progress->point_id != line->point_id ||
        progress->repetition != line->repetition)
        begin(progress, line);
    progress->counts[line->table] += (int64_t)line->count;
}

static bool is_whole(const struct journal_progress *progress, const struct journal_line *line)
{
    int64_t counts[TABLE_LATENCY + 1], repetition;
    if (decode_row_counts(line->data, line->data_length, &repetition, counts))
        return false;
    bool same = !progress->begun ||
                (progress->point_id == line->point_id && progress->repetition == repetition);
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY && same; t++)
        same = counts[t] == (progress->begun ? progress->counts[t] : 0);
    return same;
}

bool journal_progress_take(struct journal_progress *progress, const struct journal_line *line)
{
    bool whole = false;
    if (line->kind == LINE_ROWS) {
        take_block(progress, line);
        return false;
    }
    if (line->kind == LINE_REPETITION) {
        whole = is_whole(progress, line);
        if (!progress->begun)
            progress->first_block = line->offset;
    }
    progress->begun = false;
    return whole;
}
