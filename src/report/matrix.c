/* matrix.c - throughput from host to host as a heat map: a slow link or a slow host stands out. */
#include "plot_internal.h"

#include "zmqsweep/config.h"
#include "zmqsweep/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NUMBERED 12  /* hosts up to which a cell holds its number */
#define LEAST_LETTERS 6.5 /* points: smaller names cannot be read */
#define LISTED 10         /* of the slowest streams */

/* ---- data ---- */

static size_t write_data(struct script *script, const struct matrix *matrix)
{
    char text[CELL];
    fprintf(script->data, "# receiver sender rate_mbit_s text receiver_name sender_name\n");
    for (size_t i = 0; i < matrix->hosts * matrix->hosts; i++) {
        size_t from = i / matrix->hosts, to = i % matrix->hosts;
        if (matrix->cells[i].count == 0)
            continue;
        fprintf(script->data, "%zu %zu %.17g ", to, from, matrix->cells[i].median);
        script_field(script->data, format_rate(matrix->cells[i].median, text, sizeof text));
        fputc(' ', script->data);
        script_field(script->data, matrix->names[to]);
        fputc(' ', script->data);
        script_field(script->data, matrix->names[from]);
        fputc('\n', script->data);
    }
    return script_block_end(script);
}

/* ---- script ---- */

static void write_names(const struct script *script, const struct matrix *matrix, const char *axis,
                        double inches)
{
    double each = inches * 72 / (double)matrix->hosts;
    size_t step = (size_t)ceil(LEAST_LETTERS / 0.8 / each);
    double points = fmin(9, each * (double)step * 0.8);
    fprintf(script->out, "set %stics %s font ',%.1f' (", axis, *axis == 'x' ? "rotate by 60 right" : "",
            points);
    for (size_t i = 0; i < matrix->hosts; i += step) {
        char name[64];
        snprintf(name, sizeof name, "%s", matrix->names[i]);
        text_shorten(name, 14);
        fprintf(script->out, "%s", i ? ", " : "");
        script_string(script->out, name);
        fprintf(script->out, " %zu", i);
    }
    fprintf(script->out, ")\n");
}

/* From light to dark in one hue, so that it reads in grey print, too. */
static void write_map(const struct script *script, const struct matrix *matrix, size_t block)
{
    static const char *const units[] = {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
    bool spread = matrix->highest > matrix->lowest;
    double unit = 1e-3, low = matrix->lowest * (spread ? 1 : 0.9),
           high = matrix->highest * (spread ? 1 : 1.1);
    size_t name = 0;
    FILE *out = script->out;
    while (matrix->highest / unit >= 1000 && name < 3) {
        unit *= 1000;
        name++;
    }
    fprintf(out, "unit = %g\nset cbrange [%.9g:%.9g]\nset cblabel 'rate of a receiver in %s'\n", unit,
            low / unit, high / unit, units[name]);
    fprintf(out,
            "set palette defined (0 '#e8f1f8', 0.5 '#5aa2cf', 1 '#08306b')\nunset grid\n"
            "set xrange [-0.5:%g]\nset yrange [%g:-0.5]\nset border 31\nset xlabel 'receiver'\n",
            (double)matrix->hosts - 0.5, (double)matrix->hosts - 0.5);
    fprintf(out,
            "plot data index %zu using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):($3/unit) with boxxyerror fs "
            "solid "
            "noborder lc palette",
            block);
    if (matrix->hosts <= MOST_NUMBERED)
        fprintf(
            out,
            ", '' index %zu using 1:2:4:($3/unit > %.9g ? 0xffffff : 0x000000) with labels font ',%d' tc rgb "
            "variable",
            block, (low + 0.55 * (high - low)) / unit, matrix->hosts <= 5 ? 8 : 4);
    fputc('\n', out);
}

/* The names of the slowest streams: where to look first. */
static void write_slowest(const struct script *script, const struct matrix *matrix, double left)
{
    double top = 1 - (script_caption_inches(script) + 0.25) / script->picture.height;
    double below = -1;
    char line[256], rate[CELL];
    for (int i = 0; i <= LISTED; i++) {
        const struct cell *next = NULL;
        for (size_t k = 0; k < matrix->hosts * matrix->hosts; k++)
            if (matrix->cells[k].median > below && (!next || matrix->cells[k].median < next->median))
                next = &matrix->cells[k];
        if (!next || (i == LISTED && matrix->filled > LISTED))
            break;
        size_t at = (size_t)(next - matrix->cells);
        snprintf(line, sizeof line, "%.20s to %.20s: %s", matrix->names[at / matrix->hosts],
                 matrix->names[at % matrix->hosts], format_rate(next->median, rate, sizeof rate));
        fprintf(script->out, "set label %d ", 40 + i);
        script_string(script->out, line);
        fprintf(script->out, " at screen %.4f, screen %.4f left font ',8'\n", left / script->picture.width,
                top - (0.22 + 0.2 * i) / script->picture.height);
        below = next->median;
    }
    fprintf(script->out, "set label 39 'Slowest' at screen %.4f, screen %.4f left font ',9'\n",
            left / script->picture.width, top);
}

static void write_script(struct script *script, struct matrix *matrix, size_t block)
{
    double height = script->picture.height - script_caption_inches(script) - 1.2;
    double side = fmin(height, script->picture.width - 4.9);
    script_begin(script);
    script_margins(script, 1.4, script->picture.width - 1.4 - side, 1.05 + height - side, 0.15);
    write_names(script, matrix, "x", side);
    write_names(script, matrix, "y", side);
    script_y_title(script, "sender");
    write_slowest(script, matrix, side + 2.6);
    write_map(script, matrix, block);
    script_end(script);
}

static int draw(struct script *script, struct matrix *matrix, const struct loaded *files, int file_count,
                struct error *error)
{
    if (streams_collect(matrix, files, file_count, samples_read_ranks, error))
        return -1;
    write_script(script, matrix, write_data(script, matrix));
    return 0;
}

int script_matrix(struct script *script, const struct loaded *files, int file_count, struct error *error)
{
    struct matrix matrix = {0};
    int failed = draw(script, &matrix, files, file_count, error);
    streams_free(&matrix);
    return failed;
}
