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
#define MOST_NUMBERED 12  /* hosts up to which a cell holds its number */
#define LEAST_LETTERS 6.5 /* points: smaller names cannot be read */
#define LISTED 10         /* of the slowest streams */

/* The rates between a pair of hosts, a repetition each. */
struct cell {
    double *rates, median;
    size_t count, capacity;
};

struct matrix {
    char (*names)[64]; /* of all files' hosts */
    size_t hosts;
    struct cell *cells; /* [sender][receiver] */
    double lowest, highest;
    size_t filled;
};

/* The rows of the wanted points in one file. */
struct gathering {
    struct rank_record *rows;
    size_t count, capacity;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, "out of memory for the plot");
}

/* ---- hosts ---- */

static size_t host_named(const struct matrix *matrix, const char *name)
{
    size_t i = 0;
    while (i < matrix->hosts && strcmp(matrix->names[i], name) != 0)
        i++;
    return i;
}

/* Files of one cluster share hosts: they go by name. */
static int collect_hosts(struct matrix *matrix, const struct loaded *files, int file_count)
{
    size_t total = 0;
    for (int i = 0; i < file_count; i++)
        total += files[i].host_count;
    matrix->names = calloc(total + 1, sizeof *matrix->names);
    if (!matrix->names || total > MOST_HOSTS)
        return -1;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].host_count; k++) {
            size_t at = host_named(matrix, files[i].hosts[k].name);
            if (at == matrix->hosts)
                snprintf(matrix->names[matrix->hosts++], 64, "%s", files[i].hosts[k].name);
        }
    matrix->cells = calloc(matrix->hosts * matrix->hosts + 1, sizeof *matrix->cells);
    return matrix->cells ? 0 : -1;
}

static size_t host_index(const struct matrix *matrix, const struct loaded *file, int64_t host_id)
{
    for (size_t i = 0; i < file->host_count; i++)
        if (file->hosts[i].host_id == host_id)
            return host_named(matrix, file->hosts[i].name);
    return matrix->hosts;
}

/* ---- from rank rows to cells ---- */

static int add_rate(struct matrix *matrix, const struct loaded *file, int64_t sender, int64_t receiver,
                    double rate)
{
    size_t from = host_index(matrix, file, sender), to = host_index(matrix, file, receiver);
    if (from == matrix->hosts || to == matrix->hosts || !(rate > 0))
        return 0;
    struct cell *cell = &matrix->cells[from * matrix->hosts + to];
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
static int add_group(struct matrix *matrix, const struct loaded *file, const struct rank_record *rows,
                     size_t count)
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
            add_rate(matrix, file, senders > 1 ? rows[i].host_id : sender->host_id,
                     senders > 1 ? receiver->host_id : rows[i].host_id, rows[i].throughput_mbit_s))
            return -1;
    return 0;
}

static int by_group(const void *a, const void *b)
{
    const struct rank_record *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    if (x->repetition != y->repetition)
        return x->repetition < y->repetition ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

static int add_rows(struct matrix *matrix, const struct loaded *file, struct gathering *gathering)
{
    struct rank_record *rows = gathering->rows;
    if (gathering->count > 0)
        qsort(rows, gathering->count, sizeof *rows, by_group);
    for (size_t first = 0, i = 1; i <= gathering->count; i++)
        if (i == gathering->count || by_group(&rows[first], &rows[i]) != 0) {
            if (add_group(matrix, file, rows + first, i - first))
                return -1;
            first = i;
        }
    return 0;
}

static int gather(struct gathering *gathering, const struct rank_record *row)
{
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

static bool is_wanted(const struct loaded *file, int64_t point_id)
{
    const struct point_record *point = load_find_point(file, point_id);
    return point && point->valid_repetitions > 0;
}

static int read_ranks(const struct loaded *file, struct gathering *gathering, struct error *error)
{
    int64_t total = results_row_count(file->results, TABLE_RANKS);
    struct rank_record *rows = calloc(BATCH_ROWS, sizeof *rows);
    if (!rows)
        return out_of_memory(error);
    guard_reading(file->path);
    int failed = results_verify(file->results, TABLE_RANKS, error);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(file->results, TABLE_RANKS, first, count, rows, error);
        for (int64_t i = 0; i < count && !failed; i++)
            if (is_wanted(file, rows[i].point_id) && gather(gathering, &rows[i]))
                failed = out_of_memory(error);
    }
    guard_reading(NULL);
    free(rows);
    return failed;
}

/* ---- the point ---- */

/* The fastest valid point of the files: a sweep's small messages say little of a link. */
static const char *choose_settings(const struct loaded *files, int file_count)
{
    const struct point_record *best = NULL;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++) {
            const struct point_record *point = &files[i].points[k];
            if (point->throughput_mbit_s > (best ? best->throughput_mbit_s : 0))
                best = point;
        }
    return best ? best->settings : NULL;
}

