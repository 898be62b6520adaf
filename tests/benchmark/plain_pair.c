/* plain_pair.c - a PUSH/PULL pair with nothing around it, to hold zmqsweep's numbers against.
 *
 * Usage: plain_pair SIZE SECONDS untouched|copy
 * The parent binds a PULL, the child connects a PUSH and sends for as long as it lives, as libzmq's
 * remote_thr does (untouched) or with a payload that is written (copy). Prints the rate of the parent's
 * window in Mbit/s. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define WARMUP_S 0.2
#define CLOCK_EVERY 64

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void set_hwm(void *socket, size_t size)
{
    int64_t fits = ((int64_t)64 << 20) / (int64_t)size;
    int hwm = fits > 1000 ? 1000 : fits < 4 ? 4 : (int)fits;
    zmq_setsockopt(socket, ZMQ_SNDHWM, &hwm, sizeof hwm);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &hwm, sizeof hwm);
}

static _Noreturn void send_for_ever(const char *endpoint, size_t size, int copy)
{
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PUSH);
    char *payload = malloc(size);
    set_hwm(socket, size);
    if (!payload || zmq_connect(socket, endpoint) < 0) {
        _exit(1);
    }
    memset(payload, 0x5a, size);
    for (;;) {
        zmq_msg_t message;
        zmq_msg_init_size(&message, size);
        if (copy) {
            memcpy(zmq_msg_data(&message), payload, size);
        }
        if (zmq_msg_send(&message, socket, 0) < 0) {
            _exit(1);
        }
    }
}

/* Counts what comes until the clock says `until`; looks at it after every `every` messages. @return when it
 * stopped. */
static double receive_until(void *socket, double until, int64_t every, int64_t *count)
{
    zmq_msg_t message;
    double now;
    zmq_msg_init(&message);
    do {
        for (int64_t i = 0; i < every; i++) {
            if (zmq_msg_recv(&message, socket, 0) < 0) {
                exit(1);
            }
        }
        *count += every;
        now = now_s();
    } while (now < until);
    zmq_msg_close(&message);
    return now;
}

int main(int argc, char **argv)
{
    char endpoint[128];
    size_t length = sizeof endpoint;
    if (argc != 4) {
        fputs("usage: plain_pair SIZE SECONDS untouched|copy\n", stderr);
        return 2;
    }
    size_t size = strtoul(argv[1], NULL, 10);
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PULL);
    set_hwm(socket, size);
    if (zmq_bind(socket, "tcp://127.0.0.1:*") < 0 ||
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &length) < 0) {
        perror("zmq_bind");
        return 1;
    }
    pid_t child = fork();
    if (child == 0) {
        send_for_ever(endpoint, size, strcmp(argv[3], "copy") == 0);
    }
    int64_t every = size < 16384 ? CLOCK_EVERY : 1, warm = 0, count = 0;
    double begin = receive_until(socket, now_s() + WARMUP_S, every, &warm);
    double end = receive_until(socket, begin + strtod(argv[2], NULL), every, &count);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%.6g\n", (double)count * (double)size * 8e-6 / (end - begin));
    return 0;
}
