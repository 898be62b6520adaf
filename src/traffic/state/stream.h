/* stream.h - the baseline's connections: plain TCP sockets in place of a ZeroMQ socket. */
#ifndef TRAFFIC_STREAM_STATE_H
#define TRAFFIC_STREAM_STATE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define STREAM_TOKEN_LENGTH 32

/* A connection whose peer has been proven. */
struct stream_connection {
    int fd;
    unsigned char *buffer; /* of a message */
    size_t done;           /* bytes of the message under way */
    int wake_bytes;        /* its SO_RCVLOWAT; 0: the system's */
    bool waits;            /* the kernel's buffer is full, or empty */
    bool ended;            /* its end has been read */
};

enum stream_candidate_state {
    CANDIDATE_CONNECTING,   /* this side connects */
    CANDIDATE_TOKEN_SENT,   /* this side waits for the answer */
    CANDIDATE_TOKEN_AWAITED /* the peer connected, and has to send the token */
};

/* A connection whose peer has not been proven yet. */
struct stream_candidate {
    int fd;
    enum stream_candidate_state state;
    char token[STREAM_TOKEN_LENGTH]; /* to send, or received so far */
    size_t received;
};

struct stream {
    int listener; /* -1: none */
    char token[STREAM_TOKEN_LENGTH +
               1]; /* what a peer must know to be admitted: random, in hexadecimal */
    struct stream_candidate *candidates;
    int candidate_count, candidate_room;
    int rejected; /* candidates that did not know the token, or were silent for too long */
    struct stream_connection
        *connections;      /* `peers` places, as many in use as there were handshakes */
    struct pollfd *polled; /* room for connections and candidates */
};

#endif
