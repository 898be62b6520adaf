/* text.h - words: quoted for error lines, cut for cells, wrapped, and the name that was meant.
 * Pure. */
#ifndef ZMQSWEEP_TEXT_H
#define ZMQSWEEP_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* `text` in double quotes for an error line: cut to fit, and control characters replaced, so that
 * the line stays one line. @return `quoted`. */
#define TEXT_QUOTE_LENGTH 72
const char *text_quote(const char *text, char quoted[TEXT_QUOTE_LENGTH]);

/* The name nearest to `word` among `count` names by edit distance, or NULL when none is near
 * (distance over a third of the word's length, at least 2). */
const char *text_nearest(const char *word, const char *const *names, size_t count);

/* Columns that UTF-8 text takes, one per character. */
size_t text_width(const char *text);
/* Cuts the text to so many characters, the last two of them then "..". */
void text_shorten(char *text, size_t letters);
/* The text with control characters replaced, for terminals. */
void text_print(FILE *out, const char *text);
/* Words in lines of at most `width`, behind `indent` blanks. */
void text_wrap(FILE *out, const char *text, size_t indent, size_t width);
/* The same in a line that has reached `column`, and without the last line's end. A word that is
 * longer than a line has one of its own. @return the column reached. */
size_t text_wrap_from(FILE *out, const char *text, size_t indent, size_t width, size_t column);

#endif
