/* environment.h - options from variables of the environment. */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include "reader.h"

/* `environment`: NAME=VALUE strings, ended by NULL; NULL: none. @return 0 or -1. */
int environment_read(struct reader *reader, char *const *environment);

#endif
