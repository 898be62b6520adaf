/* traffic_internal.h - what the files of src/traffic/ share. */
#ifndef TRAFFIC_INTERNAL_H
#define TRAFFIC_INTERNAL_H

#include "zmqsweep/histogram.h"
#include "zmqsweep/traffic.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <zmq.h>

/* How often a blocked loop looks at its stop flag when no signal wakes it. */
#define LOOK_AROUND_MS 100
/* The longest wait for peers without a look around. */
#define NEWS_WAIT_MS 10

/* ---- ring.c: buffers for zero-copy, given back by any thread ---- */

struct ring;
struct ring *ring_new(int64_t buffers, int64_t size_bytes);
void ring_destroy(struct ring **ring);
/* A free buffer, or NULL when all are in flight. One thread only. *hint goes with it to ring_return. */
void *ring_take(struct ring *ring, void **hint);
/* zmq_free_fn; any thread. */
void ring_return(void *data, void *hint);

/* ---- progress.c: one writer publishes, one sampler reads ---- */

struct progress {
    _Alignas(64) _Atomic int64_t count;
    _Atomic int64_t time_ns; /* of the last message, when timed */
    _Atomic uint32_t sequence;
    _Alignas(64) _Atomic int64_t blocked_ns; /* see wait_begin */
    _Atomic int64_t ring_wait_ns;
};

static inline int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void progress_publish(struct progress *progress, int64_t count)
{
    atomic_store_explicit(&progress->count, count, memory_order_relaxed);
}

/* Count and time together: a sequence lock, odd while they change (Boehm, MSPC 2012, "Can seqlocks get along
 * with programming language memory models?", figure 6). */
static inline void progress_publish_timed(struct progress *progress, int64_t count, int64_t time_ns)
{
    uint32_t sequence = atomic_load_explicit(&progress->sequence, memory_order_relaxed);
    atomic_store_explicit(&progress->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&progress->count, count, memory_order_relaxed);
    atomic_store_explicit(&progress->time_ns, time_ns, memory_order_relaxed);
    atomic_store_explicit(&progress->sequence, sequence + 2, memory_order_release);
}

/* The time waited so far; while a wait lasts, less the moment at which it began, which makes it negative:
 * clocks began before the first wait. One number, so that a reader never sees a half. Only the loop's own
 * thread writes, so a load and a store will do. */
static inline void wait_begin(_Atomic int64_t *waited_ns, int64_t now_ns)
{
    int64_t so_far = atomic_load_explicit(waited_ns, memory_order_relaxed);
    atomic_store_explicit(waited_ns, so_far - now_ns, memory_order_relaxed);
}

static inline void wait_end(_Atomic int64_t *waited_ns, int64_t now_ns)
{
    wait_begin(waited_ns, -now_ns);
}

/* ---- monitor.c: what happened to the connections ---- */

struct monitor {
    void *socket;
    bool binds;   /* then strangers may connect, too */
    bool settled; /* the peers' connections are known */
    int *fds;     /* of the peers' live connections; `peers` places, -1 when free */
    int peers;
    int *open; /* before that, on the side that binds: all that are open */
    int open_count, open_room;
    int refused_bytes;                                     /* at most sent to a stranger */
    int64_t settle_ns;                                     /* when to wait no longer */
    int handshakes, connections, disconnections, failures; /* disconnections: of peers */
    int last_event;
};
/* `traffic` has its socket and is not bound or connected yet. @return 0, or -1 with errno. */
int monitor_open(struct monitor *monitor, const struct traffic *traffic);
/* Has every peer shaken hands, and is its connection told from strangers'? */
bool monitor_identify(struct monitor *monitor);
/* Every peer has, and a connection is not known yet: that takes no event, and microseconds. */
bool monitor_identifying(const struct monitor *monitor);
void monitor_read(struct monitor *monitor, int wait_ms);
void monitor_close(struct monitor *monitor);

/* ---- affinity.c ---- */

/* Moves the calling thread, and threads that it makes from now on. @return 0, or -1 with errno. */
int affinity_set(const cpu_set_t *cpus);
void affinity_get(cpu_set_t *cpus);
/* The process's I/O threads of libzmq. @return how many thread ids are in `tids`. */
size_t affinity_find_io_threads(int *tids, size_t most);

