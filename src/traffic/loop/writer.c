/* writer.c - receive mode write: what a receiver does with its messages besides taking them.
 *
 * They go through one buffer into a file of the receiver's own. The time to write to disk is part
 * of the measurement. At both edges of a window the loop stops receiving, writes out the buffer and
 * waits for fdatasync. So at both edges everything received is on disk. The rate is the messages
 * received between the edges over the time between them, which includes the second sync. In count
 * mode the last message counts as received when its sync has ended.
 *
 * The file has no name from the start, so that nothing of it stays, however the process ends: the
 * kernel frees it with the descriptor. NFS keeps the name .nfs... in the folder meanwhile, and
 * removes it then.
 */
#include "loop/writer.h"

#include "clock.h"
#include "zmqsweep/traffic_write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For direct memory access and whole pages. */
#define BUFFER_ALIGNMENT 4096

struct writer {
    int fd;
    char failure[PATH_MAX + 64]; /* the call that failed, for the loop's error */
    char *buffer;
    size_t capacity, used;
    bool dirty;      /* something was received since the last sync */
    int64_t total;   /* how many messages will come; INT64_MAX: not known */
    int64_t sync_ns; /* length of the last sync */
    struct traffic_sample synced;
    _Atomic uint32_t requested; /* by the thread that samples */
    _Atomic uint32_t answered;  /* by the loop: the request that `synced` and `sync_ns` belong to */
};

static char write_folder[PATH_MAX];

void traffic_write_to(const char *folder)
{
    snprintf(write_folder, sizeof write_folder, "%s", folder);
}

/* Makes a file and removes its name at once, where the file system cannot make one without. @return
 * the descriptor, or -1 with `error`. */
static int open_and_unlink(const char *folder, struct error *error)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/zmqsweep-%d-XXXXXX.data", folder, getpid());
    if (length < 0 || (size_t)length >= sizeof path) {
        return error_set(error, "--write-dir: the name of the folder is too long");
    }
    int fd = mkostemps(path, (int)strlen(".data"), O_CLOEXEC);
    if (fd < 0) {
        return error_set(error, "--write-dir %.200s: cannot make a file there: %s", folder,
                         strerror(errno));
    }
    if (unlink(path)) {
        error_set(error, "%.250s: cannot be removed while it is open: %s", path, strerror(errno));
        close(fd);
        unlink(path);
        return -1;
    }
    return fd;
}

static int open_unnamed(const char *folder, struct error *error)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    return fd >= 0 ? fd : open_and_unlink(folder, error);
}

int traffic_check_write_dir(const char *folder, struct error *error)
{
    struct stat status;
    if (stat(folder, &status)) {
        return error_set(error, "--write-dir %.200s: %s", folder, strerror(errno));
    }
    if (!S_ISDIR(status.st_mode)) {
        return error_set(error, "--write-dir %.200s: is not a folder", folder);
    }
    if (access(folder, W_OK | X_OK)) {
        return error_set(error, "--write-dir %.200s: cannot be written to: %s", folder,
                         strerror(errno));
    }
    int fd = open_unnamed(folder, error);
    return fd < 0 ? -1 : close(fd);
}

/* ---- made and closed ---- */

/* In count mode a single receiver gets all messages, and so does every subscriber unless some are
 * lost. */
static int64_t expected_total(const struct point *point)
{
    bool whole = point->pattern == PATTERN_PUB_SUB || point->receivers_per_sender == 1;
    return point->count && whole ? point->count * point->senders_per_receiver : INT64_MAX;
}

int writer_open(struct traffic *traffic, struct error *error)
{
    struct writer *writer = calloc(1, sizeof *writer);
    void *buffer = NULL;
    if (!writer) {
        return error_set(error, "no memory for a writer");
    }
    traffic->writer = writer;
    writer->fd = -1;
    writer->capacity = (size_t)traffic->point.write_buffer_bytes;
    writer->total = expected_total(&traffic->point);
    if (posix_memalign(&buffer, BUFFER_ALIGNMENT, writer->capacity)) {
        return error_set(error, "no memory for --write-buffer %zu", writer->capacity);
    }
    memset(buffer, 0, writer->capacity);
    writer->buffer = buffer;
    writer->fd = open_unnamed(write_folder, error);
    return writer->fd < 0 ? -1 : 0;
}

void writer_close(struct traffic *traffic)
{
    struct writer *writer = traffic->writer;
    if (!writer) {
        return;
    }
    if (writer->fd >= 0) {
        close(writer->fd);
    }
    free(writer->buffer);
    free(writer);
    traffic->writer = NULL;
}

/* ---- the loop's side ---- */

static int fail(struct traffic *traffic, const char *call)
{
    struct writer *writer = traffic->writer;
    snprintf(writer->failure, sizeof writer->failure, "%s a file in --write-dir %s", call,
             write_folder);
    traffic_loop_failed(traffic, writer->failure);
    return -1;
}

