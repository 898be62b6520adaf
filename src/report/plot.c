/* plot.c - the subcommand plot: which picture of which points. */
#include "plot_internal.h"

#include "zmqsweep/config.h"

#include <string.h>

static int read_kind(const struct arguments *arguments, enum plot_kind_id *kind, struct error *error)
{
    const char *names[KIND_COUNT], *asked = arguments_text(arguments, NAME_KIND);
    *kind = KIND_SIZE;
    for (int i = 0; i < KIND_COUNT; i++) {
        names[i] = plot_kinds[i].name;
        if (asked && strcmp(asked, names[i]) == 0) {
            *kind = (enum plot_kind_id)i;
            return 0;
        }
    }
    if (!asked)
        return 0;
    const char *nearest = text_nearest(asked, names, KIND_COUNT);
    return error_set(
        error, "--kind: there is no picture %.64s; say size, rate, scaling, loss, cpu, time or matrix%s%s",
        asked, nearest ? "; the nearest is " : "", nearest ? nearest : "");
}

static int draw_chart(struct script *script, enum plot_kind_id kind, const char *title,
                      const struct loaded *files, int file_count, struct error *error)
{
    struct chart chart;
    char statistics[256], line[256];
    if (chart_make(&chart, kind, files, file_count, error))
        return -1;
    caption_statistics(&chart, statistics);
    snprintf(line, sizeof line, "%.200s%s", statistics,
             kind == KIND_SCALING ? "; dotted: ideal from the first point on" : "");
    caption_make(&script->caption, title, files, file_count, line);
    int failed = script_chart(script, &chart, error);
    chart_free(&chart);
    return failed;
}

static int draw(struct script *script, enum plot_kind_id kind, const struct arguments *arguments,
                struct loaded *files, struct error *error)
{
    int file_count = arguments->file_count;
    const char *title = arguments_text(arguments, NAME_TITLE);
    char statistics[256];
    title = title ? title : plot_kinds[kind].title;
    if (kind == KIND_TIME) {
        caption_make(&script->caption, title, files, 1, "");
        return script_timeline(script, &files[0], arguments_text(arguments, NAME_POINT), error);
    }
    if (kind == KIND_MATRIX) {
        if (streams_narrow(files, file_count, error))
            return -1;
        caption_make(&script->caption, title, files, file_count,
                     caption_streams(files, file_count, statistics));
        return script_matrix(script, files, file_count, error);
    }
    return draw_chart(script, kind, title, files, file_count, error);
}

static int check(const struct arguments *arguments, enum plot_kind_id kind, struct error *error)
{
    if (kind == KIND_TIME && arguments->file_count > 1)
        return error_set(error, "--kind %s takes one file", plot_kinds[kind].name);
    if (kind != KIND_TIME && arguments_flag(arguments, NAME_POINT))
        return error_set(error, "--point goes with --kind time; use --where otherwise");
    return 0;
}

int plot_run(struct task *task, struct error *error)
{
    struct script script = {.out = task->out, .data = task->data};
    enum plot_kind_id kind;
    struct filter filter;
    struct loaded *files;
    if (picture_read(task->arguments, &script.picture, error) || read_kind(task->arguments, &kind, error) ||
        check(task->arguments, kind, error) ||
        filter_read(arguments_text(task->arguments, NAME_WHERE), TABLE_POINTS, &filter, error))
        return EXIT_USAGE;
    if (arguments_load(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    int failed = draw(&script, kind, task->arguments, files, error);
    load_free_all(files, task->arguments->file_count);
    if (!failed && fflush(task->data))
        failed = error_set(error, "the data of the plot cannot be written");
    return failed ? EXIT_FAILED : EXIT_OK;
}
