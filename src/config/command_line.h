/* command_line.h - options from the command line. */
#ifndef CONFIG_COMMAND_LINE_H
#define CONFIG_COMMAND_LINE_H

#include "reader.h"

/* Reads the whole command line, even after a mistake, because a --help may follow. It reports the
 * first mistake. @return 0 or -1. */
int command_line_read(struct reader *reader, int argc, char *const *argv);

#endif
