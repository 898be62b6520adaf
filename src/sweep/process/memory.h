/* memory.h - memory that the job cannot do without, and the most that this process has had. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* There is no memory for `what`: ends the job. What was measured is in the journal. */
_Noreturn void memory_fail(const char *what);
/* realloc to count x bytes, for `what`; without memory the job ends. */
void *memory_grow(void *old, size_t count, size_t bytes, const char *what);

/* The peak of resident memory counts from here on. */
void memory_reset_peak(void);
int64_t memory_peak_bytes(void);

#endif
