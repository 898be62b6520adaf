/* matrix.c - throughput from host to host as a heat map: a slow link or a slow host stands out. */
#include "plot_internal.h"

#include "zmqsweep/config.h"
#include "zmqsweep/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ROWS 4096
#define MOST_HOSTS 1024
#define MOST_NUMBERED 12 /* hosts up to which a cell holds its number */
#define MOST_NAMED 64    /* and its axes every name */

/* The rates between each pair of hosts. A pair that shared several groups or points has their median. */
struct cell {
    double *rates;
    size_t count, capacity;
};

struct matrix {
    const struct loaded *file;
    size_t hosts;
    struct cell *cells; /* [sender][receiver] */
    double lowest, highest;
    size_t filled;
};

/* The rows of one repetition of one point, which stand together in the table. */
struct gathering {
    struct rank_record *rows;
    size_t count, capacity;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, "out of memory for the plot");
}

/* ---- from rank rows to cells ---- */

static int host_index(const struct matrix *matrix, int64_t host_id)
{
    for (size_t i = 0; i < matrix->hosts; i++)
        if (matrix->file->hosts[i].host_id == host_id)
            return (int)i;
    return -1;
}

static int add_rate(struct matrix *matrix, int64_t sender, int64_t receiver, double rate)
{
    int from = host_index(matrix, sender), to = host_index(matrix, receiver);
    if (from < 0 || to < 0 || !(rate > 0))
        return 0;
    struct cell *cell = &matrix->cells[(size_t)from * matrix->hosts + (size_t)to];
    if (cell->count == cell->capacity) {
        size_t capacity = cell->capacity ? 2 * cell->capacity : 8;
        double *grown = realloc(cell->rates, capacity * sizeof *grown);
        if (!grown)
            return -1;
        cell->rates = grown;
        cell->capacity = capacity;
    }
    cell->rates[cell->count++] = rate;
    return 0;
}

static bool is_sender(const struct rank_record *row)
{
    return strcmp(row->role, "sender") == 0;
}

/* Of every group one side is a single rank; each rank of the other side is a stream from or to its host. */
static int add_group(struct matrix *matrix, const struct rank_record *rows, size_t count)
{
    size_t senders = 0;
    const struct rank_record *sender = NULL, *receiver = NULL;
    for (size_t i = 0; i < count; i++) {
        senders += is_sender(&rows[i]);
        *(is_sender(&rows[i]) ? &sender : &receiver) = &rows[i];
    }
    if (!sender || !receiver)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (is_sender(&rows[i]) == (senders > 1) &&
            add_rate(matrix, senders > 1 ? rows[i].host_id : sender->host_id,
                     senders > 1 ? receiver->host_id : rows[i].host_id, rows[i].throughput_mbit_s))
            return -1;
    return 0;
}

static int by_group(const void *a, const void *b)
{
    const struct rank_record *x = a, *y = b;
    if (x->repetition != y->repetition)
        return x->repetition < y->repetition ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

/* Takes all rows of a point. */
static int add_point(struct matrix *matrix, struct gathering *gathering)
{
    struct rank_record *rows = gathering->rows;
    if (gathering->count == 0)
        return 0;
    qsort(rows, gathering->count, sizeof *rows, by_group);
    for (size_t first = 0, i = 1; i <= gathering->count; i++)
        if (i == gathering->count || by_group(&rows[first], &rows[i]) != 0) {
            if (add_group(matrix, rows + first, i - first))
                return -1;
            first = i;
        }
    gathering->count = 0;
    return 0;
}

static bool is_wanted(const struct loaded *file, int64_t point_id)
{
    size_t low = 0, high = file->point_count; /* the points are in order */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->points[middle].point_id < point_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < file->point_count && file->points[low].point_id == point_id &&
           file->points[low].valid_repetitions > 0;
}

static int gather(struct matrix *matrix, struct gathering *gathering, const struct rank_record *row)
{
    if (gathering->count > 0 && gathering->rows[0].point_id != row->point_id && add_point(matrix, gathering))
        return -1;
    if (!is_wanted(matrix->file, row->point_id))
        return 0;
    if (gathering->count == gathering->capacity) {
        size_t capacity = gathering->capacity ? 2 * gathering->capacity : 256;
        struct rank_record *grown = realloc(gathering->rows, capacity * sizeof *grown);
        if (!grown)
            return -1;
        gathering->rows = grown;
        gathering->capacity = capacity;
    }
    gathering->rows[gathering->count++] = *row;
    return 0;
}

static int read_ranks(struct matrix *matrix, struct error *error)
{
    struct results *results = matrix->file->results;
    int64_t total = results_row_count(results, TABLE_RANKS);
    struct rank_record *rows = calloc(BATCH_ROWS, sizeof *rows);
    struct gathering gathering = {0};
    if (!rows)
        return out_of_memory(error);
    guard_reading(matrix->file->path);
    int failed = results_verify(results, TABLE_RANKS, error);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(results, TABLE_RANKS, first, count, rows, error);
        for (int64_t i = 0; i < count && !failed; i++)
            if (gather(matrix, &gathering, &rows[i]))
                failed = out_of_memory(error);
    }
    guard_reading(NULL);
    if (!failed && add_point(matrix, &gathering))
        failed = out_of_memory(error);
    free(gathering.rows);
    free(rows);
    return failed;
}

