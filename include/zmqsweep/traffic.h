/* traffic.h - one rank's end of the measured traffic during one repetition: sockets, payload, the
 * hot loop, counters.
 *
 * The only module that knows ZeroMQ; a point of the baseline runs over plain TCP sockets instead.
 * The hot loop runs in a thread that does nothing else (traffic_lend_main_thread); the thread that
 * calls these functions (one per traffic) does the rest: it waits asleep, samples the counters and
 * talks to the other ranks. All times are CLOCK_MONOTONIC in ns.
 */
#ifndef ZMQSWEEP_TRAFFIC_H
#define ZMQSWEEP_TRAFFIC_H

#include "zmqsweep/error.h"
#include "zmqsweep/plan.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct traffic;

#define TRAFFIC_ENDPOINT_LENGTH 128
/* From this size on the receiver itself reads the clock after each message: 16 KiB. */
#define TRAFFIC_TIMED_BYTES 16384

/* Sets the handler of the signal that wakes a blocked loop. Once per process, before any thread. */
void traffic_start_process(void);
/* Lends the calling thread, the process's first, to loops: `function` runs in a new thread, and the
 * loops that it starts, one at a time, run in the calling one. There they allocate from glibc's
 * main arena, as a program's own loop does. Other threads' arenas ignore the trim threshold when
 * they give memory back to the kernel (malloc/arena.c, heap_trim): that cost a quarter of the rate
 * of 1 MiB messages. Ends the process with what `function` returns. */
_Noreturn void traffic_lend_main_thread(int (*function)(void *argument), void *argument);
/* "libzmq 4.3.4, ..." for the record. */
const char *traffic_library_version(char *text, size_t length);

/* Where the loop (which makes and first touches its payload) and ZeroMQ's I/O threads run. */
struct traffic_cpus {
    bool loop_bound, io_bound; /* false: where the process runs */
    cpu_set_t loop, io;
};

/* Opens context and socket of a sender or a receiver, applies every option, makes the payload. The
 * side that binds (point->bind) binds `address`, a numeric IP address, with an ephemeral port, or
 * for ipc a random abstract name. @return 0, or -1 with `error`. */
int traffic_open(const struct point *point, enum role role, const char *address,
                 const struct traffic_cpus *cpus, struct traffic **traffic, struct error *error);
/* The endpoint that peers connect to; "" on the side that connects. */
const char *traffic_endpoint(const struct traffic *traffic);
/* Connects to a peer. `rank` is the peer's and selects its key. @return 0, or -1 with `error`. */
int traffic_connect(struct traffic *traffic, const char *endpoint, int32_t rank,
                    struct error *error);

/* Is every peer connected and proven? It takes a handshake per peer; for PUB, also a subscription
 * per subscriber. Waits up to 10 ms for an event. @return 1: yes, 0: not yet, -1 with `error`. */
int traffic_ready(struct traffic *traffic, struct error *error);
/* Sets `error` to what traffic_ready waits for, for the line of a time-out. */
void traffic_describe_wait(const struct traffic *traffic, struct error *error);

/* Starts the loop: a receiver at once, a sender at `start_ns`. */
int traffic_start(struct traffic *traffic, int64_t start_ns, struct error *error);
/* When a sender's loop really began; 0 before. */
int64_t traffic_started_ns(const struct traffic *traffic);

struct traffic_sample {
    int64_t instant_ns; /* when the sampler read the count */
    int64_t count;      /* messages so far */
    int64_t
        cut_ns; /* time of the last message: the loop's reading from 16 KiB on, else instant_ns */
    int64_t blocked_ns, ring_wait_ns; /* so far, with a wait that goes on */
};
struct traffic_sample traffic_sample(const struct traffic *traffic);

/* When a receiver's first and last message came; 0 without one. For a sender, traffic_last_ns is
 * the end of its loop. Valid once the loop has ended. */
int64_t traffic_first_ns(const struct traffic *traffic);
int64_t traffic_last_ns(const struct traffic *traffic);
int64_t traffic_count(const struct traffic *traffic);
int64_t traffic_foreign(const struct traffic *traffic);

/* Has the loop ended by itself (count reached, stream ended, error)? */
bool traffic_ended(const struct traffic *traffic);
/* Has it ended with an error? traffic_stop returns the error. */
bool traffic_loop_has_failed(const struct traffic *traffic);
/* Tells a sender to send no more. On return its loop has ended. Exceptions: a stream's loop ends by
 * itself once its last message is written, and that of req-rep and pair once its last message has
 * come back. May be called again if that takes long. @return as traffic_stop. */
int traffic_end_sending(struct traffic *traffic, int64_t patience_ns, struct error *error);
/* Tells the loop to end, wakes it and joins it. @return 0, or -1: with the loop's error, or, if
 * traffic_is_running, because it has not ended within `patience_ns`. */
int traffic_stop(struct traffic *traffic, int64_t patience_ns, struct error *error);
/* Is there a loop that was not joined? Then the traffic cannot be closed. */
bool traffic_is_running(const struct traffic *traffic);

/* Reads the monitor's events; waits up to `wait_ms` for the first. */
void traffic_read_events(struct traffic *traffic, int wait_ms);
/* Lost or repeated connections so far. In a drain of pub-sub, publishers close theirs as
 * expected. */
int traffic_reconnects(const struct traffic *traffic);
/* Connections so far, on the side that binds, that did not prove to belong to the run; silent ones
 * count. No message of theirs was received. Valid once traffic_ready has returned 1. */
int traffic_strangers(const struct traffic *traffic);
/* Pub-sub: have all publishers closed? Then call traffic_note_peers_gone, which lets the loop end
 * when its queue is empty. */
bool traffic_peers_gone(const struct traffic *traffic);
void traffic_note_peers_gone(struct traffic *traffic);

/* Closes a publisher's socket after its loop has ended. Queued messages are still sent (LINGER). */
void traffic_detach(struct traffic *traffic);

/* Closes the socket and ends the context. A publisher lingers for up to the point's timeout,
 * everyone else not at all. Safe to call at any stage; sets *traffic to NULL. */
void traffic_close(struct traffic **traffic);

int64_t traffic_clock_ns(void);

#endif
