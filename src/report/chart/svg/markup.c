/* markup.c - text for SVG and HTML. */
#include "chart/svg/markup.h"

void markup_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
        }
}

void markup_cell(FILE *out, const char *text)
{
    fprintf(out, "<td>");
    markup_text(out, text);
    fprintf(out, "</td>");
}
