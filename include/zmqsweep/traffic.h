/* traffic.h - one rank's end of the measured traffic during one repetition: sockets, payload, the hot loop,
 * counters.
 *
 * The only module that knows ZeroMQ; a point of the baseline runs over plain TCP sockets instead (stream.c).
 * The hot loop runs in a thread that does nothing else (traffic_run_beside); the thread that calls these
 * functions (one per traffic) does the rest: it waits asleep, samples the counters and talks to the other
 * ranks. All times are CLOCK_MONOTONIC in ns.
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

/* Call once per process, before any thread: the signal that wakes a blocked loop gets a handler. */
void traffic_start_process(void);
/* Lends the calling thread, the process's first, to loops: `function` runs in a new thread, and the loops
 * that it starts, one at a time, run in the calling one. There they allocate from glibc's main arena, as a
 * program's own loop does; other threads' arenas give memory back to the kernel whatever the trim threshold
 * (malloc/arena.c, heap_trim), which took a quarter of a rate of 1 MiB messages. Ends the process with what
 * `function` returns. */
_Noreturn void traffic_run_beside(int (*function)(void *argument), void *argument);
/* "libzmq 4.3.4, ..." for the record. */
const char *traffic_library_version(char *text, size_t length);

/* ---- who belongs to the run: once per process, before any traffic is opened ---- */

#define TRAFFIC_PASSWORD_LENGTH 65
#define TRAFFIC_KEY_LENGTH 41
/* Was this libzmq built with CURVE? */
bool traffic_has_curve(void);
/* A random password for one run: 256 bits from the kernel, in hexadecimal. @return 0, or -1 with `error`. */
int traffic_make_password(char password[TRAFFIC_PASSWORD_LENGTH], struct error *error);
/* Makes this process's CURVE key pair; the secret key stays inside. The public one is Z85, "" when libzmq has
 * no CURVE. @return 0, or -1 with `error`. */
int traffic_make_keys(char public_key[TRAFFIC_KEY_LENGTH], struct error *error);
/* From now on those with this password, or with one of these keys (one a rank), are admitted, and nobody
 * else.
 * @return 0, or -1 with `error`. */
int traffic_admit_members(const char *password, const char (*public_keys)[TRAFFIC_KEY_LENGTH],
                          int32_t members, struct error *error);
/* Frees and wipes all of it. */
void traffic_forget_members(void);

/* Where the threads run: the loop (its payload is made and first touched there) and ZeroMQ's I/O threads. */
struct traffic_cpus {
    bool loop_bound, io_bound; /* false: where the process runs */
    cpu_set_t loop, io;
};

/* Opens context and socket of a sender or a receiver, applies every option, makes the payload. The side that
 * binds (point->bind) binds `address`, a numeric IP address (ephemeral port), or for ipc a private folder of
 * its own.
 * @return 0, or -1 with `error`. */
int traffic_open(const struct point *point, enum role role, const char *address,
                 const struct traffic_cpus *cpus, struct traffic **traffic, struct error *error);
/* The endpoint that peers connect to; "" on the side that connects. */
const char *traffic_endpoint(const struct traffic *traffic);
/* `rank` is the peer's, for its key. @return 0, or -1 with `error`. */
int traffic_connect(struct traffic *traffic, const char *endpoint, int32_t rank, struct error *error);

/* Has every peer been proven there? PUSH, PULL, SUB, stream: a handshake per peer; PUB: a subscription per
 * subscriber as well. Waits up to 10 ms for news. @return 1 yes, 0 not yet, -1 it failed, with `error`. */
int traffic_ready(struct traffic *traffic, struct error *error);
/* What readiness is waiting for, for the line of a time-out. */
void traffic_describe_wait(const struct traffic *traffic, struct error *error);

/* Starts the loop: a receiver at once, a sender at `start_ns`. */
int traffic_start(struct traffic *traffic, int64_t start_ns, struct error *error);
/* When a sender's loop really began; 0 before. */
int64_t traffic_started_ns(const struct traffic *traffic);

struct traffic_sample {
    int64_t instant_ns; /* when the sampler looked */
    int64_t count;      /* messages so far */
    int64_t cut_ns;     /* of the last of them: the receive's own clock from 16 KiB on, else instant_ns */
    int64_t blocked_ns, ring_wait_ns; /* so far, a wait under way included */
};
struct traffic_sample traffic_sample(const struct traffic *traffic);

/* A receiver's first and last message; 0 when there was none. A sender has the end of its loop as its last.
 * Valid once the loop has ended. */
int64_t traffic_first_ns(const struct traffic *traffic);
int64_t traffic_last_ns(const struct traffic *traffic);
int64_t traffic_count(const struct traffic *traffic);
int64_t traffic_foreign(const struct traffic *traffic);

/* Has the loop ended by itself (count reached, stream ended, error)? */
bool traffic_ended(const struct traffic *traffic);
/* Tells a sender to send no more. Its loop has ended on return; but a stream's ends by itself, once the
 * message under way is written, and that of req-rep and pair once it has come back. May be told again, should
 * that take long. @return as traffic_stop. */
int traffic_end_sending(struct traffic *traffic, int64_t patience_ns, struct error *error);
/* Tells the loop to end, wakes it and joins it. @return 0, or -1 with the loop's error, or with
 * traffic_is_running: it has not ended within `patience_ns`. */
int traffic_stop(struct traffic *traffic, int64_t patience_ns, struct error *error);
/* Is there a loop that was not joined? Its traffic cannot be closed. */
bool traffic_is_running(const struct traffic *traffic);

