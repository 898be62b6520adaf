/* summary.c - the highest numbers of all points, and how many points failed. */
#include "page/summary.h"
#include "chart/svg/markup.h"
#include "reading/columns.h"
#include "reading/load.h"

#include "zmqsweep/format.h"

#include <string.h>

struct totals {
    size_t points, failed, flagged;
    const struct point_record *fastest, *most;
    int64_t sent, lost;
};

static void add_totals(struct totals *totals, const struct loaded *file)
{
    for (size_t i = 0; i < file->point_count; i++) {
        const struct point_record *point = &file->points[i];
        totals->points++;
        totals->failed += point->valid_repetitions == 0;
        totals->flagged += point->valid_repetitions > 0 && *point->flags;
        totals->sent += point->sent;
        totals->lost += point->lost;
        if (point->throughput_mbit_s > (totals->fastest ? totals->fastest->throughput_mbit_s : 0))
            totals->fastest = point;
        if (point->message_rate_per_s > (totals->most ? totals->most->message_rate_per_s : 0))
            totals->most = point;
    }
}

static void write_fact(FILE *out, const char *value, const char *what)
{
    fprintf(out, "<div class=\"card\"><b>");
    markup_text(out, value);
    fprintf(out, "</b>");
    markup_text(out, what);
    fprintf(out, "</div>\n");
}

static void write_record(FILE *out, const struct point_record *point, const char *value,
                         const char *what)
{
    char line[256], size[CELL];
    snprintf(line, sizeof line, "%s: %s, %s, %s", what, point->pattern,
             format_bytes(point->message_size_bytes, size, sizeof size), point->send_mode);
    write_fact(out, value, line);
}

void summary_write(FILE *out, const struct loaded *files, int count)
{
    struct totals totals = {0};
    char text[CELL], more[CELL + 64];
    for (int i = 0; i < count; i++)
        add_totals(&totals, &files[i]);
    fprintf(out, "<div class=\"facts\">\n");
    if (totals.fastest)
        write_record(out, totals.fastest,
                     format_rate(totals.fastest->throughput_mbit_s, text, sizeof text),
                     "highest throughput");
    if (totals.most)
        write_record(out, totals.most,
                     format_per_s(totals.most->message_rate_per_s, text, sizeof text),
                     "highest message rate");
    write_fact(out, format_loss(totals.lost, totals.sent, text), "of all messages lost");
    snprintf(text, sizeof text, "%zu points", totals.points);
    snprintf(more, sizeof more, "%zu without a valid repetition, %zu more with remarks",
             totals.failed, totals.flagged);
    write_fact(out, text, more);
    fprintf(out, "</div>\n");
}
