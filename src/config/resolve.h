/* resolve.h - how options affect each other. */
#ifndef CONFIG_RESOLVE_H
#define CONFIG_RESOLVE_H

#include "reader.h"

/* Decides between --short and --preset, and sets the options of the preset. @return 0 or -1. */
int resolve_preset(struct reader *reader);

/* To be called when all sources have been read. @return 0 or -1. */

/* Of --count and --duration, the one from the higher source is in force, and the other goes back to
 * its default. A count of `none` counts as not given. */
int resolve_mode(struct reader *reader);
/* Of --repetitions and --precision, the one from the higher source is in force. */
int resolve_precision(struct reader *reader);

#endif
