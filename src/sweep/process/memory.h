/* memory.h - memory that the job cannot do without, and the most that this process has had. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Ends the job because there is no memory for `what`. What was measured is in the journal. */
_Noreturn void memory_fail(const char *what);
/* Reallocates `old` to count x bytes for `what`. Without memory the job ends. */
void *memory_grow(void *old, size_t count, size_t bytes, const char *what);

/* Resets the peak of resident memory to the present value. */
void memory_reset_peak(void);
int64_t memory_peak_bytes(void);

#endif
