/* rank_flags.h - the flags that one rank's outcome raises. */
#ifndef RANK_FLAGS_H
#define RANK_FLAGS_H

#include "outcome/evidence.h"

/* The flags that a rank which takes part raises. */
unsigned rank_flags(const struct evidence *evidence, int32_t rank);

#endif
