/* units.c - the unit of an axis, so that its numbers have few digits. */
#include "chart/kinds/units.h"

#include <stddef.h>

static double pick_unit(double largest, double first, const char *const *units, const char **unit)
{
    double size = first;
    while (largest / size >= 1000 && units[1]) {
        size *= 1000;
        units++;
    }
    *unit = *units;
    return size;
}

double units_rate(double largest, const char **unit)
{
    static const char *const units[] = {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", NULL};
    return pick_unit(largest, 1e-3, units, unit);
}

double units_count(double largest, const char **unit)
{
    static const char *const units[] = {"messages/s", "thousand messages/s", "million messages/s",
                                        NULL};
    return pick_unit(largest, 1, units, unit);
}

double units_time(double largest, const char **unit)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    return pick_unit(largest, 1, units, unit);
}

double units_percent(double largest, const char **unit)
{
    (void)largest;
    *unit = "%";
    return 1;
}
