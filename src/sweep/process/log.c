/* log.c - the lines of the program on stderr. */
#include "process/log.h"

#include "zmqsweep/traffic.h"

#include <stdarg.h>
#include <stdio.h>

static int current_level = LOG_INFO;
static int32_t current_rank;

void log_start(int level, int32_t rank)
{
    current_level = level;
    current_rank = rank;
}

bool log_enabled(enum log_level level)
{
    return (int)level <= current_level;
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const words[] = {"error: ", "warning: ", "", ""};
    char text[1024];
    va_list args;
    if (!log_enabled(level)) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* Each line is one write, so that the lines of several ranks do not mix. */
    if (level == LOG_DEBUG) {
        fprintf(stderr, "zmqsweep: [rank %d %.6f] %s\n", current_rank,
                (double)(traffic_clock_ns() % 1000000000000) * 1e-9, text);
    } else {
        fprintf(stderr, "zmqsweep: %s%s\n", words[level], text);
    }
}
