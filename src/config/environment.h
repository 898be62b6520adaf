/* environment.h - options from variables of the environment. */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include "reader.h"

/* Sets options from `environment`: NAME=VALUE strings, ended by NULL. A NULL pointer means that
 * there are no variables. @return 0 or -1. */
int environment_read(struct reader *reader, char *const *environment);

#endif
