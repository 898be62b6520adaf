/* caption.c - a picture says what it shows and where it comes from, for it travels without its file. */
#include "plot_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void caption_add(struct caption *caption, const char *text)
{
    if (*text && caption->line_count < CAPTION_LINES)
        snprintf(caption->lines[caption->line_count++], sizeof caption->lines[0], "%s", text);
}

static bool varies(const struct dimension *dimension, const struct loaded *files, int file_count)
{
    const struct point_record *first = NULL;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++) {
            if (load_is_beside(&files[i], &files[i].points[k]))
                continue;
            if (first && dimension_compare(dimension, first, &files[i].points[k]) != 0)
                return true;
            first = first ? first : &files[i].points[k];
        }
    return first == NULL;
}

/* What a reader needs to know of the settings that all points share; what zmqsweep does unasked is left out.
 */
static void describe_settings(const struct loaded *files, int file_count, char text[256])
{
    char cell[CELL];
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; i < dimension_count && used < 256; i++) {
        const struct dimension *dimension = &dimensions[i];
        if (varies(dimension, files, file_count))
            continue;
        dimension_format(dimension, &files[0].points[0], cell);
        bool named_below = strcmp(dimension->title, "from") == 0 || strcmp(dimension->title, "to") == 0;
        bool skipped = named_below || dimension_is_default(dimension, cell);
        bool plain = strcmp(dimension->title, "pattern") == 0 || strcmp(dimension->title, "transport") == 0;
        if (!skipped)
            used += (size_t)snprintf(text + used, 256 - used, "%s%s%s%s", used ? ", " : "",
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

static void describe_file(const struct loaded *file, bool labelled, char text[256])
{
    const char *libzmq = load_environment(file, "version.libzmq");
    char hosts[160];
    describe_hosts(file, hosts);
    snprintf(text, 256, "%.60s%s%.120s, %.10s, zmqsweep %.16s, libzmq %.16s", labelled ? file->label : "",
             labelled ? ": " : "", hosts, file->run->created, file->run->creator_version,
             libzmq ? libzmq : "unknown");
}

void caption_make(struct caption *caption, const char *title, const struct loaded *files, int file_count,
                  const char *statistics)
{
    char line[256], more[256];
    *caption = (struct caption){.line_count = 0};
    snprintf(caption->title, sizeof caption->title, "%s", title);
    describe_settings(files, file_count, line);
    caption_add(caption, line);
    for (int i = 0; i < file_count && i < CAPTION_LINES - 2; i++) {
        describe_file(&files[i], file_count > 1, line);
        if (i == CAPTION_LINES - 3 && file_count > CAPTION_LINES - 2) {
            snprintf(more, sizeof more, "%.200s; and %d more files", line, file_count - i - 1);
            snprintf(line, sizeof line, "%s", more);
        }
        caption_add(caption, line);
    }
    caption_add(caption, statistics);
}

static const char *write_repetitions(int64_t least, int64_t most, char text[64])
{
    if (least == most)
        snprintf(text, 64, "%" PRId64 " valid repetition%s", most, most == 1 ? "" : "s");
    else
        snprintf(text, 64, "%" PRId64 " to %" PRId64 " valid repetitions", least, most);
    return text;
}

const char *caption_streams(const struct loaded *files, int file_count, char text[256])
{
    int64_t least = INT64_MAX, most = 0;
    char repetitions[64];
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++) {
            int64_t valid = files[i].points[k].valid_repetitions;
            least = valid > 0 && valid < least ? valid : least;
            most = valid > most ? valid : most;
        }
    snprintf(text, 256, "median of %s", write_repetitions(least < most ? least : most, most, repetitions));
    return text;
}

const char *caption_statistics(const struct chart *chart, char text[256])
{
    char repetitions[64], bars[96] = "";
    write_repetitions(chart->least_repetitions, chart->most_repetitions, repetitions);
    if (chart->most_coverage - chart->least_coverage < 0.0005)
        snprintf(bars, sizeof bars, ", bars: %.1f %% interval of the median", 100 * chart->least_coverage);
    else if (isfinite(chart->least_coverage))
        snprintf(bars, sizeof bars, ", bars: %.1f to %.1f %% interval of the median",
                 100 * chart->least_coverage, 100 * chart->most_coverage);
    snprintf(text, 256, "%s of %s%s", strcmp(chart->kind->name, "loss") == 0 ? "sum" : "median", repetitions,
             bars);
    return text;
}
