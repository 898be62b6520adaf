/* ring.c - a zero-copy sender's buffers.
 *
 * libzmq gives a buffer back in an I/O thread, or in the thread that closes a socket. So many
 * threads may return buffers; one thread takes them. Returned buffers go onto a list with a
 * compare-and-swap; the taker takes the whole list at once with an exchange, so that no ABA problem
 * can arise, and works through it without touching shared memory. Source: Treiber, IBM RJ 5118
 * (1986), for the push; the exchange is the usual multi-producer single-consumer form.
 */
#include "loop/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
/* For ThreadSanitizer: libzmq hands a buffer from the sender to the returning thread, but is not
 * instrumented, so the hand-over is declared here. */
#define HANDED_OVER(slot) __tsan_release(slot)
#define TAKEN_OVER(slot) __tsan_acquire(slot)
#else
#define HANDED_OVER(slot) ((void)0)
#define TAKEN_OVER(slot) ((void)0)
#endif

#define LINE_BYTES 64

/* The header of a buffer, one cache line ahead of the payload. */
struct slot {
    _Alignas(LINE_BYTES) struct slot *next;
    struct ring *ring;
};

struct ring {
    _Alignas(LINE_BYTES) _Atomic(struct slot *) returned;
    _Alignas(LINE_BYTES) struct slot *mine;
    char *memory;
};

static void *payload_of(struct slot *slot)
{
    return (char *)slot + sizeof *slot;
}

struct ring *ring_new(int64_t buffers, int64_t size_bytes)
{
    size_t stride =
        sizeof(struct slot) + ((size_t)size_bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    struct ring *ring = aligned_alloc(LINE_BYTES, sizeof *ring);
    if (!ring) {
        return NULL;
    }
    ring->mine = NULL;
    atomic_init(&ring->returned, NULL);
    ring->memory = (size_t)buffers > SIZE_MAX / stride
                       ? NULL
                       : aligned_alloc(LINE_BYTES, (size_t)buffers * stride);
    if (!ring->memory) {
        free(ring);
        return NULL;
    }
    memset(ring->memory, 0x5a, (size_t)buffers * stride);
    for (int64_t i = buffers - 1; i >= 0; i--) {
        struct slot *slot = (struct slot *)(void *)(ring->memory + (size_t)i * stride);
        slot->ring = ring;
        slot->next = ring->mine;
        ring->mine = slot;
    }
    return ring;
}

void ring_destroy(struct ring **ring)
{
    if (*ring) {
        free((*ring)->memory);
        free(*ring);
        *ring = NULL;
    }
}

void *ring_take(struct ring *ring, void **hint)
{
    struct slot *slot = ring->mine;
    if (!slot) {
        slot = atomic_exchange_explicit(&ring->returned, NULL, memory_order_acquire);
        if (!slot) {
            return NULL;
        }
    }
    ring->mine = slot->next;
    *hint = slot;
    HANDED_OVER(slot);
    return payload_of(slot);
}

void ring_return(void *data, void *hint)
{
    struct slot *slot = hint;
    TAKEN_OVER(slot);
    struct ring *ring = slot->ring;
    (void)data;
    struct slot *top = atomic_load_explicit(&ring->returned, memory_order_relaxed);
    do {
        slot->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&ring->returned, &top, slot,
                                                    memory_order_release, memory_order_relaxed));
}
