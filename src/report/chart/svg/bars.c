/* bars.c - the best values in HTML, as a list that is also the legend: a narrow page has no room
 * for bars. */
#include "chart/svg/markup.h"
#include "chart/svg/panels.h"

void svg_bars_list(FILE *out, const struct chart_bars *bars)
{
    char text[CHART_TEXT];
    fprintf(out, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < bars->count; i++) {
        const struct chart_bar *bar = &bars->bars[i];
        fprintf(out, "<li class=\"%s\"><i></i>", frame_class(bar->style, bar->slot, text));
        markup_text(out, bar->name);
        fprintf(out, " <small>");
        markup_text(out, bar->value);
        fprintf(out, " at ");
        markup_text(out, bar->at);
        fprintf(out, "</small></li>\n");
    }
    if (bars->count < bars->total)
        fprintf(out, "<li><small>%zu more series are grey</small></li>\n",
                bars->total - bars->count);
    fprintf(out, "</ul>\n");
}
