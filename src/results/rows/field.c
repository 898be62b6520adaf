/* field.c - text in a field of fixed width. */
#include "rows/field.h"

#include <string.h>

/* Length of the UTF-8 character at `text`, 0 when there is none. Source: RFC 3629, section 4. */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

void field_copy(char *field, size_t width, const char *text)
{
    size_t used = 0;
    while (*text) {
        size_t length = utf8_length((const unsigned char *)text);
        size_t step = length ? length : 1;
        if (used + step >= width)
            break;
        if (length)
            memcpy(field + used, text, length);
        else
            field[used] = '?';
        used += step;
        text += step;
    }
    memset(field + used, 0, width - used);
}
