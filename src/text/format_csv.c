/* format_csv.c - fields of CSV (RFC 4180). */
#include "zmqsweep/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void format_csv_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void format_csv_number(FILE *out, double value)
{
    char text[32] = "";
    for (int digits = 15; digits <= 17 && isfinite(value); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}
