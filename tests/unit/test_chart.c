/* test_chart.c - a made-up chart of each kind of panel goes through both back ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart/chart.h"
#include "chart/gnuplot/draw.h"
#include "chart/kinds/kinds.h"
#include "chart/svg/draw.h"

#define TITLE "<b> & it's \"so\""

struct drawn {
    char *script, *data, *svg;
};

static void draw(const struct chart *chart, struct drawn *drawn)
{
    const struct gnuplot_picture picture = {
        .path = "/x/out.png", .terminal = "png", .width = 8, .height = 5};
    size_t length;
    FILE *script = open_memstream(&drawn->script, &length),
         *data = open_memstream(&drawn->data, &length);
    FILE *svg = open_memstream(&drawn->svg, &length);
    gnuplot_draw(chart, &picture, script, data);
    svg_draw(svg, chart);
    fclose(script);
    fclose(data);
    fclose(svg);
}

static void release(struct chart *chart, struct drawn *drawn)
{
    chart_free(chart);
    free(drawn->script);
    free(drawn->data);
    free(drawn->svg);
}

static int count(const char *text, const char *part)
{
    int found = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        found++;
    return found;
}

static void has(const char *text, const char *part, int times)
{
    if (count(text, part) != times)
        fail_msg("%d times \"%s\" instead of %d in:\n%s", count(text, part), part, times, text);
}

static void begin(struct chart *chart)
{
    *chart = (struct chart){.title = TITLE};
    chart_add_line(chart, "two hosts");
    chart_add_line(chart, ""); /* takes no line */
}

/* Titles are quoted for gnuplot and escaped for the page. */
static void has_titles(const struct drawn *drawn)
{
    has(drawn->script, "set label 1 '<b> & it''s \"so\"'", 1);
    has(drawn->script, "set label 2 'two hosts'", 1);
    has(drawn->script, "set label 3 '", 0);
    has(drawn->script, "set output output", 1);
    has(drawn->script, "data = 'out.dat'", 1);
    has(drawn->svg, "<h3>&lt;b&gt; &amp; it's &quot;so&quot;", 1);
    has(drawn->svg, "<b>", 0);
    has(drawn->svg, "nan", 0);
}

static struct axis_tick *make_ticks(size_t ticks, const char *name)
{
    struct axis_tick *made = calloc(ticks, sizeof *made);
    for (size_t i = 0; i < ticks; i++) {
        made[i].at = (double)(i + 1);
        snprintf(made[i].label, sizeof made[i].label, "%s%zu", name, i);
    }
    return made;
}

/* y = 10 x at x = 1 to `points`, with an interval at each point but the first. */
static void make_series(struct chart_series *series, const char *name, size_t points,
                        enum chart_style style)
{
    *series = (struct chart_series){.count = points, .style = style};
    snprintf(series->name, sizeof series->name, "%s", name);
    series->points = calloc(points, sizeof *series->points);
    for (size_t i = 0; i < points; i++) {
        double x = (double)i + 1, y = 10 * x, half = i ? 1 : 0;
        series->points[i] = (struct chart_point){x, y, y - half, y + half};
    }
}

static void make_lines(struct chart *chart)
{
    struct chart_panel *panel = chart_add_panel(chart, CHART_LINES);
    panel->x = (struct axis){.title = "pairs", .log = true, .low = 0.9, .high = 5, .unit = 1};
    panel->x.ticks = make_ticks(4, "x");
    panel->x.tick_count = 4;
    panel->y = (struct axis){
        .title = "speed", .log = true, .low = 5, .high = 90, .unit = 10, .unit_name = "tens"};
    panel->lines.series = calloc(3, sizeof *panel->lines.series);
    panel->lines.count = 3;
    make_series(&panel->lines.series[0], "a<b", 4, CHART_COLOURED);
    panel->lines.series[0].ideal = true;
    make_series(&panel->lines.series[1], "rest", 3, CHART_GREY);
    make_series(&panel->lines.series[2], "TCP", 2, CHART_REFERENCE);
    chart_add_level(&panel->lines, 80, "link <1");
}

