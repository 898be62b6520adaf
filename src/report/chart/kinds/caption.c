/* caption.c - what a picture shows and where it comes from. The caption says so, because a picture
 * travels without its file. */
#include "chart/kinds/caption.h"
#include "reading/columns.h"
#include "reading/dimensions.h"
#include "reading/load.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MOST_FILES (CHART_CAPTION_LINES - 2) /* files that get a line of their own */

static bool varies(const struct dimension *dimension, const struct loaded *files, int file_count)
{
    const struct point_record *first = NULL;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++) {
            if (load_is_extra_baseline(&files[i], &files[i].points[k]))
                continue;
            if (first && dimension_compare(dimension, first, &files[i].points[k]) != 0)
                return true;
            first = first ? first : &files[i].points[k];
        }
    return first == NULL;
}

/* Describes the settings that all points share, as far as a reader needs them. Values that zmqsweep
 * takes by default are left out. */
static void describe_settings(const struct loaded *files, int file_count, char text[CHART_LINE])
{
    char cell[CELL];
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; i < dimension_count && used < CHART_LINE; i++) {
        const struct dimension *dimension = &dimensions[i];
        if (varies(dimension, files, file_count))
            continue;
        dimension_format(dimension, &files[0].points[0], cell);
        bool named_below =
            strcmp(dimension->title, "from") == 0 || strcmp(dimension->title, "to") == 0;
        bool skipped = named_below || dimension_is_default(dimension, cell);
        bool plain =
            strcmp(dimension->title, "pattern") == 0 || strcmp(dimension->title, "transport") == 0;
        if (!skipped)
            used += (size_t)snprintf(text + used, CHART_LINE - used, "%s%s%s%s", used ? ", " : "",
                                     plain ? "" : dimension->title, plain ? "" : " ", cell);
    }
}

static void describe_hosts(const struct loaded *file, char text[160])
{
    if (file->host_count == 0)
        snprintf(text, 160, "unknown host");
    else if (file->host_count == 1)
        snprintf(text, 160, "host %s", file->hosts[0].name);
    else if (file->host_count == 2)
        snprintf(text, 160, "hosts %s and %s", file->hosts[0].name, file->hosts[1].name);
    else
        snprintf(text, 160, "%zu hosts, %s to %s", file->host_count, file->hosts[0].name,
                 file->hosts[file->host_count - 1].name);
}

static void describe_file(const struct loaded *file, bool labelled, char text[CHART_LINE])
{
    const char *libzmq = load_environment(file, "version.libzmq");
    char hosts[160];
    describe_hosts(file, hosts);
    snprintf(text, CHART_LINE, "%.60s%s%.120s, %.10s, zmqsweep %.16s, libzmq %.16s",
             labelled ? file->label : "", labelled ? ": " : "", hosts, file->run->created,
             file->run->creator_version, libzmq ? libzmq : "unknown");
}

void caption_make(struct chart *chart, const struct loaded *files, int file_count,
                  const char *statistics)
{
    char line[CHART_LINE], more[CHART_LINE];
    describe_settings(files, file_count, line);
    chart_add_line(chart, line);
    for (int i = 0; i < file_count && i < MOST_FILES; i++) {
        describe_file(&files[i], file_count > 1, line);
        if (i == MOST_FILES - 1 && file_count > MOST_FILES) {
            snprintf(more, sizeof more, "%.200s; and %d more files", line, file_count - i - 1);
            snprintf(line, sizeof line, "%s", more);
        }
        chart_add_line(chart, line);
    }
    chart_add_line(chart, statistics);
}

void caption_add_point(struct caption_sample *sample, const struct point_record *point)
{
    int64_t valid = point->valid_repetitions;
    if (valid > 0 && (sample->least_repetitions == 0 || valid < sample->least_repetitions))
        sample->least_repetitions = valid;
    if (valid > sample->most_repetitions)
        sample->most_repetitions = valid;
}

static const char *format_repetitions(const struct caption_sample *sample, char text[64])
{
    int64_t least = sample->least_repetitions, most = sample->most_repetitions;
    if (least == most)
        snprintf(text, 64, "%" PRId64 " valid repetition%s", most, most == 1 ? "" : "s");
    else
        snprintf(text, 64, "%" PRId64 " to %" PRId64 " valid repetitions", least, most);
    return text;
}

const char *caption_statistics(const struct caption_sample *sample, char text[CHART_LINE])
{
    char repetitions[64], bars[96] = "";
    format_repetitions(sample, repetitions);
    if (sample->most_coverage - sample->least_coverage < 0.0005)
        snprintf(bars, sizeof bars, ", bars: %.1f %% interval of the median",
                 100 * sample->least_coverage);
    else if (isfinite(sample->least_coverage))
        snprintf(bars, sizeof bars, ", bars: %.1f to %.1f %% interval of the median",
                 100 * sample->least_coverage, 100 * sample->most_coverage);
    snprintf(text, CHART_LINE, "%s of %s%s", sample->is_sum ? "sum" : "median", repetitions, bars);
    return text;
}