/* Reads the monitor's news; waits up to `wait_ms` for the first. */
void traffic_read_events(struct traffic *traffic, int wait_ms);
/* Lost or repeated connections so far, by the monitor. In a pub-sub drain the publishers' leaving is
 * expected. */
int traffic_reconnects(const struct traffic *traffic);
/* Connections so far, on the side that binds, that did not prove to belong to the run: nothing of theirs was
 * received. One that is still silent counts. Once ready. */
int traffic_strangers(const struct traffic *traffic);
/* Pub-sub: have all publishers gone? Then the loop may end when its queue is empty: traffic_finish_stream. */
bool traffic_peers_gone(const struct traffic *traffic);
void traffic_finish_stream(struct traffic *traffic);

/* A publisher leaves: its socket is closed and what is queued flows out behind it (LINGER). Its loop has
 * ended. */
void traffic_detach(struct traffic *traffic);

/* Where the threads do run, read back from the kernel, as lists such as "0-3,8"; the loop's as it was when it
 * began, "" before. */
#define TRAFFIC_CPUS_LENGTH 48
void traffic_read_cpus(const struct traffic *traffic, char loop[TRAFFIC_CPUS_LENGTH],
                       char io[TRAFFIC_CPUS_LENGTH]);

/* What a thread has used. NaN: the kernel does not tell. */
struct traffic_thread {
    double cpu_s;                  /* processor time */
    double runqueue_s;             /* ready to run, and waiting for a processor */
    double voluntary, involuntary; /* context switches */
    double page_faults;            /* pages of memory that the kernel had to give it, no disk involved */
};
#define TRAFFIC_EACH_LENGTH 80
/* Since traffic_usage_begin. */
struct traffic_usage {
    bool known; /* else the rest says nothing */
    int64_t length_ns;
    struct traffic_thread loop;              /* the sending or receiving thread */
    struct traffic_thread io;                /* all I/O threads together */
    struct traffic_thread io_busiest;        /* the one that ran or waited for a processor the longest */
    char io_cpu_each_s[TRAFFIC_EACH_LENGTH]; /* "0.412,0.003": of each I/O thread; cut after a dozen or so */
};
/* Finds the threads, so that the window's edges need not. Once the loop was started. */
void traffic_usage_watch(struct traffic *traffic);
void traffic_usage_begin(struct traffic *traffic);
struct traffic_usage traffic_usage(const struct traffic *traffic);

/* What the connections say while they are there; NaN where nothing can be said (ipc, none). */
struct traffic_connections {
    double sndbuf_bytes, rcvbuf_bytes; /* largest */
    double retransmits;                /* sum */
    double rtt_us;                     /* largest, smoothed */
    int64_t sndhwm, rcvhwm;            /* read back from the socket; its own direction */
};
struct traffic_connections traffic_connections(const struct traffic *traffic);

/* Closes the socket and ends the context. A publisher lingers for up to the point's timeout, everyone else
 * not at all. Safe to call at any stage; sets *traffic to NULL. */
void traffic_close(struct traffic **traffic);

/* Removes the socket file of ipc, where there is one. For a process that leaves without traffic_close; safe
 * in a signal handler. One traffic per process binds ipc at a time. */
void traffic_remove_ipc(void);

/* ---- receive mode write: a receiver's messages go to a file of its own ---- */

/* Where the files of this process go. Call before the first traffic is opened. */
void traffic_write_to(const char *folder);
/* Is it a folder that this process can write to? @return 0, or -1 with the folder and the cause. */
int traffic_check_write_dir(const char *folder, struct error *error);
bool traffic_writes(const struct traffic *traffic);
/* Tells the loop to bring to disk what it has received, then to go on. Ask again only when it is done. */
void traffic_sync_ask(struct traffic *traffic);
/* When it is done: fills the count that is on disk into *sample, with the moment at which the sync ended, and
 * how long it took. @return false: not yet. */
bool traffic_sync_done(struct traffic *traffic, struct traffic_sample *sample, int64_t *sync_ns);
/* How long the last sync took; 0 before, and in other modes. Once the loop has ended. */
int64_t traffic_sync_ns(const struct traffic *traffic);
/* Has the loop ended with an error? traffic_stop tells which. */
bool traffic_loop_has_failed(const struct traffic *traffic);
/* Once the loop has ended: does the file have, on disk, the bytes of every message received? @return 0, or -1
 * with both numbers. 0 in other modes. */
int traffic_check_file(struct traffic *traffic, struct error *error);
/* As traffic_remove_ipc, for that file. */
void traffic_remove_file(void);

/* ---- latency, where the point asks for it; else these do nothing ---- */

/* How this host's clock stands to the coordinator's (local - coordinator), for send times. Before the loop.
 */
void traffic_set_clock(struct traffic *traffic, int64_t offset_ns);
/* In duration mode only what is timed between these two counts; the last call of each. In count mode all
 * does.
 */
void traffic_latency_begin(struct traffic *traffic);
void traffic_latency_end(struct traffic *traffic);
/* Times in one bucket of histogram.h. */
struct traffic_times {
    int64_t bucket, count;
};
/* Once the loop has ended: the buckets that are not empty. @return how many; at most HISTOGRAM_BUCKETS. */
size_t traffic_latency(const struct traffic *traffic, struct traffic_times *times);
/* The lowest time of all if it is below 0, which only clocks that were compared badly can make; else 0. */
int64_t traffic_latency_lowest_ns(const struct traffic *traffic);

int64_t traffic_clock_ns(void);

#endif
