/* affinity.h - which CPUs threads may run on. */
#ifndef TRAFFIC_AFFINITY_H
#define TRAFFIC_AFFINITY_H

#include <sched.h>
#include <stddef.h>

/* Sets the CPUs of the calling thread, and of threads that it makes from now on. @return 0, or -1
 * with errno. */
int affinity_set(const cpu_set_t *cpus);
void affinity_get(cpu_set_t *cpus);
/* As a list: "0-3,8"; cut where `text` ends. */
void affinity_format(const cpu_set_t *cpus, char *text, size_t length);
/* Finds libzmq's I/O threads in this process. @return how many thread ids are in `tids`. */
size_t affinity_find_io_threads(int *tids, size_t most);

#endif
