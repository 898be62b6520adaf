/* version.c - the version as --version prints it. */
#include "zmqsweep/version.h"

#include <stdio.h>

const char *version_describe(const char *library, char text[VERSION_LENGTH])
{
    const char *commit = version_commit();
    snprintf(text, VERSION_LENGTH, "%s%s%s%s%s%s%s", ZMQSWEEP_VERSION,
             *commit || library ? " (" : "", *commit ? "commit " : "", commit,
             *commit && library ? ", " : "", library ? library : "", *commit || library ? ")" : "");
    return text;
}