/* ---- usage.c: what threads use ---- */

#define USAGE_THREADS_MOST 1024

struct watched_thread {
    int tid;
    int schedstat_fd, status_fd, stat_fd; /* -1: the system has none */
    struct traffic_thread begin;          /* at the window's start */
};

struct usage {
    struct watched_thread *threads; /* the loop's first, then the I/O threads */
    size_t count;
    bool begun;
    int64_t began_ns;
    cpu_set_t loop_cpus;            /* where the loop may run; written before `loop_tid` */
    atomic_int loop_tid;            /* 0 until the loop runs */
    struct traffic_thread loop_end; /* written by the loop before `ended` */
};
/* By the loop's own thread. */
void usage_loop_begins(struct traffic *traffic);
void usage_loop_ends(struct traffic *traffic);
/* @return false: the loop does not run yet. */
bool usage_loop_cpus(const struct usage *usage, cpu_set_t *cpus);
void usage_free(struct usage *usage);

/* ---- stream.c, stream_loop.c: the baseline's plain TCP sockets ---- */

/* A connection with a peer that has been proven. */
struct connection {
    int fd;
    unsigned char *buffer; /* of a message */
    size_t done;           /* bytes of the message under way */
    int wake_bytes;        /* its SO_RCVLOWAT; 0: the system's */
    bool waits;            /* the kernel would not take, or had not, any more */
    bool ended;            /* its end has been read */
};

struct guest;
struct pollfd;
struct stream {
    int listener;         /* -1: none */
    char token[33];       /* what a peer must know to be let in: random, in hexadecimal */
    struct guest *guests; /* connections whose peers have not been proven yet */
    int guest_count, guest_room;
    int turned_away;                /* guests that did not know the token, or kept silent for too long */
    struct connection *connections; /* `peers` places, as many in use as there were handshakes */
    struct pollfd *polled;          /* room for both kinds */
};

/* As traffic_open, traffic_connect and traffic_ready. */
int stream_open(struct traffic *traffic, const char *address, struct error *error);
int stream_connect(struct traffic *traffic, const char *endpoint, struct error *error);
int stream_ready(struct traffic *traffic, struct error *error);
/* As traffic_strangers; those that still keep silent count. */
int stream_strangers(const struct traffic *traffic);
void stream_close(struct traffic *traffic);
void stream_run(struct traffic *traffic);

/* ---- security.c ---- */

/* Limits what is taken in; the side that binds gets a ZAP handler and admits the run's members only. After
 * the context is there and before the socket is bound. */
int security_admit(struct traffic *traffic, bool binds, struct error *error);
/* What proves to `member` that this process belongs to the run; before connecting to it. */
int security_identify(void *socket, int32_t security, int32_t member, struct error *error);
/* Joins the handler's thread; the context has ended. */
void security_end(struct traffic *traffic);

/* ---- latency.c: times of messages, counted by the loop, read by the sampler ---- */

struct latency {
    int64_t every;     /* one message of so many is timed */
    int64_t offset_ns; /* of this host's clock to the coordinator's, which stamps go by */
    _Atomic int64_t counts[HISTOGRAM_BUCKETS];
    int64_t lowest_ns;                                        /* 0, or below; read after the loop's end */
    int64_t begin[HISTOGRAM_BUCKETS], end[HISTOGRAM_BUCKETS]; /* the counts at the window's edges */
    bool ended;
};
/* traffic->latency, where the point asks for it. @return 0, or -1 when memory is out. */
int latency_open(struct traffic *traffic);

/* Only the loop's own thread counts, so a load and a store will do. */
static inline void latency_count(struct latency *latency, int64_t time_ns)
{
    _Atomic int64_t *count = &latency->counts[histogram_bucket(time_ns)];
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
    if (time_ns < latency->lowest_ns) {
        latency->lowest_ns = time_ns;
    }
}

/* At the head of a message: a magic number, then its send time by the coordinator's clock. The payload's own
 * bytes are all alike, and memory that is used again is cleared, so no message has the number by chance. */
#define STAMP_MAGIC UINT64_C(0x9d1c6f0b7a52e483)

