/* payload.c - what is sent: made once, before the window, by a thread that touches every page of
 * it. */
#include "loop/payload.h"

#include "loop/receiver.h"
#include "loop/ring.h"
#include "loop/sender.h"
#include "loop/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Any byte but zero would do: a page that was never written reads as the kernel's shared zero
 * page. */
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

static int make_ring(struct traffic *traffic)
{
    traffic->ring = ring_new(plan_ring_buffers(&traffic->point), traffic->point.size_bytes);
    return traffic->ring ? 0 : -1;
}

/* How many messages the buffer holds: a stream's receiver reads one from each peer at a time. */
static size_t messages_at_once(const struct traffic *traffic)
{
    return traffic_is_stream(traffic) && traffic->role == ROLE_RECEIVER ? (size_t)traffic->peers
                                                                        : 1;
}

static int make_memory(struct traffic *traffic, enum payload payload)
{
    switch (payload) {
    case PAYLOAD_BUFFER:
        return make_buffer(traffic, messages_at_once(traffic));
    case PAYLOAD_RING:
        return make_ring(traffic);
    case PAYLOAD_SHARED:
        return make_shared(traffic);
    default:
        return 0;
    }
}

int payload_make(struct traffic *traffic, struct error *error)
{
    enum payload payload = traffic->role == ROLE_SENDER
                               ? sender_payload(traffic->point.send_mode)
                               : receiver_payload(traffic->point.receive_mode);
    if (payload == PAYLOAD_FILE) {
        return writer_open(traffic, error);
    }
    if (make_memory(traffic, payload)) {
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