static void make_bars(struct chart *chart)
{
    struct chart_panel *panel = chart_add_panel(chart, CHART_BARS);
    snprintf(panel->title, sizeof panel->title, "Best");
    panel->bars =
        (struct chart_bars){.bars = calloc(2, sizeof *panel->bars.bars), .count = 2, .total = 3};
    panel->bars.bars[0] = (struct chart_bar){.name = "a<b", .value = "40", .at = "4", .share = 1};
    panel->bars.bars[1] = (struct chart_bar){.name = "TCP",
                                             .value = "20",
                                             .at = "2",
                                             .share = 0.5,
                                             .series = 2,
                                             .style = CHART_REFERENCE};
}

static void lines_and_bars(void **state)
{
    (void)state;
    struct chart chart;
    struct drawn drawn;
    begin(&chart);
    make_lines(&chart);
    make_bars(&chart);
    draw(&chart, &drawn);
    has_titles(&drawn);
    has(drawn.data, "# series ", 3);
    has(drawn.data, "\n\n\n", 4); /* a block each, and that of the bars */
    has(drawn.data, "3 30 29 31 \"\"", 2);
    has(drawn.data, "1 0.5 2 \"TCP\" \"20 at 2\"", 1);
    has(drawn.script, "speed in tens", 1);
    has(drawn.script, "with yerrorlines", 1);
    has(drawn.script, "lc rgb '#cccccc'", 1);
    has(drawn.script, "[1:4] 10/unit*x", 1);
    has(drawn.script, "'link <1'", 1);
    has(drawn.script, "80/unit with lines", 1);
    has(drawn.script, "'Best (2 of 3, others grey)'", 1);
    has(drawn.script, "with boxxyerror", 2);
    has(drawn.svg, "class=\"dot\"", 6); /* grey series have no dots */
    has(drawn.svg, "class=\"bar\"", 4);
    has(drawn.svg, "class=\"rest\"", 1);
    has(drawn.svg, "class=\"ideal\"", 1);
    has(drawn.svg, "link &lt;1", 1);
    has(drawn.svg, "a&lt;b", 5); /* at its points and in the legend */
    has(drawn.svg, "<small>in tens</small>", 1);
    has(drawn.svg, "interval 3.9 tens to 4.1 tens", 1);
    has(drawn.svg, "<li class=", 2);
    has(drawn.svg, "1 more series are grey", 1);
    has(drawn.svg, "rotate(-35)\">x", 4);
    release(&chart, &drawn);
}

static void heat_map(void **state)
{
    (void)state;
    struct chart chart;
    struct drawn drawn;
    begin(&chart);
    struct chart_panel *panel = chart_add_panel(&chart, CHART_MAP);
    panel->x = (struct axis){.title = "to", .ticks = make_ticks(3, "r<"), .tick_count = 3};
    panel->y = (struct axis){.title = "from", .ticks = make_ticks(2, "s"), .tick_count = 2};
    panel->map = (struct chart_map){.cells = calloc(2, sizeof *panel->map.cells), .count = 2};
    panel->map.value =
        (struct axis){.title = "rate", .low = 1, .high = 9, .unit = 1, .unit_name = "Mbit/s"};
    panel->map.cells[0] = (struct chart_cell){.column = 2, .row = 1, .value = 1, .text = "one"};
    panel->map.cells[1] = (struct chart_cell){.column = 0, .row = 0, .value = 9, .text = "nine"};
    snprintf(panel->map.list_title, sizeof panel->map.list_title, "Slowest");
    snprintf(panel->map.list[panel->map.list_count++], CHART_LINE, "s1 to r<2: one");
    draw(&chart, &drawn);
    has_titles(&drawn);
    has(drawn.data, "2 1 1 \"one\" \"r<2\" \"s1\"\n0 0 9 \"nine\" \"r<0\" \"s0\"\n", 1);
    has(drawn.script, "set cblabel 'rate in Mbit/s'", 1);
    has(drawn.script, "set xrange [-0.5:2.5]\nset yrange [1.5:-0.5]", 1);
    has(drawn.script, "'s1 to r<2: one'", 1);
    has(drawn.svg, "<rect ", 2);
    has(drawn.svg, "fill-opacity:0.10", 1);
    has(drawn.svg, "fill-opacity:1.00", 1);
    has(drawn.svg, "<title>s1 to r&lt;2\none</title>", 1);
    has(drawn.svg, ">r&lt;", 3);
    has(drawn.svg, "Slowest", 1);
    release(&chart, &drawn);
}

