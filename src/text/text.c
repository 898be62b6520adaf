/* text.c - words for lines and cells. */
#include "zmqsweep/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *text_quote(const char *text, char quoted[TEXT_QUOTE_LENGTH])
{
    const size_t room = TEXT_QUOTE_LENGTH - sizeof "\"...\"";
    size_t length = strnlen(text, room + 1), at = 0;
    bool cut = length > room;
    if (cut) /* never cut within a UTF-8 character */
        for (length = room; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
            length--;
    quoted[at++] = '"';
    for (size_t i = 0; i < length; i++)
        quoted[at++] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
    strcpy(quoted + at, cut ? "...\"" : "\"");
    return quoted;
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

size_t text_wrap_from(FILE *out, const char *text, size_t indent, size_t width, size_t column)
{
    while (*(text += strspn(text, " \n"))) {
        size_t length = strcspn(text, " \n");
        if (column > indent && column + 1 + length > width) {
            fputc('\n', out);
            column = 0;
        }
        size_t blanks = column > indent ? 1 : indent - column;
        fprintf(out, "%*s", (int)blanks, "");
        column += blanks + fwrite(text, 1, length, out);
        text += length;
    }
    return column;
}

void text_wrap(FILE *out, const char *text, size_t indent, size_t width)
{
    text_wrap_from(out, text, indent, width, 0);
    fputc('\n', out);
}

/* ---- the nearest name ---- */

#define LONGEST_NAME 64

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The edit distance of two words, upper and lower case alike, row by row (Wagner and Fischer, J.
 * ACM 21 (1974) 168). `name` has at most LONGEST_NAME characters. */
static size_t edit_distance(const char *word, const char *name)
{
    size_t row[LONGEST_NAME + 1], length = strlen(name);
    for (size_t i = 0; i <= length; i++)
        row[i] = i;
    for (; *word; word++) {
        size_t diagonal = row[0]++;
        for (size_t i = 1; i <= length; i++) {
            size_t above = row[i];
            row[i] = smallest(above + 1, row[i - 1] + 1,
                              diagonal + (folded(*word) != folded(name[i - 1])));
            diagonal = above;
        }
    }
    return row[length];
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
    size_t limit = strlen(word) / 3 < 2 ? 2 : strlen(word) / 3, best = limit + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        /* Each extra letter is an edit. */
        bool far = length > LONGEST_NAME || strlen(word) > length + best;
        size_t distance = far ? best : edit_distance(word, names[i]);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
