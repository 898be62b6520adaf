/* output.h - a file or stdout, written whole or not at all. */
#ifndef REPORT_FILES_OUTPUT_H
#define REPORT_FILES_OUTPUT_H

#include "zmqsweep/error.h"

#include <stdio.h>

struct output {
    FILE *file;
    char *path;    /* path of the finished file, NULL for stdout */
    char *partial; /* name of the file until it is whole */
};

/* Opens the output. A NULL `path` means stdout, which is written through an unnamed temporary file.
 * @return 0, or -1 with `error`. */
int output_open(struct output *output, const char *path, struct error *error);
/* Gives the file its name, or copies it to stdout, and closes it. @return 0, or -1 with `error`. */
int output_publish(struct output *output, struct error *error);
/* Closes the file, and removes it if it has not been published. */
void output_discard(struct output *output);

#endif
