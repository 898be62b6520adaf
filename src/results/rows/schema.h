/* schema.h - the version of the format, in the file and in the journal. */
#ifndef RESULTS_ROWS_SCHEMA_H
#define RESULTS_ROWS_SCHEMA_H

#include "zmqsweep/error.h"

#define SCHEMA_FORMAT "zmqsweep-results"
#define SCHEMA_VERSION "1.2"
#define SCHEMA_MAJOR 1

/* @return 0 when this program reads schema `version` ("1.0"), or -1 with a line that names `file`.
 */
int schema_check(const char *version, const char *file, struct error *error);

#endif
