/* traffic_write.h - receive mode write: a receiver's messages go to a file of its own. */
#ifndef ZMQSWEEP_TRAFFIC_WRITE_H
#define ZMQSWEEP_TRAFFIC_WRITE_H

#include "zmqsweep/error.h"
#include "zmqsweep/traffic.h"

#include <stdbool.h>
#include <stdint.h>

/* Sets the folder for the files of this process. Call it before the first traffic is opened. */
void traffic_write_to(const char *folder);
/* Checks that `folder` is a folder in which this process can make a file that has no name. @return
 * 0, or -1 with the folder and the cause in `error`. */
int traffic_check_write_dir(const char *folder, struct error *error);
bool traffic_writes(const struct traffic *traffic);
/* Asks the loop to sync to disk what it has received, and then to go on. Ask again only after
 * traffic_take_sync has returned true. */
void traffic_sync_ask(struct traffic *traffic);
/* Is the sync done? Then sets *sample to the count on disk and the time at which the sync ended,
 * and *sync_ns to how long it took. @return false when it is not done yet. */
bool traffic_take_sync(struct traffic *traffic, struct traffic_sample *sample, int64_t *sync_ns);
/* How long the last sync took; 0 without one, and in other modes. Valid once the loop has ended. */
int64_t traffic_sync_ns(const struct traffic *traffic);
/* Once the loop has ended: syncs the file, and checks that it has the bytes of every message
 * received. @return 0, also in other modes; or -1 with both numbers of bytes in `error`. */
int traffic_check_file(struct traffic *traffic, struct error *error);

#endif
