/* affinity.c - which CPUs the threads may run on. A new thread inherits them from the thread that
 * makes it; so do ZeroMQ's I/O threads. */
#include "state/affinity.h"

#include <stdbool.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int affinity_set(const cpu_set_t *cpus)
{
    return sched_setaffinity(0, sizeof *cpus, cpus);
}

void affinity_get(cpu_set_t *cpus)
{
    CPU_ZERO(cpus);
    sched_getaffinity(0, sizeof *cpus, cpus);
}

void affinity_format(const cpu_set_t *cpus, char *text, size_t length)
{
    size_t used = 0;
    text[0] = '\0';
    for (int first = 0; first < CPU_SETSIZE && used < length; first++) {
        int last = first;
        if (!CPU_ISSET((size_t)first, cpus)) {
            continue;
        }
        while (last + 1 < CPU_SETSIZE && CPU_ISSET((size_t)last + 1, cpus)) {
            last++;
        }
        used += (size_t)snprintf(text + used, length - used, first == last ? "%s%d" : "%s%d-%d",
                                 used ? "," : "", first, last);
        first = last;
    }
}

/* libzmq names its I/O threads ZMQbg/IO/0 and so on. */
static bool is_io_thread(const char *task)
{
    char path[64 + 256], name[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%.200s/comm", task);
    FILE *file = fopen(path, "r");
    if (file) {
        if (!fgets(name, sizeof name, file)) {
            name[0] = '\0';
        }
        fclose(file);
    }
    return strstr(name, "/IO/") != NULL;
}

size_t affinity_find_io_threads(int *tids, size_t most)
{
    DIR *folder = opendir("/proc/self/task");
    size_t found = 0;
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
        int task = (int)strtol(entry->d_name, NULL, 10);
        if (task > 0 && found < most && is_io_thread(entry->d_name)) {
            tids[found++] = task;
        }
    }
    if (folder) {
        closedir(folder);
    }
    return found;
}
