/* output.h - a file or stdout, written whole or not at all. */
#ifndef REPORT_FILES_OUTPUT_H
#define REPORT_FILES_OUTPUT_H

#include "zmqsweep/error.h"

#include <stdio.h>

struct output {
    FILE *file;
    char *path;    /* of the file to be, NULL for stdout */
    char *partial; /* its name until it is whole */
};

/* `path` NULL: stdout, through an unnamed temporary file. @return 0, or -1 with `error`. */
int output_open(struct output *output, const char *path, struct error *error);
/* Gives the file its name, or copies it to stdout; closes it. @return 0, or -1 with `error`. */
int output_publish(struct output *output, struct error *error);
/* Closes and removes what is not published. */
void output_discard(struct output *output);

#endif
