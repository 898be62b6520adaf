/* draw.c - any chart as a gnuplot script and its data. */
#include "chart/gnuplot/draw.h"
#include "chart/gnuplot/panels.h"

static const struct {
    size_t (*data)(struct script *script, const struct chart_panel *panel);
    void (*draw)(const struct script *script, const struct chart_panel *panel, size_t block);
} panel_kinds[CHART_PANEL_KINDS] = {
    [CHART_LINES] = {gnuplot_lines_data, gnuplot_lines},
    [CHART_BARS] = {gnuplot_bars_data, gnuplot_bars},
    [CHART_MAP] = {gnuplot_map_data, gnuplot_map},
    [CHART_STEPS] = {gnuplot_steps_data, gnuplot_steps},
};

void gnuplot_draw(const struct chart *chart, const struct gnuplot_picture *picture, FILE *out,
                  FILE *data)
{
    struct script script = {.out = out, .data = data, .chart = chart, .picture = picture};
    size_t blocks[CHART_MOST_PANELS] = {0};
    for (size_t i = 0; i < chart->panel_count; i++)
        blocks[i] = panel_kinds[chart->panels[i].kind].data(&script, &chart->panels[i]);
    script_begin(&script);
    for (size_t i = 0; i < chart->panel_count; i++)
        panel_kinds[chart->panels[i].kind].draw(&script, &chart->panels[i], blocks[i]);
    script_end(&script);
}
