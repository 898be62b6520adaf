/* slow_sync.c - preloaded: fdatasync takes SLOW_SYNC_MS longer, as on a slow disk. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int slow_fdatasync(int fd) __asm__("fdatasync");

int slow_fdatasync(int fd)
{
    static int (*real)(int);
    const char *text = getenv("SLOW_SYNC_MS");
    long ms = text ? atol(text) : 0;
    struct timespec more = {ms / 1000, ms % 1000 * 1000000};
    if (!real) {
        *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    }
    nanosleep(&more, NULL);
    return real(fd);
}
