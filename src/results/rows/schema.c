/* schema.c - which versions of the format this program reads. */
#include "rows/schema.h"

#include <stdlib.h>

int schema_check(const char *version, const char *file, struct error *error)
{
    char *end;
    long major = strtol(version, &end, 10);
    if (end == version || *end != '.' || major < 1)
        return error_set(error, "%s: schema_version is '%.32s', which is none", file, version);
    if (major > SCHEMA_MAJOR)
        return error_set(error,
                         "%s: has schema version %.32s, newer than this program's " SCHEMA_VERSION,
                         file, version);
    return 0;
}
