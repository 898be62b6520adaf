/* processor.h - the name of a processor. */
#ifndef CLUSTER_PROCESSOR_H
#define CLUSTER_PROCESSOR_H

#include <stddef.h>

/* The processor's name in the text of /proc/cpuinfo: the line that holds it, or on arm64, which has
 * none, what implementer and part number stand for. Different cores are joined by " + ". An unknown
 * number is told as it is ("Arm part 0xd99"). "" where nothing is known. */
const char *processor_name(const char *cpuinfo, char *text, size_t length);

#endif
