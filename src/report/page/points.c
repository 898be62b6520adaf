/* points.c - the table of points, which a click sorts by a column. */
#include "page/points.h"
#include "analysis/baseline.h"
#include "chart/svg/markup.h"
#include "reading/columns.h"
#include "reading/dimensions.h"
#include "reading/load.h"
#include "reading/point.h"

#include "zmqsweep/format.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- the table ---- */

static void write_heading(FILE *out, const char *title, bool number)
{
    fprintf(out, "<th data-sort=\"%s\"%s><button type=\"button\">", number ? "n" : "t",
            number ? " class=\"r\"" : "");
    markup_text(out, title);
    fprintf(out, "</button></th>");
}

/* Writes a cell that sorts by `value`; NaN sorts last. */
static void write_number(FILE *out, double value, const char *text)
{
    fprintf(out, "<td class=\"r\" data-v=\"");
    format_csv_number(out, value);
    fprintf(out, "\">");
    markup_text(out, text);
    fprintf(out, "</td>");
}

static bool is_shown(const struct dimension *dimension, const struct loaded *files, int count)
{
    bool several = strcmp(dimension->title, "size") == 0;
    for (int i = 0; i < count && !several; i++)
        several = dimension_varies(dimension, files[i].points, files[i].point_count) ||
                  (files[i].point_count && files[0].point_count &&
                   dimension_compare(dimension, files[0].points, files[i].points) != 0);
    return several;
}

static void write_dimension(FILE *out, const struct dimension *dimension,
                            const struct point_record *point)
{
    char cell[CELL];
    dimension_format(dimension, point, cell);
    if (dimension->right && dimension->column)
        write_number(
            out,
            column_number(column_named(TABLE_POINTS, dimension->column, strlen(dimension->column)),
                          point),
            cell);
    else
        markup_cell(out, cell);
}

/* Which of the columns that not every page needs are shown. */
struct shown {
    const struct dimension *dimensions[MOST_DIMENSIONS];
    size_t count;
    bool labels, shares;
};

static void write_row(FILE *out, const struct loaded *file, const struct point_record *point,
                      const struct shown *shown)
{
    char text[CELL], notes[NOTES];
    double loss = point->sent > 0 ? (double)point->lost / (double)point->sent : NAN;
    bool failed = point->valid_repetitions == 0;
    fprintf(out, "<tr%s>", failed ? " class=\"bad\"" : *point->flags ? " class=\"warn\"" : "");
    if (shown->labels)
        markup_cell(out, file->label);
    for (size_t i = 0; i < shown->count; i++)
        write_dimension(out, shown->dimensions[i], point);
    write_number(out, point->throughput_mbit_s,
                 format_rate(point->throughput_mbit_s, text, sizeof text));
    write_number(out, point->throughput_low_mbit_s,
                 format_interval(point->throughput_mbit_s, point->throughput_low_mbit_s,
                                 point->throughput_high_mbit_s, text));
    if (shown->shares)
        write_number(out, baseline_share(file, point),
                     baseline_format_share(baseline_share(file, point), text));
    write_number(out, point->message_rate_per_s,
                 format_per_s(point->message_rate_per_s, text, sizeof text));
    write_number(out, loss, format_loss(point->lost, point->sent, text));
    write_number(out, point->cpu_ns_per_message,
                 format_nanoseconds(point->cpu_ns_per_message, text));
    snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, point->valid_repetitions,
             point->repetitions);
    write_number(out, (double)point->valid_repetitions, text);
    markup_cell(out, point_notes(point, notes));
    fprintf(out, "</tr>\n");
}

void points_write(FILE *out, const struct loaded *files, int count)
{
    static const char *const measures[] = {"throughput", "interval",    "of TCP", "messages",
                                           "loss",       "cpu/message", "valid"};
    struct shown shown = {.count = 0, .labels = count > 1};
    for (size_t i = 0; i < dimension_count; i++)
        if (is_shown(&dimensions[i], files, count))
            shown.dimensions[shown.count++] = &dimensions[i];
    for (int i = 0; i < count; i++)
        shown.shares = shown.shares || files[i].baseline_count > 0;
    fprintf(out, "<h2>Points <small>a click on a heading sorts</small></h2>\n<div "
                 "class=\"wide\"><table><thead><tr>");
    if (count > 1)
        write_heading(out, "file", false);
    for (size_t i = 0; i < shown.count; i++)
        write_heading(out, shown.dimensions[i]->title,
                      shown.dimensions[i]->right && shown.dimensions[i]->column);
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (shown.shares || strcmp(measures[i], "of TCP") != 0)
            write_heading(out, measures[i], true);
    write_heading(out, "notes", false);
    fprintf(out, "</tr></thead><tbody>\n");
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < files[i].point_count; k++)
            write_row(out, &files[i], &files[i].points[k], &shown);
    fprintf(out, "</tbody></table></div>\n");
}