static inline void stamp_set(void *data, int64_t time_ns)
{
    const uint64_t stamp[2] = {STAMP_MAGIC, (uint64_t)time_ns};
    _Static_assert(sizeof stamp == PLAN_STAMP_BYTES, "a stamp has its size");
    memcpy(data, stamp, sizeof stamp);
}

/* An old stamp is not to be read again. */
static inline void stamp_clear(void *data)
{
    memset(data, 0, sizeof(uint64_t));
}

static inline bool stamp_get(const void *data, int64_t *time_ns)
{
    uint64_t stamp[2];
    memcpy(stamp, data, sizeof stamp);
    *time_ns = (int64_t)stamp[1];
    return stamp[0] == STAMP_MAGIC;
}

/* ---- the traffic of one rank ---- */

/* A publisher over ipc on its way out; see detach.c. */
struct detach {
    pthread_t thread;
    bool running;
    int *fds; /* a second descriptor of each connection */
};

struct traffic {
    struct point point;
    enum role role;
    int peers;
    bool timed; /* 16 KiB and more: the clock is read after each message */
    struct traffic_cpus cpus;
    void *context, *socket;
    struct monitor monitor;
    int subscriptions;      /* an XPUB's: read so far */
    int64_t sndhwm, rcvhwm; /* read back once, before the loop has the socket */
    struct detach detach;
    struct stream *stream; /* in place of context and socket, for the baseline */
    pthread_t guard;       /* the ZAP handler */
    bool guarded;
    char endpoint[TRAFFIC_ENDPOINT_LENGTH];
    char folder[TRAFFIC_ENDPOINT_LENGTH]; /* private, for ipc; "" when there is none */

    /* payload */
    void *buffer; /* one message */
    struct ring *ring;
    zmq_msg_t shared;
    bool shared_made;

    /* the loop */
    pthread_t thread;
    sem_t end_news; /* the loop does not touch the traffic any more */
    bool running;
    int64_t start_ns;
    int64_t limit; /* messages to send */
    struct progress progress;
    _Alignas(64) atomic_bool stop;
    atomic_bool abandon; /* even a stream's message under way */
    atomic_bool peers_gone;
    atomic_bool ended;
    _Atomic int64_t started_ns;
    int64_t first_ns, last_ns, foreign; /* written by the loop, read after its end */
    int loop_errno;
    const char *loop_call;
    struct usage usage;
    struct writer *writer;   /* of --receive-mode write, else NULL */
    struct latency *latency; /* of --latency, else NULL */
};

static inline bool is_stream(const struct traffic *traffic)
{
    return plan_is_baseline(&traffic->point);
}

static inline bool traffic_binds(const struct traffic *traffic)
{
    return (traffic->role == ROLE_RECEIVER) == (traffic->point.bind == BIND_RECEIVER);
}

static inline bool traffic_stop_requested(struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->stop, memory_order_relaxed);
}

static inline void traffic_loop_failed(struct traffic *traffic, const char *call)
{
    traffic->loop_errno = errno;
    traffic->loop_call = call;
}

/* ---- write.c: the file of a receiver in mode write ---- */

/* traffic->writer, with its file and buffer; writer_close releases it, also after an error. */
int writer_open(struct traffic *traffic, struct error *error);
void writer_close(struct traffic *traffic);
/* By the loop. @return 0, or -1 when the loop has failed. */
int writer_append(struct traffic *traffic, const void *data, size_t length);
/* After a message or at an empty queue: syncs when that is asked for, or when all has come. */
bool writer_is_asked(const struct traffic *traffic);
int writer_step(struct traffic *traffic, int64_t count);
void writer_end(struct traffic *traffic, int64_t count);

/* loop.c: a loop that sleeps in libzmq looks around. */
void loop_wake(struct traffic *traffic);

int payload_make(struct traffic *traffic, struct error *error);
void payload_free(struct traffic *traffic); /* only after the context has ended */
void traffic_close_socket(struct traffic *traffic);
/* Ends what traffic_detach has begun. */
void detach_end(struct traffic *traffic);
void sender_run(struct traffic *traffic);
void receiver_run(struct traffic *traffic);

#endif
