/* sweep_file.h - options from the sweep file. */
#ifndef CONFIG_SWEEP_FILE_H
#define CONFIG_SWEEP_FILE_H

#include "reader.h"

/* Reads the file that --config names, if there is one. @return 0 or -1. */
int sweep_file_read(struct reader *reader);

#endif
