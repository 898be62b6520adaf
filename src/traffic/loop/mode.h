/* mode.h - what a send mode or a receive mode needs besides its loop. */
#ifndef TRAFFIC_MODE_H
#define TRAFFIC_MODE_H

/* Memory of a mode, made by payload.c before the loop begins. */
enum payload {
    PAYLOAD_NONE,
    PAYLOAD_BUFFER, /* traffic->buffer: a message */
    PAYLOAD_RING,   /* traffic->ring: buffers that libzmq sends from and gives back */
    PAYLOAD_SHARED, /* traffic->shared: a zmq_msg_t that all messages refer to */
    PAYLOAD_FILE    /* traffic->writer: a file that all messages go to */
};

/* For functions that a loop takes as a constant argument, and for the loops that take them: the
 * compiler makes a loop per mode, in which nothing is decided per message. */
#define MODE_INLINE static inline __attribute__((always_inline))

#endif