static int add_file(struct matrix *matrix, const struct loaded *file, struct error *error)
{
    struct gathering gathering = {0};
    int failed = read_ranks(file, &gathering, error);
    if (!failed && add_rows(matrix, file, &gathering))
        failed = out_of_memory(error);
    free(gathering.rows);
    return failed;
}

static void summarise(struct matrix *matrix)
{
    matrix->lowest = matrix->highest = NAN;
    for (size_t i = 0; i < matrix->hosts * matrix->hosts; i++) {
        struct cell *cell = &matrix->cells[i];
        cell->median = cell->count ? stats_median(cell->rates, cell->count) : NAN;
        matrix->lowest = fmin(matrix->lowest, cell->median);
        matrix->highest = fmax(matrix->highest, cell->median);
        matrix->filled += cell->count > 0;
    }
}

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
        script_field(script->data, config_humane_rate(matrix->cells[i].median, text, sizeof text));
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
                 matrix->names[at % matrix->hosts], config_humane_rate(next->median, rate, sizeof rate));
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
    if (collect_hosts(matrix, files, file_count))
        return error_set(error, "too many hosts for a matrix: %d is the most", MOST_HOSTS);
    for (int i = 0; i < file_count; i++)
        if (add_file(matrix, &files[i], error))
            return -1;
    summarise(matrix);
    if (matrix->filled == 0)
        return error_set(error, "%.300s: has no valid stream between hosts to plot", files[0].path);
    write_script(script, matrix, write_data(script, matrix));
    return 0;
}

/* Length of what the steps of `zmqsweep --matrix` have in common: " matrix=rounds step=3" is at the end. */
static size_t common_length(const char *settings)
{
    const char *steps = strstr(settings, " matrix=");
    return steps ? (size_t)(steps - settings) : strlen(settings);
}

int matrix_narrow(struct loaded *files, int file_count, struct error *error)
{
    char settings[sizeof files->points->settings];
    const char *chosen = choose_settings(files, file_count);
    if (!chosen)
        return error_set(error, "%.300s: has no valid point to plot", files[0].path);
    snprintf(settings, sizeof settings, "%.*s", (int)common_length(chosen), chosen);
    for (int i = 0; i < file_count; i++) {
        size_t kept = 0;
        for (size_t k = 0; k < files[i].point_count; k++) {
            const char *words = files[i].points[k].settings;
            size_t length = common_length(words);
            if (length == strlen(settings) && strncmp(words, settings, length) == 0)
                files[i].points[kept++] = files[i].points[k];
        }
        files[i].point_count = kept;
    }
    return 0;
}

int script_matrix(struct script *script, const struct loaded *files, int file_count, struct error *error)
{
    struct matrix matrix = {0};
    int failed = draw(script, &matrix, files, file_count, error);
    for (size_t i = 0; matrix.cells && i < matrix.hosts * matrix.hosts; i++)
        free(matrix.cells[i].rates);
    free(matrix.cells);
    free(matrix.names);
    return failed;
}
