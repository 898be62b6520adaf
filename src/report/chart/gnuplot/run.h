/* run.h - runs gnuplot. */
#ifndef GNUPLOT_RUN_H
#define GNUPLOT_RUN_H

#include "zmqsweep/error.h"

/* Runs gnuplot on the script, with the script's variables `data` and `output` set to the arguments
 * of these names. @return 0, or -1 with `error`. */
int gnuplot_run(const char *script, const char *data, const char *output, struct error *error);

#endif
