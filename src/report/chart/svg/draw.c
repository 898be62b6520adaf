/* draw.c - any chart as inline SVG. */
#include "chart/svg/draw.h"
#include "chart/svg/markup.h"
#include "chart/svg/panels.h"

static void (*const panel_kinds[CHART_PANEL_KINDS])(const struct frame *,
                                                    const struct chart_panel *) = {
    [CHART_LINES] = svg_lines, [CHART_MAP] = svg_map, [CHART_STEPS] = svg_steps};

static void write_title(FILE *out, const char *title, const char *unit)
{
    fprintf(out, "<h3>");
    markup_text(out, title);
    if (unit) {
        fprintf(out, " <small>in ");
        markup_text(out, unit);
        fprintf(out, "</small>");
    }
    fprintf(out, "</h3>\n");
}

/* Writes a panel. A panel alone goes by the chart's title; several panels have titles of their own.
 */
static void write_panel(FILE *out, const struct chart *chart, const struct chart_panel *panel)
{
    struct frame frame = {.out = out, .x = &panel->x, .y = &panel->y};
    const char *title = *panel->title ? panel->title : chart->title;
    write_title(out, title, chart_value_axis(panel)->unit_name);
    fprintf(out, "<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"", FRAME_WIDTH,
            FRAME_HEIGHT);
    markup_text(out, title);
    fprintf(out, "\">\n");
    panel_kinds[panel->kind](&frame, panel);
    fprintf(out, "</svg>\n");
}

void svg_draw(FILE *out, const struct chart *chart)
{
    if (chart_stacked_count(chart) != 1)
        write_title(out, chart->title, NULL);
    for (const struct chart_panel *panel = chart->panels;
         panel < chart->panels + chart->panel_count; panel++) {
        if (panel->kind == CHART_BARS)
            svg_bars_list(out, &panel->bars);
        else
            write_panel(out, chart, panel);
        if (panel->kind == CHART_MAP)
            svg_map_list(out, &panel->map);
    }
}
