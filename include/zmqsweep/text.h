/* text.h - words: quoted for error lines, cut for table cells, wrapped, and matched to the nearest
 * name. Pure. */
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
/* Cuts a text of more than `letters` characters to that many, the last two of them "..". */
void text_shorten(char *text, size_t letters);
/* Prints the text for a terminal, with control characters replaced. */
void text_print(FILE *out, const char *text);
/* Prints the words in lines of at most `width` columns, indented by `indent` blanks. */
void text_wrap(FILE *out, const char *text, size_t indent, size_t width);
/* As text_wrap, but goes on in a line that has reached `column`, and does not end the last line. A
 * word longer than a line gets its own line. @return the column reached. */
size_t text_wrap_from(FILE *out, const char *text, size_t indent, size_t width, size_t column);

#endif
