/* resolve.h - what options mean to each other. */
#ifndef CONFIG_RESOLVE_H
#define CONFIG_RESOLVE_H

#include "reader.h"

/* Decides between --short and --preset, and sets what the preset has. @return 0 or -1. */
int resolve_preset(struct reader *reader);

/* For when all sources are read. @return 0 or -1. */

/* Of --count and --duration the one from the higher source is in force, and the other goes back to
 * its default; a count of none is no count. */
int resolve_mode(struct reader *reader);
/* Of --repetitions and --precision the one from the higher source is in force. */
int resolve_precision(struct reader *reader);

#endif
