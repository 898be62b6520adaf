/* axis.c - ranges and ticks, the same in gnuplot's pictures and in the page. */
#include "chart/plot_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double axis_nice_step(double top, double most)
{
    static const double factors[] = {1, 2, 5, 10};
    double step = pow(10, floor(log10(top / most)));
    size_t i = 0;
    while (i < 3 && top / (step * factors[i]) > most)
        i++;
    return step * factors[i];
}

size_t axis_log_ticks(double low, double high, double ticks[AXIS_MOST_TICKS])
{
    static const double fine[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}, middle[] = {1, 2, 5}, coarse[] = {1};
    static const double *const choices[] = {fine, middle, coarse};
    static const size_t counts[] = {10, 3, 1};
    double decades = log10(high / low);
    int choice = decades < 0.9 ? 0 : decades < 4 ? 1 : 2;
    const double *steps = choices[choice];
    size_t count = counts[choice], found = 0;
    for (double power = pow(10, floor(log10(low))); power <= high; power *= 10)
        for (size_t i = 0; i < count && found < AXIS_MOST_TICKS; i++)
            if (power * steps[i] >= low * 0.999 && power * steps[i] <= high * 1.001)
                ticks[found++] = power * steps[i];
    return found;
}

size_t axis_linear_ticks(double top, double ticks[AXIS_MOST_TICKS])
{
    double step = axis_nice_step(top, 6);
    size_t found = 0;
    for (; found < AXIS_MOST_TICKS && (double)found * step <= top; found++)
        ticks[found] = (double)found * step;
    return found;
}

void axis_y_range(const struct chart *chart, double highest, double *low, double *high)
{
    if (!chart->kind->log_y) {
        *low = 0;
        *high = highest > 0 ? 1.12 * highest : 1;
        return;
    }
    *low = chart->y_low / 1.15;
    *high = highest * 1.15;
    if (*high / *low < 1.6) {
        *low /= 1.3;
        *high *= 1.3;
    }
}

void axis_x_range(const struct chart *chart, double *low, double *high)
{
    double pad = chart->x_high > chart->x_low ? pow(chart->x_high / chart->x_low, 0.04) : 2;
    *low = chart->x_low / pad;
    *high = chart->x_high * pad;
}

double chart_ideal(const struct series *series)
{
    const struct series_point *first = &series->points[0], *last = &series->points[series->count - 1];
    return first->y / first->x * last->x;
}

double chart_highest(const struct chart *chart)
{
    double highest = chart->y_high;
    for (size_t i = 0; chart->kind == &plot_kinds[KIND_SCALING] && i < chart->count; i++)
        highest = fmax(highest, chart->series[i].ceiling ? 0 : chart_ideal(&chart->series[i]));
    return highest;
}

/* Over several decades the middle decides, so that neither end has many zeros. */
double chart_unit(const struct chart *chart, const char **unit)
{
    double middle = chart->kind->log_y ? sqrt(chart->y_low * chart->y_high) : chart->y_high;
    return chart->kind->unit(middle, unit);
}

static double best_of(const struct series *series)
{
    return series->points[series->best].y;
}

size_t chart_choose_named(const struct chart *chart, bool *named)
{
    size_t count = 0;
    for (size_t i = 0; i < chart->count; i++) {
        double here = best_of(&chart->series[i]);
        size_t better = 0;
        for (size_t k = 0; k < chart->count; k++) {
            double other = best_of(&chart->series[k]);
            if (chart->series[k].ceiling != chart->series[i].ceiling)
                continue;
            bool beats = chart->kind->least_is_best ? other < here : other > here;
            better += beats || (other == here && k < i);
        }
        named[i] = better < (chart->series[i].ceiling ? CHART_MOST_CEILINGS : CHART_MOST_NAMED);
        count += named[i];
    }
    return count;
}

const char *chart_link_text(const struct chart *chart, char text[CELL])
{
    bool giga = chart->link_mbit_s >= 1000;
    snprintf(text, CELL, "link %.4g %s", chart->link_mbit_s / (giga ? 1000 : 1), giga ? "Gbit/s" : "Mbit/s");
    return text;
}
