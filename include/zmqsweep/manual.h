/* manual.h - the manual pages of both programs, in man(7) macros. Pure.
 *
 * Callers pass plain text: these functions escape what troff would take for markup.
 */
#ifndef ZMQSWEEP_MANUAL_H
#define ZMQSWEEP_MANUAL_H

#include "zmqsweep/help.h"

/* The page's first lines. `title` is such as "ZMQSWEEP", `program` such as "zmqsweep"; `date` is
 * ISO 8601. */
void manual_print_title(FILE *out, const char *title, const char *program, const char *date,
                        const char *version);
void manual_print_section(FILE *out, const char *title);
/* One line of text. */
void manual_print_text(FILE *out, const char *text);
void manual_print_option(FILE *out, const struct help_option *option);

/* The font escape \fB or the macro .B: both make a name bold. */
enum manual_bold { MANUAL_BOLD_ESCAPE, MANUAL_BOLD_MACRO };
/* A list of names, each in bold, and what they mean. */
void manual_print_entries(FILE *out, const struct help_entry *entries, enum manual_bold bold);
void manual_print_entry(FILE *out, const struct help_entry *entry, enum manual_bold bold);

#endif
