/* flags.h - remarks on a repetition or a point, some of which make it invalid, as bits and as
 * words. Pure. */
#ifndef ZMQSWEEP_FLAGS_H
#define ZMQSWEEP_FLAGS_H

#include <stddef.h>

enum flag {
    FLAG_FOREIGN = 1 << 0,
    FLAG_TIMED_OUT = 1 << 1,
    FLAG_INTERRUPTED = 1 << 2,
    FLAG_FEW_MESSAGES = 1 << 3,
    FLAG_RECONNECTED = 1 << 4,
    FLAG_SHORT_OVERLAP = 1 << 5,
    FLAG_LATE_START = 1 << 6,
    FLAG_LOST_MESSAGES = 1 << 7,
    FLAG_FAILED = 1 << 8,
    FLAG_SHARED_CORE = 1 << 9,
    FLAG_UNSTEADY = 1 << 10,
    FLAG_STALLED = 1 << 11,
    FLAG_RATE_MISSED = 1 << 12,
    FLAG_LOSS_OVER_TARGET = 1 << 13,
    FLAG_STRANGERS = 1 << 14,
    FLAG_BACKLOG = 1 << 15,   /* less came through than was sent: a backlog grew */
    FLAG_QUEUED = 1 << 16,    /* the rate may be that of queues, not of the path */
    FLAG_DEPENDENT = 1 << 17, /* of a point: neighbouring repetitions are alike */
    FLAG_DISK_BUSY = 1 << 18  /* the journal's sync reached into the window */
};
#define FLAGS 19 /* the number of flags */
/* The word of flag 1 << index. */
const char *flags_word(int index);
/* "timed_out,few_messages": the words of the flags, comma-joined, the rest of `text` zero; cut
 * where it is too short. @return `text`. */
const char *flags_text(unsigned flags, char *text, size_t length);
/* The flags whose words are in `text`, as flags_text writes them; unknown words are ignored. */
unsigned flags_read(const char *text);

#endif
