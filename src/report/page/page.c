/* page.c - results as one HTML page that needs no other file. */
#include "page/page.h"
#include "chart/kinds/kinds.h"
#include "chart/svg/draw.h"
#include "chart/svg/markup.h"
#include "page/points.h"
#include "page/provenance.h"
#include "page/style.h"
#include "page/summary.h"
#include "reading/load.h"

#include <string.h>

/* ---- head and summary ---- */

static void write_head(FILE *out, const char *title)
{
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                 "'none';style-src 'unsafe-inline';script-src 'unsafe-inline'\">\n<title>");
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

static void write_chart(FILE *out, const struct kind *kind, const struct kinds_source *source)
{
    struct chart chart;
    struct error none;
    if (kinds_make(&chart, kind, source, &none))
        return; /* a kind with no point to show has no chart */
    if (!kind->worth_showing || kind->worth_showing(&chart, source)) {
        fprintf(out, "<section class=\"card\">\n");
        svg_draw(out, &chart);
        fprintf(out, "<p><small>%s</small></p>\n</section>\n", chart.statistics);
    }
    chart_free(&chart);
}

static void write_charts(FILE *out, const struct loaded *files, int count)
{
    struct kinds_source source = {.files = files, .file_count = count};
    const struct kind *kind;
    fprintf(out, "<h2>Charts</h2>\n<div class=\"grid2\">\n");
    for (int place = 1; (kind = kinds_on_page(place)); place++)
        write_chart(out, kind, &source);
    fprintf(out, "</div>\n");
}

void page_write(FILE *out, const char *title, const struct loaded *files, int count)
{
    write_head(out, title ? title : files[0].run->title);
    for (int i = 0; i < count; i++)
        provenance_write_source(out, &files[i], count > 1);
    summary_write(out, files, count);
    write_warnings(out, files, count);
    write_charts(out, files, count);
    points_write(out, files, count);
    fprintf(out, "<h2>Where the numbers come from</h2>\n");
    for (int i = 0; i < count; i++)
        provenance_write(out, &files[i]);
    fprintf(out,
            "<div id=\"tip\" role=\"status\"></div>\n<script>\n%s</script>\n</body>\n</html>\n",
            style_script);
}
