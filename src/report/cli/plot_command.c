/* plot_command.c - the subcommand plot: script and data, then gnuplot, then the picture's name. */
#include "chart/gnuplot/draw.h"
#include "chart/gnuplot/run.h"
#include "chart/kinds/kinds.h"
#include "command.h"
#include "files/output.h"
#include "reading/filter.h"
#include "reading/load.h"
#include "task.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_INCHES 2.0
#define MOST_INCHES 50.0

static int read_inches(const char *text, struct gnuplot_picture *picture, struct error *error)
{
    char *end;
    picture->width = strtod(text, &end);
    picture->height = *end == 'x' ? strtod(end + 1, &end) : 0;
    if (*end == '\0' && picture->width >= LEAST_INCHES && picture->height >= LEAST_INCHES &&
        picture->width <= MOST_INCHES && picture->height <= MOST_INCHES)
        return 0;
    return error_set(
        error, "--size-inches: \"%.64s\" is no size; say width x height from %g to %g, such as 8x5",
        text, LEAST_INCHES, MOST_INCHES);
}

static int read_picture(const struct arguments *arguments, struct gnuplot_picture *picture,
                        struct error *error)
{
    static const char *const terminals[] = {"png", "svg", "pdf"};
    const char *inches = arguments_text(arguments, NAME_SIZE_INCHES);
    *picture = (struct gnuplot_picture){.path = arguments_text(arguments, NAME_OUTPUT)};
    if (!picture->path)
        return error_set(error,
                         "plot needs a name for the picture; say -o out.png, out.svg or out.pdf");
    const char *dot = strrchr(picture->path, '.');
    for (size_t i = 0; dot && i < sizeof terminals / sizeof *terminals; i++)
        if (strcmp(dot + 1, terminals[i]) == 0)
            picture->terminal = terminals[i];
    if (!picture->terminal)
        return error_set(error, "-o %.200s: a picture's name ends in .png, .svg or .pdf",
                         picture->path);
    return read_inches(inches ? inches : "8x5", picture, error);
}

/* ---- script and data ---- */

static int check(const struct arguments *arguments, const struct kind *kind, struct error *error)
{
    if (kind->by_point && arguments->file_count > 1)
        return error_set(error, "--kind %s takes one file", kind->name);
    if (!kind->by_point && arguments_flag(arguments, NAME_POINT))
        return error_set(error, "--point goes with --kind time; use --where otherwise");
    return 0;
}

static int read_request(const struct arguments *arguments, struct gnuplot_picture *picture,
                        const struct kind **kind, struct filter *filter, struct error *error)
{
    if (read_picture(arguments, picture, error))
        return -1;
    *kind = kinds_find(arguments_text(arguments, NAME_KIND), error);
    if (!*kind || check(arguments, *kind, error))
        return -1;
    return filter_read(arguments_text(arguments, NAME_WHERE), TABLE_POINTS, filter, error);
}

static int write_parts(const struct task *task, const struct kind *kind, const struct loaded *files,
                       const struct gnuplot_picture *picture, struct error *error)
{
    struct kinds_source source = {.files = files,
                                  .file_count = task->arguments->file_count,
                                  .title = arguments_text(task->arguments, NAME_TITLE),
                                  .points = arguments_text(task->arguments, NAME_POINT)};
    struct chart chart;
    if (kinds_make(&chart, kind, &source, error))
        return -1;
    gnuplot_draw(&chart, picture, task->out, task->data);
    chart_free(&chart);
    return fflush(task->data) ? error_set(error, "the data of the plot cannot be written") : 0;
}

int plot_command_run(struct task *task, struct error *error)
{
    struct gnuplot_picture picture;
    const struct kind *kind;
    struct filter filter;
    struct loaded *files;
    if (read_request(task->arguments, &picture, &kind, &filter, error))
        return EXIT_USAGE;
    if (arguments_load(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    int failed = write_parts(task, kind, files, &picture, error);
    load_free_all(files, task->arguments->file_count);
    return failed ? EXIT_FAILED : EXIT_OK;
}

/* ---- the picture ---- */

/* All files of a picture, under the names that they have until they are whole. */
struct parts {
    char script[PATH_MAX], data[PATH_MAX], picture[PATH_MAX];
    char folder[64]; /* folder of temporary files, "" with --data */
    struct output script_output, data_output;
};

/* Makes a name from the picture's name and another ending. */
static int name_beside(const char *path, const char *ending, char name[PATH_MAX],
                       struct error *error)
{
    size_t length = strlen(path) - strlen(strrchr(path, '.'));
    if (snprintf(name, PATH_MAX, "%.*s%s", (int)length, path, ending) >= PATH_MAX)
        return error_set(error, "%.200s...: the name is too long", path);
    return 0;
}

static int make_folder(struct parts *parts, struct error *error)
{
    const char *base = getenv("TMPDIR");
    if (snprintf(parts->folder, sizeof parts->folder, "%s/zmqreport-XXXXXX",
                 base && *base ? base : "/tmp") >= (int)sizeof parts->folder ||
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
    if (snprintf(parts->picture, sizeof parts->picture, "%s.partial", path) >=
        (int)sizeof parts->picture)
        return error_set(error, "%.200s...: the name is too long", path);
    FILE *file = fopen(parts->picture, "we"); /* fail now, not when gnuplot cannot write */
    if (!file)
        return error_set(error, "%.400s: cannot be written: %s", path, strerror(errno));
    fclose(file);
    if (!keep)
        return make_folder(parts, error);
    return name_beside(path, ".gp", parts->script, error) ||
                   name_beside(path, ".dat", parts->data, error)
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

static int make_picture(struct parts *parts, const char *path, struct error *error)
{
    if (output_publish(&parts->data_output, error) ||
        output_publish(&parts->script_output, error) ||
        gnuplot_run(parts->script, parts->data, parts->picture, error))
        return -1;
    if (rename(parts->picture, path))
        return error_set(error, "%.400s: cannot be written: %s", path, strerror(errno));
    return 0;
}

int plot_command_make_picture(struct task *task, struct error *error)
{
    struct gnuplot_picture picture;
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
        code = task_run_guarded(task, error);
        if (code == EXIT_OK && make_picture(parts, picture.path, error))
            code = EXIT_FAILED;
    }
    discard(parts);
    free(parts);
    return code;
}
