/* plot_internal.h - what the files that make pictures share. */
#ifndef PLOT_INTERNAL_H
#define PLOT_INTERNAL_H

#include "report_internal.h"

/* ---- series.c: points as lines of a chart ---- */

struct series_point {
    double x, y, low, high; /* low = high = y without an interval */
    const struct point_record *record;
};

struct series {
    char name[192]; /* what sets it apart from the others */
    struct series_point *points;
    size_t count, capacity;
    size_t best; /* index of the point to name */
    const struct loaded *file;
    bool ceiling; /* what plain TCP sockets carried; these come last */
};

enum plot_kind_id {
    KIND_SIZE,
    KIND_RATE,
    KIND_SCALING,
    KIND_LOSS,
    KIND_CPU,
    KIND_TIME,
    KIND_MATRIX,
    KIND_COUNT
};

struct plot_kind {
    const char *name;
    const char *title;
    const char *x_title, *y_title; /* y without its unit */
    const char *best;              /* heading of the second panel */
    bool log_y, least_is_best;
    bool has_ceiling; /* what plain TCP sockets carried can stand beside it */
    /* Sets y, low, high of a valid point. @return false when the point has no such value. */
    bool (*value)(const struct point_record *point, struct series_point *value);
    const char *(*write)(double value, char text[CELL]);
    /* Divides values for the axis; *unit names what they are in then. */
    double (*unit)(double largest, const char **unit);
};
extern const struct plot_kind plot_kinds[KIND_COUNT];

struct chart {
    const struct plot_kind *kind;
    const struct dimension *x;
    const struct loaded *files;
    int file_count;
    struct series *series;
    size_t count;
    double x_low, x_high, y_low, y_high; /* of the data, intervals included, and the link's */
    double link_mbit_s; /* of the network interfaces; NaN when it is not known, or out of sight */
    int64_t least_repetitions, most_repetitions;
    double least_coverage, most_coverage; /* NaN without intervals */
};

/* @return 0, or -1 with `error`, also when there is no valid point. */
int chart_make(struct chart *chart, enum plot_kind_id kind, const struct loaded *files, int file_count,
               struct error *error);
void chart_free(struct chart *chart);
/* The label of an x value: "64 KiB", or the number. */
const char *chart_x_text(const struct chart *chart, double x, char text[CELL]);
/* The different x values, ascending; malloc'd, NULL when out of memory. */
double *chart_x_values(const struct chart *chart, size_t *count);

/* ---- axis.c ---- */

#define AXIS_MOST_TICKS 32
#define CHART_MOST_NAMED 12   /* series that a reader can tell apart, and that fit beside a chart */
#define CHART_MOST_CEILINGS 3 /* and ceilings */
#define CEILING_COLOUR "#444444"

/* A step of 1, 2 or 5 times a power of ten that makes at most `most` steps of `top`. */
double axis_nice_step(double top, double most);
/* Ticks at 1, 2, 5 and so on between the ends: as dense as suits the range. @return how many. */
size_t axis_log_ticks(double low, double high, double ticks[AXIS_MOST_TICKS]);
/* The same from 0 to `top`. */
size_t axis_linear_ticks(double top, double ticks[AXIS_MOST_TICKS]);
/* The ends of the axes, with room around the data. */
void axis_y_range(const struct chart *chart, double highest, double *low, double *high);
void axis_x_range(const struct chart *chart, double *low, double *high);
/* What a linear speed-up from the series' first point would give at its last. */
double chart_ideal(const struct series *series);
/* The largest y of the chart; for scaling, with its ideal lines. */
double chart_highest(const struct chart *chart);
/* What to divide y values by for the axis, and what they are in then. */
double chart_unit(const struct chart *chart, const char **unit);
/* Which series get a name and a colour: the best, CHART_MOST_NAMED at most, and the highest ceilings.
 * named[i] is false for those that stay grey. @return how many. */
size_t chart_choose_named(const struct chart *chart, bool *named);

/* "link 10 Gbit/s" */
const char *chart_link_text(const struct chart *chart, char text[CELL]);

/* ---- caption.c: what a picture says of where it comes from ---- */

#define CAPTION_LINES 4
struct caption {
    char title[256];
    char lines[CAPTION_LINES][256];
    size_t line_count;
};
/* Settings that all points share, hosts and dates of the files, and `statistics` at the end. */
void caption_make(struct caption *caption, const char *title, const struct loaded *files, int file_count,
                  const char *statistics);
/* Adds a line while there is room. */
void caption_add(struct caption *caption, const char *text);
/* "median of 6 repetitions, bars: 96.9 % interval" */
const char *caption_statistics(const struct chart *chart, char text[256]);
/* The same without bars, over the files' valid points. */
const char *caption_streams(const struct loaded *files, int file_count, char text[256]);

/* ---- script.c, timeline.c, matrix.c: gnuplot scripts ---- */

/* What the picture is to be, from the command line. */
struct picture {
    const char *path;
    const char *terminal; /* png, svg or pdf */
    double width, height; /* in inches */
};

struct script {
    FILE *out, *data;
    struct picture picture;
    size_t blocks; /* of data written so far */
    struct caption caption;
};
/* Palette of Okabe and Ito, safe for colour-blind readers, without its yellow, which is pale on white. */
#define PALETTE_COUNT 7
extern const char *const chart_palette[PALETTE_COUNT];

void script_begin(struct script *script);
void script_end(struct script *script);
/* A gnuplot string in single quotes. */
void script_string(FILE *out, const char *text);
/* A string in double quotes for a data file. */
void script_field(FILE *out, const char *text);
/* Ends a block of data. @return its index. */
size_t script_block_end(struct script *script);
/* Margins of the next panel in inches; the top one below the caption. */
void script_margins(const struct script *script, double left, double right, double bottom, double top);
double script_caption_inches(const struct script *script);
/* A label at the picture's edge, beside the panel. */
void script_y_title(const struct script *script, const char *title);
int script_chart(struct script *script, const struct chart *chart, struct error *error);
int script_timeline(struct script *script, const struct loaded *file, const char *points,
                    struct error *error);
int script_matrix(struct script *script, const struct loaded *files, int file_count, struct error *error);

/* ---- svg.c ---- */

/* The chart as inline SVG and its legend. @return 0, or -1 when out of memory. */
int svg_chart(FILE *out, const struct chart *chart);

/* ---- gnuplot.c ---- */

/* Runs gnuplot on the script, whose `output` is set to `output` and whose `data` to `data`. @return 0 or -1.
 */
int gnuplot_run(const char *script, const char *data, const char *output, struct error *error);

#endif
