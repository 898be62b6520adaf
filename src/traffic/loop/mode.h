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

/* For the functions that make or take a message, and for the loops that get them as a constant
 * argument. The compiler then makes one loop per mode, with no decision per message. */
#define MODE_INLINE static inline __attribute__((always_inline))

#endif
