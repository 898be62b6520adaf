/* markup.h - text for SVG and HTML. */
#ifndef SVG_MARKUP_H
#define SVG_MARKUP_H

#include <stdio.h>

/* Prints the text with <, >, & and quotes escaped, and blanks for control characters. */
void markup_text(FILE *out, const char *text);
/* Prints the text, escaped in the same way, as a cell of a table. */
void markup_cell(FILE *out, const char *text);

#endif
