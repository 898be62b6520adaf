/* run_record.h - what is known about a run when it starts: attributes, hosts, environment.
 *
 * Strings end with NUL, and the rest of the field is zero. Missing values are NaN, 0 or "".
 */
#ifndef ZMQSWEEP_RUN_RECORD_H
#define ZMQSWEEP_RUN_RECORD_H

#include <stddef.h>
#include <stdint.h>

struct host_record {
    int64_t host_id;
    char name[64];
    char address[64];
    char cpu_model[96];
    char kernel[96];
    int64_t cores, numa_nodes, memory_bytes;
    double link_mbit_s; /* NaN when not known */
    int64_t page_bytes; /* 0: not known */
};

struct environment_record {
    char name[64];
    char value[512];
};

/* What is known when the sweep starts. Root attributes of the file, plus hosts and environment. */
struct run_record {
    char title[128], creator[32], creator_version[32], created[32], uuid[40];
    char command_line[4096];
    int64_t order_seed;
    int64_t points_planned;
    struct host_record *hosts;
    size_t host_count;
    struct environment_record
        *environment; /* "option.NAME" rows hold the plan that --resume compares */
    size_t environment_count;
};
void results_free_run(struct run_record *run); /* frees the arrays, zeroes the record */

#endif