static void make_steps(struct chart *chart, const char *title)
{
    struct chart_panel *panel = chart_add_panel(chart, CHART_STEPS);
    snprintf(panel->title, sizeof panel->title, "%s", title);
    panel->x = (struct axis){.title = "time", .high = 2, .unit = 1};
    panel->y = (struct axis){.title = "rate", .high = 10, .unit = 1, .unit_name = "Mbit/s"};
    panel->steps = (struct chart_steps){.steps = calloc(3, sizeof *panel->steps.steps),
                                        .count = 3,
                                        .spans = calloc(1, sizeof *panel->steps.spans),
                                        .span_count = 1,
                                        .highest = 9};
    panel->steps.steps[0] = (struct chart_step){0, 1, 5, 1, 0};
    panel->steps.steps[1] = (struct chart_step){1, 2, 9, 1, 0};
    panel->steps.steps[2] = (struct chart_step){0, 2, 7, 2, 0}; /* another line */
    panel->steps.spans[0] = (struct chart_span){0.5, 1.5};
}

static void timeline(void **state)
{
    (void)state;
    struct chart chart;
    struct drawn drawn;
    begin(&chart);
    make_steps(&chart, "point 1");
    make_steps(&chart, "<point 2>");
    draw(&chart, &drawn);
    has_titles(&drawn);
    has(drawn.data, "0 5 1 0\n1 5 1 0\n1 9 1 0\n2 9 1 0\n\n0 7 2 0\n2 7 2 0\n", 2);
    has(drawn.data, "0.5 1.5 0\n", 2);
    has(drawn.script, "plot data index 1 using", 1); /* spans and steps of each panel */
    has(drawn.script, "plot data index 3 using", 1);
    has(drawn.script, "'<point 2>'", 1);
    has(drawn.script, "unset label 1\n", 1);
    has(drawn.svg, "<svg ", 2);
    has(drawn.svg, "<rect ", 2);
    has(drawn.svg, "<polyline ", 4);
    has(drawn.svg, "<h3>&lt;point 2&gt;", 1);
    release(&chart, &drawn);
}

/* Lines one below another, too: no kind has several today. */
static void two_panels_of_lines(void **state)
{
    (void)state;
    struct chart chart;
    struct drawn drawn;
    begin(&chart);
    make_lines(&chart);
    make_lines(&chart);
    snprintf(chart.panels[0].title, sizeof chart.panels[0].title, "above");
    snprintf(chart.panels[1].title, sizeof chart.panels[1].title, "below");
    draw(&chart, &drawn);
    has_titles(&drawn);
    has(drawn.data, "# series ", 6);
    has(drawn.script, "data index 3 using 1:($2/unit):($3",
        1); /* the second panel draws its own data */
    has(drawn.script, "unset label 1\n", 1);
    has(drawn.script, "'below'", 1);
    has(drawn.svg, "<svg ", 2);
    has(drawn.svg, "<h3>above", 1);
    release(&chart, &drawn);
}

static void kinds_are_found(void **state)
{
    (void)state;
    struct error error;
    int last = 0;
    for (size_t i = 0; i < kinds_count; i++) {
        assert_ptr_equal(kinds_find(kinds[i]->name, &error), kinds[i]);
        last = kinds[i]->page > last ? kinds[i]->page : last;
    }
    for (int place = 1; place <= last; place++)
        assert_non_null(kinds_on_page(place));
    assert_ptr_equal(kinds_find(NULL, &error), kinds[0]);
    assert_null(kinds_find("siz", &error));
    has(error.text, "or matrix; the nearest is size", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_bars),  cmocka_unit_test(heat_map),
        cmocka_unit_test(timeline),        cmocka_unit_test(two_panels_of_lines),
        cmocka_unit_test(kinds_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
