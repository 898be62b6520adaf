/* traffic_write.h - receive mode write: a receiver's messages go to a file of its own. */
#ifndef ZMQSWEEP_TRAFFIC_WRITE_H
#define ZMQSWEEP_TRAFFIC_WRITE_H

#include "zmqsweep/error.h"
#include "zmqsweep/traffic.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the files of this process go. Call before the first traffic is opened. */
void traffic_write_to(const char *folder);
/* Is it a folder that this process can write to? @return 0, or -1 with the folder and the cause. */
int traffic_check_write_dir(const char *folder, struct error *error);
bool traffic_writes(const struct traffic *traffic);
/* Tells the loop to write to disk what it has received, then to go on. Ask again only when it is
 * done. */
void traffic_sync_ask(struct traffic *traffic);
/* When it is done: sets *sample to the count that is on disk and the moment at which the sync
 * ended, and *sync_ns to how long it took. @return false: not yet. */
bool traffic_sync_done(struct traffic *traffic, struct traffic_sample *sample, int64_t *sync_ns);
/* How long the last sync took; 0 before, and in other modes. Once the loop has ended. */
int64_t traffic_sync_ns(const struct traffic *traffic);
/* Once the loop has ended: does the file have, on disk, the bytes of every message received?
 * @return 0, or -1 with both numbers. 0 in other modes. */
int traffic_check_file(struct traffic *traffic, struct error *error);
/* As traffic_remove_ipc, for that file. */
void traffic_remove_file(void);

#endif
