/* plot_command.c - the subcommand plot: script and data, then gnuplot, then the picture's name. */
#include "chart/plot_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_INCHES 2.0
#define MOST_INCHES 50.0

static int read_inches(const char *text, struct picture *picture, struct error *error)
{
    char *end;
    picture->width = strtod(text, &end);
    picture->height = *end == 'x' ? strtod(end + 1, &end) : 0;
    if (*end == '\0' && picture->width >= LEAST_INCHES && picture->height >= LEAST_INCHES &&
        picture->width <= MOST_INCHES && picture->height <= MOST_INCHES)
        return 0;
    return error_set(error,
                     "--size-inches: \"%.64s\" is no size; say width x height from %g to %g, such as 8x5",
                     text, LEAST_INCHES, MOST_INCHES);
}

static int read_picture(const struct arguments *arguments, struct picture *picture, struct error *error)
{
    static const char *const terminals[] = {"png", "svg", "pdf"};
    const char *inches = arguments_text(arguments, NAME_SIZE_INCHES);
    *picture = (struct picture){.path = arguments_text(arguments, NAME_OUTPUT)};
    if (!picture->path)
        return error_set(error, "plot needs a name for the picture; say -o out.png, out.svg or out.pdf");
    const char *dot = strrchr(picture->path, '.');
    for (size_t i = 0; dot && i < sizeof terminals / sizeof *terminals; i++)
        if (strcmp(dot + 1, terminals[i]) == 0)
            picture->terminal = terminals[i];
    if (!picture->terminal)
        return error_set(error, "-o %.200s: a picture's name ends in .png, .svg or .pdf", picture->path);
    return read_inches(inches ? inches : "8x5", picture, error);
}

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

static int draw_kind(struct script *script, enum plot_kind_id kind, const struct arguments *arguments,
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
    if (read_picture(task->arguments, &script.picture, error) || read_kind(task->arguments, &kind, error) ||
        check(task->arguments, kind, error) ||
        filter_read(arguments_text(task->arguments, NAME_WHERE), TABLE_POINTS, &filter, error))
        return EXIT_USAGE;
    if (load_all(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    int failed = draw_kind(&script, kind, task->arguments, files, error);
    load_free_all(files, task->arguments->file_count);
    if (!failed && fflush(task->data))
        failed = error_set(error, "the data of the plot cannot be written");
    return failed ? EXIT_FAILED : EXIT_OK;
}

/* Everything a picture is made of. The names are those under which the files wait to be whole. */
struct parts {
    char script[PATH_MAX], data[PATH_MAX], picture[PATH_MAX];
    char folder[64]; /* of temporary files, "" with --data */
    struct output script_output, data_output;
};

/* The picture's name with another ending. */
static int name_beside(const char *path, const char *ending, char name[PATH_MAX], struct error *error)
{
    size_t length = strlen(path) - strlen(strrchr(path, '.'));
    if (snprintf(name, PATH_MAX, "%.*s%s", (int)length, path, ending) >= PATH_MAX)
        return error_set(error, "%.200s...: the name is too long", path);
    return 0;
}

static int make_folder(struct parts *parts, struct error *error)
{
    const char *base = getenv("TMPDIR");
    if (snprintf(parts->folder, sizeof parts->folder, "%s/zmqreport-XXXXXX", base && *base ? base : "/tmp") >=
            (int)sizeof parts->folder ||
        !mkdtemp(parts->folder)) {
        *parts->folder = '\0';
        return error_set(error, "cannot make a temporary folder: %s", strerror(errno));
    }
    snprintf(parts->script, sizeof parts->script, "%s/plot.gp", parts->folder);
    snprintf(parts->data, sizeof parts->data, "%s/plot.dat", parts->folder);
    return 0;
}

static int name_parts(struct parts *parts, const char *path, bool keep, struct error *error)
{
    if (snprintf(parts->picture, sizeof parts->picture, "%s.partial", path) >= (int)sizeof parts->picture)
        return error_set(error, "%.200s...: the name is too long", path);
    FILE *file = fopen(parts->picture, "we"); /* now, and not when gnuplot finds that it cannot */
    if (!file)
        return error_set(error, "%.400s: cannot be written: %s", path, strerror(errno));
    fclose(file);
    if (!keep)
        return make_folder(parts, error);
    return name_beside(path, ".gp", parts->script, error) || name_beside(path, ".dat", parts->data, error)
               ? -1
               : 0;
}

static void discard(struct parts *parts)
{
    output_discard(&parts->script_output);
    output_discard(&parts->data_output);
    unlink(parts->picture);
    if (*parts->folder) {
        unlink(parts->script);
        unlink(parts->data);
        rmdir(parts->folder);
    }
}

static int draw(struct parts *parts, const char *path, struct error *error)
{
    if (output_publish(&parts->data_output, error) || output_publish(&parts->script_output, error) ||
        gnuplot_run(parts->script, parts->data, parts->picture, error))
        return -1;
    if (rename(parts->picture, path))
        return error_set(error, "%.400s: cannot be written: %s", path, strerror(errno));
    return 0;
}

int picture_run(struct task *task, struct error *error)
{
    struct picture picture;
    struct parts *parts = calloc(1, sizeof *parts);
    int code = EXIT_FAILED;
    if (!parts) {
        error_set(error, "out of memory");
        return code;
    }
    if (read_picture(task->arguments, &picture, error)) {
        free(parts);
        return EXIT_USAGE;
    }
    if (name_parts(parts, picture.path, arguments_flag(task->arguments, NAME_DATA), error) == 0 &&
        output_open(&parts->script_output, parts->script, error) == 0 &&
        output_open(&parts->data_output, parts->data, error) == 0) {
        task->out = parts->script_output.file;
        task->data = parts->data_output.file;
        code = guard_run(task, error);
        if (code == EXIT_OK && draw(parts, picture.path, error))
            code = EXIT_FAILED;
    }
    discard(parts);
    free(parts);
    return code;
}