/* ---- data ---- */

static double median_of(struct cell *cell)
{
    return cell->count ? stats_median(cell->rates, cell->count) : NAN;
}

static size_t write_data(struct script *script, struct matrix *matrix)
{
    char text[CELL];
    fprintf(script->data, "# receiver sender rate_mbit_s text receiver_name sender_name\n");
    for (size_t from = 0; from < matrix->hosts; from++)
        for (size_t to = 0; to < matrix->hosts; to++) {
            double rate = median_of(&matrix->cells[from * matrix->hosts + to]);
            if (isnan(rate))
                continue;
            matrix->lowest = fmin(matrix->lowest, rate);
            matrix->highest = fmax(matrix->highest, rate);
            matrix->filled++;
            fprintf(script->data, "%zu %zu %.17g ", to, from, rate);
            script_field(script->data, config_humane_rate(rate, text, sizeof text));
            fputc(' ', script->data);
            script_field(script->data, matrix->file->hosts[to].name);
            fputc(' ', script->data);
            script_field(script->data, matrix->file->hosts[from].name);
            fputc('\n', script->data);
        }
    return script_block_end(script);
}

/* ---- script ---- */

static void write_names(const struct script *script, const struct matrix *matrix, const char *axis)
{
    size_t step = (matrix->hosts + MOST_NAMED - 1) / MOST_NAMED;
    double inches = (script->picture.height - 2) / (double)matrix->hosts * (double)step;
    double points = fmax(3.5, fmin(9, inches * 72 * 0.8));
    fprintf(script->out, "set %stics %s font ',%.1f' (", axis, *axis == 'x' ? "rotate by 60 right" : "",
            points);
    for (size_t i = 0; i < matrix->hosts; i += step) {
        char name[64];
        snprintf(name, sizeof name, "%.63s", matrix->file->hosts[i].name);
        humane_shorten(name, 14);
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
    double unit = 1e-3, spread = matrix->highest - matrix->lowest;
    double low = spread > 0 ? matrix->lowest : matrix->lowest * 0.9;
    double high = spread > 0 ? matrix->highest : matrix->highest * 1.1;
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
    fprintf(out, "plot data index %zu using 1:2:($3/unit) with image", block);
    if (matrix->hosts <= MOST_NUMBERED)
        fprintf(
            out,
            ", '' index %zu using 1:2:4:($3/unit > %.9g ? 0xffffff : 0x000000) with labels font ',%d' tc rgb "
            "variable",
            block, (low + 0.55 * (high - low)) / unit, matrix->hosts <= 6 ? 9 : 6);
    fputc('\n', out);
}

static int draw(struct script *script, struct matrix *matrix, struct error *error)
{
    double height, side;
    if (read_ranks(matrix, error))
        return -1;
    matrix->lowest = matrix->highest = NAN;
    size_t block = write_data(script, matrix);
    if (matrix->filled == 0)
        return error_set(error, "%.300s: has no valid stream between hosts to plot", matrix->file->path);
    script_begin(script);
    height = script->picture.height - script_caption_inches(script) - 1.2;
    side = fmin(height, script->picture.width - 3.0);
    script_margins(script, 1.4, script->picture.width - 1.4 - side, 1.05 + height - side, 0.15);
    write_names(script, matrix, "x");
    write_names(script, matrix, "y");
    script_y_title(script, "sender");
    write_map(script, matrix, block);
    script_end(script);
    return 0;
}

int script_matrix(struct script *script, const struct loaded *file, struct error *error)
{
    struct matrix matrix = {.file = file, .hosts = file->host_count};
    if (matrix.hosts == 0 || matrix.hosts > MOST_HOSTS)
        return error_set(error, "%.300s: has %zu hosts; a matrix is for 1 to %d", file->path, matrix.hosts,
                         MOST_HOSTS);
    matrix.cells = calloc(matrix.hosts * matrix.hosts, sizeof *matrix.cells);
    int failed = matrix.cells ? draw(script, &matrix, error) : out_of_memory(error);
    for (size_t i = 0; matrix.cells && i < matrix.hosts * matrix.hosts; i++)
        free(matrix.cells[i].rates);
    free(matrix.cells);
    return failed;
}
