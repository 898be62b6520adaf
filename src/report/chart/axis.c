/* axis.c - ends and ticks of an axis, the same in gnuplot's pictures and in the page. */
#include "chart/axis.h"

#include <math.h>
#include <stdio.h>

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
    static const double fine[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}, middle[] = {1, 2, 5},
                        coarse[] = {1};
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

void axis_set_range(struct axis *axis, double least, double most)
{
    if (!axis->log) {
        axis->low = 0;
        axis->high = most > 0 ? 1.12 * most : 1;
        return;
    }
    axis->low = least / 1.15;
    axis->high = most * 1.15;
    if (axis->high / axis->low < 1.6) {
        axis->low /= 1.3;
        axis->high *= 1.3;
    }
}

void axis_set_point_range(struct axis *axis, double least, double most)
{
    double pad = most > least ? pow(most / least, 0.04) : 2;
    axis->low = least / pad;
    axis->high = most * pad;
}

const char *axis_label(const struct axis *axis, char text[2 * AXIS_TEXT])
{
    const char *unit = axis->unit_name ? axis->unit_name : "";
    snprintf(text, (size_t)2 * AXIS_TEXT, "%s%s%s", axis->title,
             *axis->title && *unit ? " in " : "", unit);
    return text;
}
