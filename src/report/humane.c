/* humane.c - numbers and texts as the cells of a table have them. */
#include "report_internal.h"

#include "zmqsweep/config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Digits behind the point that make three significant ones, four at most. */
static int decimals_for(double value)
{
    double size = fabs(value);
    int decimals = 0;
    for (double limit = 99.95; size < limit && decimals < 4; limit /= 10)
        decimals++;
    return size > 0 ? decimals : 0;
}

const char *format_number(double value, char text[CELL])
{
    if (isfinite(value))
        snprintf(text, CELL, "%.*f", decimals_for(value), value);
    else
        snprintf(text, CELL, "-");
    return text;
}

const char *format_loss(int64_t lost, int64_t sent, char text[CELL])
{
    return format_percent(sent > 0 ? 100.0 * (double)lost / (double)sent : NAN, text);
}

/* How many Mbit/s the unit has in which format_rate prints this rate. */
static double rate_unit(double mbit_s)
{
    double unit = 1e-6;
    while (fabs(mbit_s) / unit >= 999.5 && unit < 1e6)
        unit *= 1000;
    return unit;
}

const char *format_interval(double median, double low, double high, char text[CELL])
{
    char low_text[CELL], high_text[CELL];
    double unit = rate_unit(median);
    *text = '\0';
    if (isfinite(low) && isfinite(high))
        snprintf(text, CELL, "[%.40s, %.40s]", format_number(low / unit, low_text),
                 format_number(high / unit, high_text));
    return text;
}

const char *format_percent(double percent, char text[CELL])
{
    char number[CELL];
    if (percent > 0 && percent < 0.01)
        snprintf(text, CELL, "< 0.01 %%");
    else if (percent < 100 && percent > 99.95)
        snprintf(text, CELL, "> 99.9 %%");
    else if (isfinite(percent))
        snprintf(text, CELL, "%.40s %%", format_number(percent, number));
    else
        snprintf(text, CELL, "-");
    return text;
}

const char *format_nanoseconds(double nanoseconds, char text[CELL])
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    char number[CELL];
    size_t unit = 0;
    while (fabs(nanoseconds) >= 999.5 && units[unit + 1]) {
        nanoseconds /= 1000;
        unit++;
    }
    if (isfinite(nanoseconds))
        snprintf(text, CELL, "%.40s %s", format_number(nanoseconds, number), units[unit]);
    else
        snprintf(text, CELL, "-");
    return text;
}

const char *format_duration(double seconds, char text[CELL])
{
    char word[CONFIG_WORD_LENGTH];
    if (isfinite(seconds) && seconds >= 0 && seconds < 1e9)
        snprintf(text, CELL, "%s", config_format(OPTION_DURATION, (int64_t)llround(seconds * 1e9), word));
    else
        snprintf(text, CELL, "-");
    return text;
}

const char *format_percentile(double percentile_us, double bound_us, char text[CELL])
{
    char number[CELL];
    if (isnan(percentile_us) && bound_us > 0)
        snprintf(text, CELL, "> %.60s", format_nanoseconds(1000 * bound_us, number));
    else
        format_nanoseconds(1000 * percentile_us, text);
    return text;
}

/* Why a point has less than was asked for: "3 of 6 repetitions", "precision not reached (time)"; else "". */
static const char *write_shortage(const struct point_record *point, char text[CELL])
{
    *text = '\0';
    if (strcmp(point->stop_reason, "interrupted") == 0 && point->planned_repetitions > point->repetitions)
        snprintf(text, CELL, "%" PRId64 " of %" PRId64 " repetitions", point->repetitions,
                 point->planned_repetitions);
    else if (point->precision > 0 && strcmp(point->stop_reason, "precision") != 0)
        snprintf(text, CELL, "precision not reached (%s)", point->stop_reason);
    return text;
}

const char *point_notes(const struct point_record *point, char text[NOTES])
{
    char shortage[CELL], valid[CELL] = "";
    const char *parts[] = {valid, write_shortage(point, shortage), point->flags};
    size_t used = 0;
    if (strcmp(point->status, "failed") == 0) {
        snprintf(text, NOTES, "invalid: %s", *point->flags ? point->flags : "no repetition");
        return text;
    }
    if (point->valid_repetitions < point->repetitions)
        snprintf(valid, sizeof valid, "%" PRId64 " of %" PRId64 " valid", point->valid_repetitions,
                 point->repetitions);
    *text = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts && used < NOTES; i++)
        if (*parts[i])
            used += (size_t)snprintf(text + used, NOTES - used, "%s%s", used ? ": " : "", parts[i]);
    return text;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

void text_shorten(char *text, size_t letters)
{
    if (text_width(text) <= letters)
        return;
    for (size_t passed = 0; passed + 2 < letters; passed++)
        do
            text++;
        while (((unsigned char)*text & 0xc0) == 0x80);
    strcpy(text, "..");
}

void text_print(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text, out);
}
