/* format.c - numbers as people read them. */
#include "zmqsweep/format.h"

#include <inttypes.h>
#include <math.h>

/* Writes `value` with three significant digits. A value with more digits before the point keeps all
 * of these. */
static void write_three_digits(double value, const char *unit, char *text, size_t length)
{
    double size = fabs(value);
    int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    snprintf(text, length, "%.*f %s", decimals, value, unit);
}

/* Divides `value` by `base` until the printed number is below `base`, and writes it with the unit
 * that was reached. */
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

/* How many decimals make three significant digits, at most four. */
static int decimals_for(double value)
{
    double size = fabs(value);
    int decimals = 0;
    for (double limit = 99.95; size < limit && decimals < 4; limit /= 10)
        decimals++;
    return size > 0 ? decimals : 0;
}

const char *format_number(double value, char text[FORMAT_BYTES])
{
    if (isfinite(value))
        snprintf(text, FORMAT_BYTES, "%.*f", decimals_for(value), value);
    else
        snprintf(text, FORMAT_BYTES, "-");
    return text;
}

const char *format_loss(int64_t lost, int64_t sent, char text[FORMAT_BYTES])
{
    return format_percent(sent > 0 ? 100.0 * (double)lost / (double)sent : NAN, text);
}

/* The unit, in Mbit/s, in which format_rate prints this rate. */
static double rate_unit(double mbit_s)
{
    double unit = 1e-6;
    while (fabs(mbit_s) / unit >= 999.5 && unit < 1e6)
        unit *= 1000;
    return unit;
}

const char *format_interval(double median, double low, double high, char text[FORMAT_BYTES])
{
    char low_text[FORMAT_BYTES], high_text[FORMAT_BYTES];
    double unit = rate_unit(median);
    *text = '\0';
    if (isfinite(low) && isfinite(high))
        snprintf(text, FORMAT_BYTES, "[%.40s, %.40s]", format_number(low / unit, low_text),
                 format_number(high / unit, high_text));
    return text;
}

const char *format_percent(double percent, char text[FORMAT_BYTES])
{
    char number[FORMAT_BYTES];
    if (percent > 0 && percent < 0.01)
        snprintf(text, FORMAT_BYTES, "< 0.01 %%");
    else if (percent < 100 && percent > 99.95)
        snprintf(text, FORMAT_BYTES, "> 99.9 %%");
    else if (isfinite(percent))
        snprintf(text, FORMAT_BYTES, "%.40s %%", format_number(percent, number));
    else
        snprintf(text, FORMAT_BYTES, "-");
    return text;
}

const char *format_nanoseconds(double nanoseconds, char text[FORMAT_BYTES])
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    char number[FORMAT_BYTES];
    size_t unit = 0;
    while (fabs(nanoseconds) >= 999.5 && units[unit + 1]) {
        nanoseconds /= 1000;
        unit++;
    }
    if (isfinite(nanoseconds))
        snprintf(text, FORMAT_BYTES, "%.40s %s", format_number(nanoseconds, number), units[unit]);
    else
        snprintf(text, FORMAT_BYTES, "-");
    return text;
}

const char *format_percentile(double percentile_us, double bound_us, char text[FORMAT_BYTES])
{
    char number[FORMAT_BYTES];
    if (isnan(percentile_us) && bound_us > 0)
        snprintf(text, FORMAT_BYTES, "> %.60s", format_nanoseconds(1000 * bound_us, number));
    else
        format_nanoseconds(1000 * percentile_us, text);
    return text;
}
