/* memory.c - memory that the job cannot do without, and the peak of resident memory. */
#include "process/memory.h"

#include "process/log.h"

#include "zmqsweep/cluster.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

_Noreturn void memory_fail(const char *what)
{
    log_line(LOG_ERROR, "no memory for %s; what was measured is in the journal", what);
    cluster_abort(EXIT_FAILED);
}

void *memory_grow(void *old, size_t count, size_t bytes, const char *what)
{
    void *larger = realloc(old, (count ? count : 1) * bytes);
    if (!larger) {
        memory_fail(what);
    }
    return larger;
}

/* The kernel keeps a high-water mark of resident memory; writing 5 to this file resets it to the
 * present value (proc(5)). */
void memory_reset_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t ignored = write(fd, "5", 1);
        (void)ignored;
        close(fd);
    }
}

int64_t memory_peak_bytes(void)
{
    char text[4096];
    long kib = 0;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (got > 0) {
        text[got] = '\0';
        const char *line = strstr(text, "VmHWM:");
        if (line) {
            kib = strtol(line + 6, NULL, 10);
        }
    }
    if (kib == 0) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        kib = usage.ru_maxrss;
    }
    return (int64_t)kib * 1024;
}
