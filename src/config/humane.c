/* humane.c - numbers as people read them. */
#include "config_internal.h"

#include <inttypes.h>
#include <math.h>

/* Writes `value` with three significant digits; what has more digits before the point keeps them. */
static void write_three_digits(double value, const char *unit, char *text, size_t length)
{
    double size = fabs(value);
    int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    snprintf(text, length, "%.*f %s", decimals, value, unit);
}

/* Divides by `base` until the number that is printed is below it, and writes it with that unit. */
static const char *write_scaled(double value, double base, const char *const *units, char *text,
                                size_t length)
{
    if (!isfinite(value)) {
        snprintf(text, length, "-");
        return text;
    }
    while (fabs(value) >= base - 0.5 && units[1]) {
        value /= base;
        units++;
    }
    write_three_digits(value, *units, text, length);
    return text;
}

const char *format_bytes(int64_t bytes, char *text, size_t length)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL};
    int64_t whole = bytes;
    size_t unit = 0;
    while (whole != 0 && whole % 1024 == 0 && units[unit + 1]) {
        whole /= 1024;
        unit++;
    }
    if (whole > -1024 && whole < 1024)
        snprintf(text, length, "%" PRId64 " %s", whole, units[unit]);
    else
        write_scaled((double)bytes, 1024, units, text, length);
    return text;
}

const char *format_rate(double mbit_s, char *text, size_t length)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", NULL};
    return write_scaled(mbit_s * 1e6, 1000, units, text, length);
}

const char *format_per_s(double per_s, char *text, size_t length)
{
    static const char *const units[] = {"/s", "k/s", "M/s", "G/s", NULL};
    return write_scaled(per_s, 1000, units, text, length);
}
