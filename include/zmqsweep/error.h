/* error.h - how a function says why it failed: one line, made where the cause is known. */
#ifndef ZMQSWEEP_ERROR_H
#define ZMQSWEEP_ERROR_H

#include <stdarg.h>
#include <stdio.h>

/* Exit codes of both programs, on every rank (a contract: job scripts test them). */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,      /* could not go on */
    EXIT_USAGE = 2,       /* bad option, bad input */
    EXIT_INVALID = 3,     /* finished, but some points have no valid repetition */
    EXIT_INTERRUPTED = 4, /* stopped by a signal; what was measured is saved */
    EXIT_SLOWER = 5       /* zmqreport compare: slower than the baseline */
};

struct error {
    char text[512]; /* one line, no newline: what, where, what would be right */
};

/* Writes the line (cut to fit) and returns -1, so that a caller can `return error_set(error, ...)`.
 * `error` may be NULL: then nothing is written. */
__attribute__((format(printf, 2, 3))) static inline int error_set(struct error *error,
                                                                  const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
    }
    return -1;
}

#ifdef __clang_analyzer__
/* The analyzer does not look into variadic functions, and would take a refusal for a success. */
#define error_set(...) ((error_set)(__VA_ARGS__), -1)
#endif

#endif