static int write_all(struct traffic *traffic, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(traffic->writer->fd, data, length);
        if (wrote < 0 && errno != EINTR) {
            return fail(traffic, "writing");
        }
        data += wrote > 0 ? wrote : 0;
        length -= wrote > 0 ? (size_t)wrote : 0;
    }
    return 0;
}

static int flush(struct traffic *traffic)
{
    struct writer *writer = traffic->writer;
    size_t used = writer->used;
    writer->used = 0;
    return write_all(traffic, writer->buffer, used);
}

int writer_append(struct traffic *traffic, const void *data, size_t length)
{
    struct writer *writer = traffic->writer;
    const char *from = data;
    writer->dirty = true;
    while (length > 0) {
        size_t room = writer->capacity - writer->used, part = length < room ? length : room;
        memcpy(writer->buffer + writer->used, from, part);
        writer->used += part;
        from += part;
        length -= part;
        if (writer->used == writer->capacity && flush(traffic)) {
            return -1;
        }
    }
    return 0;
}

static int sync_file(struct traffic *traffic, int64_t count)
{
    struct writer *writer = traffic->writer;
    int64_t began_ns = clock_ns();
    if (flush(traffic)) {
        return -1;
    }
    while (fdatasync(writer->fd)) {
        if (errno != EINTR) {
            return fail(traffic, "syncing");
        }
    }
    int64_t now_ns = clock_ns();
    writer->dirty = false;
    writer->sync_ns = now_ns - began_ns;
    writer->synced.count = count;
    writer->synced.instant_ns = writer->synced.cut_ns = now_ns;
    return 0;
}

bool writer_sync_requested(const struct traffic *traffic)
{
    const struct writer *writer = traffic->writer;
    return atomic_load_explicit(&writer->requested, memory_order_relaxed) !=
           atomic_load_explicit(&writer->answered, memory_order_relaxed);
}

int writer_step(struct traffic *traffic, int64_t count)
{
    struct writer *writer = traffic->writer;
    if (writer_sync_requested(traffic)) {
        uint32_t requested = atomic_load_explicit(&writer->requested, memory_order_relaxed);
        if (sync_file(traffic, count)) {
            return -1;
        }
        atomic_store_explicit(&writer->answered, requested, memory_order_release);
    } else if (count == writer->total && writer->dirty) {
        if (sync_file(traffic, count)) {
            return -1;
        }
        traffic->last_ns = clock_ns();
    }
    return 0;
}

/* Syncs the file at the loop's end. A receiver that shares the messages of a count with others
 * learns that all have come only some time after its last message. That time counts too, so that
 * the rate is never too high. */
void writer_end(struct traffic *traffic, int64_t count)
{
    if (traffic->loop_call || flush(traffic)) {
        return;
    }
    if (traffic->point.count && traffic->writer->dirty && sync_file(traffic, count) == 0) {
        traffic->last_ns = clock_ns();
    }
}

/* ---- the sampler's side ---- */

bool traffic_writes(const struct traffic *traffic)
{
    return traffic->writer != NULL;
}

void traffic_sync_ask(struct traffic *traffic)
{
    struct writer *writer = traffic->writer;
    atomic_store_explicit(&writer->requested,
                          atomic_load_explicit(&writer->answered, memory_order_acquire) + 1,
                          memory_order_relaxed);
}

bool traffic_take_sync(struct traffic *traffic, struct traffic_sample *sample, int64_t *sync_ns)
{
    struct writer *writer = traffic->writer;
    uint32_t answered = atomic_load_explicit(&writer->answered, memory_order_acquire);
    if (answered != atomic_load_explicit(&writer->requested, memory_order_relaxed)) {
        traffic_wake_loop(traffic); /* it may sleep at an empty queue */
        return false;
    }
    sample->count = writer->synced.count;
    sample->instant_ns = writer->synced.instant_ns;
    sample->cut_ns = writer->synced.cut_ns;
    *sync_ns = writer->sync_ns;
    return true;
}

int64_t traffic_sync_ns(const struct traffic *traffic)
{
    return traffic->writer ? traffic->writer->sync_ns : 0;
}

int traffic_check_file(struct traffic *traffic, struct error *error)
{
    struct stat status;
    int64_t expected = traffic_count(traffic) * traffic->point.size_bytes;
    const struct writer *writer = traffic->writer;
    if (!writer || traffic->loop_call) {
        return 0; /* a loop that failed has reported it */
    }
    if (fdatasync(writer->fd) || fstat(writer->fd, &status)) {
        return error_set(error, "syncing a file in --write-dir %.200s: %s", write_folder,
                         strerror(errno));
    }
    if (status.st_size != expected) {
        return error_set(error,
                         "the file in --write-dir %.200s has %" PRId64 " bytes, and %" PRId64
                         " were received",
                         write_folder, (int64_t)status.st_size, expected);
    }
    return 0;
}
