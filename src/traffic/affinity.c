/* affinity.c - where the threads run. New threads run where the thread that makes them runs, ZeroMQ's I/O
 * threads too. */
#include "traffic_internal.h"

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

/* "0-3,8" */
static void write_list(const cpu_set_t *cpus, char text[TRAFFIC_CPUS_LENGTH])
{
    size_t used = 0;
    text[0] = '\0';
    for (int first = 0; first < CPU_SETSIZE && used < TRAFFIC_CPUS_LENGTH; first++) {
        int last = first;
        if (!CPU_ISSET((size_t)first, cpus)) {
            continue;
        }
        while (last + 1 < CPU_SETSIZE && CPU_ISSET((size_t)last + 1, cpus)) {
            last++;
        }
        used += (size_t)snprintf(text + used, TRAFFIC_CPUS_LENGTH - used, first == last ? "%s%d" : "%s%d-%d",
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

static void read_io_threads(cpu_set_t *all)
{
    int tids[USAGE_THREADS_MOST];
    size_t found = affinity_find_io_threads(tids, USAGE_THREADS_MOST);
    CPU_ZERO(all);
    for (size_t i = 0; i < found; i++) {
        cpu_set_t cpus;
        if (sched_getaffinity(tids[i], sizeof cpus, &cpus) == 0) {
            CPU_OR(all, all, &cpus);
        }
    }
}

void traffic_read_cpus(const struct traffic *traffic, char loop[TRAFFIC_CPUS_LENGTH],
                       char io[TRAFFIC_CPUS_LENGTH])
{
    cpu_set_t cpus;
    loop[0] = io[0] = '\0';
    if (usage_loop_cpus(&traffic->usage, &cpus)) {
        write_list(&cpus, loop);
    }
    if (traffic->context) {
        read_io_threads(&cpus);
        write_list(&cpus, io);
    }
}
