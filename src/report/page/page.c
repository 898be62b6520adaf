/* page.c - results as one page of HTML that needs nothing but itself. */
#include "page/page.h"
#include "chart/markup.h"
#include "chart/plot_internal.h"
#include "page/points.h"
#include "page/provenance.h"
#include "page/style.h"
#include "page/summary.h"

#include <string.h>

/* ---- head and summary ---- */

static void write_head(FILE *out, const char *title)
{
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
                 "'unsafe-inline';script-src 'unsafe-inline'\">\n<title>");
    markup_text(out, title);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style_sheet);
    markup_text(out, title);
    fprintf(out, "</h1>\n");
}

static void write_warnings(FILE *out, const struct loaded *files, int count)
{
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < files[i].environment_count; k++)
            if (strncmp(files[i].environment[k].name, "warning.", 8) == 0) {
                fprintf(out, "<p><b>Warning:</b> ");
                markup_text(out, files[i].environment[k].value);
                fprintf(out, "</p>\n");
            }
}

/* ---- charts ---- */

static bool any_lost(const struct loaded *files, int count)
{
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < files[i].point_count; k++)
            if (files[i].points[k].lost > 0)
                return true;
    return false;
}

static int write_chart(FILE *out, enum plot_kind_id kind, const struct loaded *files, int count,
                       struct error *error)
{
    struct chart chart;
    struct error none;
    char statistics[256];
    if (chart_make(&chart, kind, files, count, &none))
        return 0; /* a kind without a point has no chart */
    int failed = 0;
    if (kind != KIND_SCALING || chart.x_high > chart.x_low) {
        fprintf(out, "<section class=\"card\">\n");
        failed = svg_chart(out, &chart);
        fprintf(out, "<p><small>%s</small></p>\n</section>\n", caption_statistics(&chart, statistics));
    }
    chart_free(&chart);
    return failed ? error_set(error, "out of memory for the page") : 0;
}

static int write_charts(FILE *out, const struct loaded *files, int count, struct error *error)
{
    static const enum plot_kind_id kinds[] = {KIND_SIZE, KIND_RATE, KIND_SCALING, KIND_CPU, KIND_LOSS};
    fprintf(out, "<h2>Charts</h2>\n<div class=\"grid2\">\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((kinds[i] != KIND_LOSS || any_lost(files, count)) &&
            write_chart(out, kinds[i], files, count, error))
            return -1;
    fprintf(out, "</div>\n");
    return 0;
}

int page_write(FILE *out, const char *title, const struct loaded *files, int count, struct error *error)
{
    write_head(out, title ? title : files[0].run->title);
    for (int i = 0; i < count; i++)
        provenance_write_source(out, &files[i], count > 1);
    summary_write(out, files, count);
    write_warnings(out, files, count);
    if (write_charts(out, files, count, error))
        return -1;
    points_write(out, files, count);
    fprintf(out, "<h2>Where the numbers come from</h2>\n");
    for (int i = 0; i < count; i++)
        provenance_write(out, &files[i]);
    fprintf(out, "<div id=\"tip\" role=\"status\"></div>\n<script>\n%s</script>\n</body>\n</html>\n",
            style_script);
    return 0;
}
