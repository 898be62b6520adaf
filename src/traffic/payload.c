/* payload.c - what is sent: made once, before the window, and touched page by page by the thread that makes
 * it. */
#include "traffic_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Any byte but zero: a page that was never written reads as the kernel's one zero page. */
#define FILL 0x5a

static int make_buffer(struct traffic *traffic, size_t messages)
{
    const size_t bytes = messages * (size_t)traffic->point.size_bytes;
    traffic->buffer = malloc(bytes);
    if (!traffic->buffer) {
        return -1;
    }
    memset(traffic->buffer, FILL, bytes);
    return 0;
}

static int make_shared(struct traffic *traffic)
{
    if (zmq_msg_init_size(&traffic->shared, (size_t)traffic->point.size_bytes) < 0) {
        return -1;
    }
    memset(zmq_msg_data(&traffic->shared), FILL, (size_t)traffic->point.size_bytes);
    traffic->shared_made = true;
    return 0;
}

static int make_sender_payload(struct traffic *traffic)
{
    switch (traffic->point.send_mode) {
    case SEND_ZERO_COPY:
        traffic->ring = ring_new(plan_ring_buffers(&traffic->point), traffic->point.size_bytes);
        return traffic->ring ? 0 : -1;
    case SEND_SHARED:
        return make_shared(traffic);
    case SEND_UNTOUCHED:
        return 0;
    default:
        return make_buffer(traffic, 1);
    }
}

int payload_make(struct traffic *traffic, struct error *error)
{
    if (traffic->role == ROLE_RECEIVER && traffic->point.receive_mode == RECEIVE_WRITE) {
        return writer_open(traffic, error);
    }
    /* A stream has a message of every peer under way. */
    const size_t messages = is_stream(traffic) ? (size_t)traffic->peers : 1;
    int failed = traffic->role == ROLE_SENDER                  ? make_sender_payload(traffic)
                 : traffic->point.receive_mode == RECEIVE_COPY ? make_buffer(traffic, messages)
                                                               : 0;
    if (failed) {
        return error_set(error, "no memory for the payload of %lld-byte messages",
                         (long long)traffic->point.size_bytes);
    }
    return 0;
}

void payload_free(struct traffic *traffic)
{
    if (traffic->shared_made) {
        zmq_msg_close(&traffic->shared);
        traffic->shared_made = false;
    }
    ring_destroy(&traffic->ring);
    writer_close(traffic);
    free(traffic->buffer);
    traffic->buffer = NULL;
}
