/* provenance.h - where the numbers of a page come from. */
#ifndef PAGE_PROVENANCE_H
#define PAGE_PROVENANCE_H

#include "reading/load.h"

#include <stdio.h>

/* Prints a line of hosts, date and versions, which starts with the file's label when `labelled`. */
void provenance_write_source(FILE *out, const struct loaded *file, bool labelled);
/* Prints the file's hosts, its command and its environment. */
void provenance_write(FILE *out, const struct loaded *file);

#endif
