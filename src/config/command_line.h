/* command_line.h - options from the command line. */
#ifndef CONFIG_COMMAND_LINE_H
#define CONFIG_COMMAND_LINE_H

#include "reader.h"

/* Reads all of it, past mistakes too, for there may be a --help behind them. The first mistake is
 * the one reported. @return 0 or -1. */
int command_line_read(struct reader *reader, int argc, char *const *argv);

#endif
