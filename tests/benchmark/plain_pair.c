/* plain_pair.c - a PUSH/PULL pair with nothing around it, to hold zmqsweep's numbers against.
 *
 * plain_pair SIZE SECONDS untouched|copy [SENDER_CPUS RECEIVER_CPUS]
 *     The parent binds a PULL, the child connects a PUSH and sends for as long as it lives, as
 * libzmq's remote_thr does (untouched) or with a payload that is written (copy). Prints the rate of
 * the parent's window in Mbit/s. CPUS are the system's numbers with commas between; an end's I/O
 * thread goes along. plain_pair SIZE COUNT untouched|copy send|receive ENDPOINT HWM One end of a
 * pair that moves COUNT messages, to be run under callgrind or strace. The receiver binds.
 */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define WARMUP_S 0.5
#define CLOCK_EVERY 64
/* As zmqsweep: from here on the clock is read after each message. */
#define TIMED_BYTES 16384

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static _Noreturn void fail(const char *call)
{
    fprintf(stderr, "plain_pair: %s: %s\n", call, zmq_strerror(zmq_errno()));
    exit(1);
}

/* zmqsweep's `auto`. */
static int auto_hwm(size_t size)
{
    int64_t fits = ((int64_t)64 << 20) / (int64_t)size;
    return fits > 1000 ? 1000 : fits < 4 ? 4 : (int)fits;
}

static void *new_socket(void *context, int type, int hwm)
{
    void *socket = zmq_socket(context, type);
    if (!socket || zmq_setsockopt(socket, ZMQ_SNDHWM, &hwm, sizeof hwm) < 0 ||
        zmq_setsockopt(socket, ZMQ_RCVHWM, &hwm, sizeof hwm) < 0) {
        fail("zmq_socket");
    }
    return socket;
}

/* A loop per mode, so that nothing is decided per message; not inlined, so that callgrind can name
 * it. */
static __attribute__((noinline)) void send_untouched(void *socket, size_t size, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        zmq_msg_t message;
        zmq_msg_init_size(&message, size);
        if (zmq_msg_send(&message, socket, 0) < 0) {
            fail("zmq_msg_send");
        }
    }
}

static __attribute__((noinline)) void send_copy(void *socket, size_t size, int64_t count,
                                                const void *payload)
{
    for (int64_t i = 0; i < count; i++) {
        zmq_msg_t message;
        zmq_msg_init_size(&message, size);
        memcpy(zmq_msg_data(&message), payload, size);
        if (zmq_msg_send(&message, socket, 0) < 0) {
            fail("zmq_msg_send");
        }
    }
}

static __attribute__((noinline)) void receive_messages(void *socket, zmq_msg_t *message,
                                                       int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (zmq_msg_recv(message, socket, 0) < 0) {
            fail("zmq_msg_recv");
        }
    }
}

static void send_end(const char *endpoint, size_t size, int64_t count, bool copy, int hwm)
{
    void *context = zmq_ctx_new(), *socket = new_socket(context, ZMQ_PUSH, hwm);
    char *payload = malloc(size);
    if (!payload || zmq_connect(socket, endpoint) < 0) {
        fail("zmq_connect");
    }
    memset(payload, 0x5a, size);
    if (copy) {
        send_copy(socket, size, count, payload);
    } else {
        send_untouched(socket, size, count);
    }
    zmq_close(socket);
    zmq_ctx_term(context); /* waits until all is on its way */
    free(payload);
}

static void *bind_end(void *context, const char *endpoint, int hwm)
{
    void *socket = new_socket(context, ZMQ_PULL, hwm);
    if (zmq_bind(socket, endpoint) < 0) {
        fail("zmq_bind");
    }
    return socket;
}

static int run_one_end(char **argv)
{
    size_t size = strtoul(argv[1], NULL, 10);
    int64_t count = strtoll(argv[2], NULL, 10);
    int hwm = atoi(argv[6]);
    if (strcmp(argv[4], "send") == 0) {
        send_end(argv[5], size, count, strcmp(argv[3], "copy") == 0, hwm);
        return 0;
    }
    zmq_msg_t message;
    zmq_msg_init(&message);
    void *context = zmq_ctx_new(), *socket = bind_end(context, argv[5], hwm);
    receive_messages(socket, &message, count);
    zmq_msg_close(&message);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}

/* Counts what comes until the clock says `until`; looks at it after every `every` messages. @return
 * when it stopped. */
static double receive_until(void *socket, double until, int64_t every, int64_t *count)
{
    zmq_msg_t message;
    double now;
    zmq_msg_init(&message);
    do {
        receive_messages(socket, &message, every);
        *count += every;
        now = now_s();
    } while (now < until);
    zmq_msg_close(&message);
    return now;
}

static void run_on(const char *cpus)
{
    cpu_set_t set;
    char *rest;
    CPU_ZERO(&set);
    do {
        CPU_SET(strtoul(cpus, &rest, 10), &set);
        cpus = rest + 1;
    } while (*rest == ',');
    if (sched_setaffinity(0, sizeof set, &set) < 0) {
        perror("plain_pair: sched_setaffinity");
        exit(1);
    }
}

static int run_pair(char **argv, bool placed)
{
    char endpoint[128];
    size_t length = sizeof endpoint, size = strtoul(argv[1], NULL, 10);
    if (placed) {
        run_on(argv[5]);
    }
    void *context = zmq_ctx_new(), *socket = bind_end(context, "tcp://127.0.0.1:*", auto_hwm(size));
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &length) < 0) {
        fail("zmq_getsockopt");
    }
    pid_t child = fork();
    if (child == 0) {
        if (placed) {
            run_on(argv[4]);
        }
        send_end(endpoint, size, INT64_MAX, strcmp(argv[3], "copy") == 0, auto_hwm(size));
        _exit(0);
    }
    int64_t every = size < TIMED_BYTES ? CLOCK_EVERY : 1, warm = 0, count = 0;
    double begin = receive_until(socket, now_s() + WARMUP_S, every, &warm);
    double end = receive_until(socket, begin + strtod(argv[2], NULL), every, &count);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%.6g\n", (double)count * (double)size * 8e-6 / (end - begin));
    return 0;
}

static bool usable(int argc, char **argv)
{
    return (argc == 4 || argc == 6 ||
            (argc == 7 && (strcmp(argv[4], "send") == 0 || strcmp(argv[4], "receive") == 0))) &&
           strtoul(argv[1], NULL, 10) > 0 &&
           (strcmp(argv[3], "untouched") == 0 || strcmp(argv[3], "copy") == 0);
}

int main(int argc, char **argv)
{
    if (!usable(argc, argv)) {
        fputs("usage: plain_pair SIZE SECONDS untouched|copy [SENDER_CPUS RECEIVER_CPUS]\n"
              "       plain_pair SIZE COUNT untouched|copy send|receive ENDPOINT HWM\n",
              stderr);
        return 2;
    }
    return argc == 7 ? run_one_end(argv) : run_pair(argv, argc == 6);
}
