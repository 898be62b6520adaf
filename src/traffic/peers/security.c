/* security.c - only the job's own connections: the side that binds admits a peer only if it proves
 * that it belongs to the run.
 *
 * --security none is ZeroMQ's PLAIN (RFC 24) with a password made for this run; curve is CURVE (RFC
 * 26) with a key pair for each rank, made for this run. Both are checked once per connection, by a
 * ZAP handler (RFC 27) in the binding side's context. It runs in a thread of its own that sleeps
 * until somebody connects, and ends with the context. An admitted connection costs nothing per
 * message with PLAIN; CURVE encrypts.
 *
 * Only this module has the password and the secret keys, and it never writes or prints them.
 */
#include "peers/security.h"

#include "zmqsweep/traffic_members.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zmq.h>

#define HANDLER_ADDRESS "inproc://zeromq.zap.01"
#define RUN_DOMAIN "zmqsweep"
#define RUN_USER "zmqsweep"
#define KEY_BYTES 32
#define FRAME_BYTES 256 /* a user name or password has at most 255 */
/* Longest wait for the end of a handshake: a connection that sends nothing is closed then. */
#define HANDSHAKE_MOST_MS 10000
/* The least size limit: libzmq applies it to READY and subscriptions too, and they must get
 * through. */
#define LIMIT_LEAST_BYTES 1024
/* What CURVE adds to a message on the wire (RFC 26: 8 + 8 + 16 + 1), and some more. */
#define CURVE_EXTRA_BYTES 64

/* The password and keys of the run. Written before any traffic is opened, then only read. */
static struct {
    bool known;
    char password[TRAFFIC_PASSWORD_LENGTH];
    char public_key[TRAFFIC_KEY_LENGTH], secret_key[TRAFFIC_KEY_LENGTH]; /* "": no CURVE */
    char (*names)[TRAFFIC_KEY_LENGTH]; /* public keys of all ranks */
    unsigned char (*keys)[KEY_BYTES];  /* the same, decoded */
    int32_t members;
} run;

bool traffic_has_curve(void)
{
    return zmq_has("curve") == 1;
}

int traffic_make_password(char password[TRAFFIC_PASSWORD_LENGTH], struct error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[(TRAFFIC_PASSWORD_LENGTH - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        return error_set(error, "getrandom: %s", strerror(errno));
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        password[2 * i] = digits[bytes[i] >> 4];
        password[2 * i + 1] = digits[bytes[i] & 15];
    }
    password[2 * sizeof bytes] = '\0';
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

int traffic_make_keys(char public_key[TRAFFIC_KEY_LENGTH], struct error *error)
{
    memset(public_key, 0, TRAFFIC_KEY_LENGTH);
    if (traffic_has_curve() && zmq_curve_keypair(run.public_key, run.secret_key) < 0) {
        return error_set(error, "zmq_curve_keypair: %s", zmq_strerror(errno));
    }
    memcpy(public_key, run.public_key, TRAFFIC_KEY_LENGTH);
    return 0;
}

int traffic_admit_members(const char *password, const char (*public_keys)[TRAFFIC_KEY_LENGTH],
                          int32_t members, struct error *error)
{
    free(run.names);
    free(run.keys);
    run.names = calloc((size_t)members, sizeof *run.names);
    run.keys = calloc((size_t)members, sizeof *run.keys);
    if (!run.names || !run.keys) {
        return error_set(error, "no memory for the keys of %d ranks", members);
    }
    snprintf(run.password, sizeof run.password, "%s", password);
    memcpy(run.names, public_keys, (size_t)members * sizeof *run.names);
    for (int32_t i = 0; i < members; i++) {
        if (*run.names[i] && !zmq_z85_decode(run.keys[i], run.names[i])) {
            return error_set(error, "the key of rank %d is damaged", i);
        }
    }
    run.members = members;
    run.known = true;
    return 0;
}

void traffic_forget_members(void)
{
    free(run.names);
    free(run.keys);
    explicit_bzero(&run, sizeof run);
}

/* ---- the ZAP handler ---- */

/* Frames of a request, in order. */
enum {
    REQUEST_VERSION,
    REQUEST_ID,
    REQUEST_DOMAIN,
    REQUEST_ADDRESS,
    REQUEST_ROUTING_ID,
    REQUEST_MECHANISM
};
enum { REQUEST_CREDENTIALS = REQUEST_MECHANISM + 1, REQUEST_MOST = REQUEST_CREDENTIALS + 2 };

struct frame {
    unsigned char data[FRAME_BYTES];
    size_t length;
};

struct request {
    struct frame frames[REQUEST_MOST];
    int count;
};

/* Compares in a time that does not depend on where the first difference is. */
static bool equal(const struct frame *frame, const void *data, size_t length)
{
    const volatile unsigned char *a = frame->data, *b = data;
    unsigned different = frame->length != length;
    for (size_t i = 0; i < length && i < FRAME_BYTES; i++) {
        different |= a[i] ^ b[i];
    }
    return different == 0;
}

static bool equals_text(const struct frame *frame, const char *text)
{
    return equal(frame, text, strlen(text));
}

static bool is_members_key(const struct frame *frame)
{
    bool found = false;
    for (int32_t i = 0; i < run.members; i++) {
        found = (*run.names[i] && equal(frame, run.keys[i], KEY_BYTES)) || found;
    }
    return found;
}

static bool admits(const struct request *request)
{
    const struct frame *frames = request->frames;
    if (request->count == REQUEST_CREDENTIALS + 2 &&
        equals_text(&frames[REQUEST_MECHANISM], "PLAIN")) {
        bool user = equals_text(&frames[REQUEST_CREDENTIALS], RUN_USER);
        return equals_text(&frames[REQUEST_CREDENTIALS + 1], run.password) && user;
    }
    return request->count == REQUEST_CREDENTIALS + 1 &&
           equals_text(&frames[REQUEST_MECHANISM], "CURVE") &&
           is_members_key(&frames[REQUEST_CREDENTIALS]);
}

/* Sleeps until a request comes. @return false when the context ends. */
static bool read_request(void *socket, struct request *request)
{
    int more = 1;
    size_t length = sizeof more;
    memset(request, 0, sizeof *request);
    while (more) {
        struct frame spare = {.length = 0};
        struct frame *frame =
            request->count < REQUEST_MOST ? &request->frames[request->count] : &spare;
        int got = zmq_recv(socket, frame->data, sizeof frame->data, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &length) < 0) {
            return false;
        }
        frame->length = (size_t)got; /* over sizeof data if it was cut: equals nothing then */
        request->count++;
    }
    return true;
}

/* The answer has no user id: libzmq would put it before the first message of the connection. */
static void send_answer(void *socket, const struct request *request)
{
    const struct frame *id = &request->frames[REQUEST_ID];
    bool yes = admits(request);
    const char *code = yes ? "200" : "400", *text = yes ? "" : "not of this run";
    zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(socket, id->data, id->length < FRAME_BYTES ? id->length : FRAME_BYTES, ZMQ_SNDMORE);
    zmq_send(socket, code, strlen(code), ZMQ_SNDMORE);
    zmq_send(socket, text, strlen(text), ZMQ_SNDMORE);
    zmq_send(socket, "", 0, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, 0);
}

static void *run_handler(void *socket)
{
    struct request request;
    while (read_request(socket, &request)) {
        send_answer(socket, &request);
        explicit_bzero(&request, sizeof request);
    }
    zmq_close(socket); /* the context waits for it */
    return NULL;
}

static int start_handler(struct security_handler *handler, void *socket)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&handler->thread, NULL, run_handler, socket);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    handler->running = rc == 0;
    return rc;
}

/* Opens the handler before the traffic's socket is bound, so that every request finds it. */
static int open_handler(struct security_handler *handler, void *context, struct error *error)
{
    const int zero = 0;
    void *socket = zmq_socket(context, ZMQ_REP);
    if (!socket) {
        return error_set(error, "zmq_socket(ZAP): %s", zmq_strerror(errno));
    }
    zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero);
    int failed = zmq_bind(socket, HANDLER_ADDRESS) < 0 ? errno : start_handler(handler, socket);
    if (failed) {
        zmq_close(socket);
        return error_set(error, "the ZAP handler: %s", zmq_strerror(failed));
    }
    return 0;
}

void security_end(struct security_handler *handler)
{
    if (handler->running) {
        pthread_join(handler->thread, NULL);
        handler->running = false;
    }
}

/* ---- socket options ---- */

static int set_text(void *socket, int option, const char *text, const char *name,
                    struct error *error)
{
    if (zmq_setsockopt(socket, option, text, strlen(text)) < 0) {
        return error_set(error, "zmq_setsockopt(%s): %s", name, zmq_strerror(errno));
    }
    return 0;
}

static int set_int(void *socket, int option, int value, const char *name, struct error *error)
{
    if (zmq_setsockopt(socket, option, &value, sizeof value) < 0) {
        return error_set(error, "zmq_setsockopt(%s): %s", name, zmq_strerror(errno));
    }
    return 0;
}

static int limit_messages(void *socket, const struct point *point, struct error *error)
{
    int64_t most = point->size_bytes > LIMIT_LEAST_BYTES ? point->size_bytes : LIMIT_LEAST_BYTES;
    most += point->security == SECURITY_CURVE ? CURVE_EXTRA_BYTES : 0;
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most) < 0) {
        return error_set(error, "zmq_setsockopt(ZMQ_MAXMSGSIZE): %s", zmq_strerror(errno));
    }
    return 0;
}

static int set_server_options(void *socket, const struct point *point, struct error *error)
{
    int64_t timeout_ms = point->timeout_ns / 1000000;
    int wait_ms = timeout_ms < HANDSHAKE_MOST_MS ? (int)timeout_ms : HANDSHAKE_MOST_MS;
    int failed =
        set_int(socket, ZMQ_HANDSHAKE_IVL, wait_ms > 0 ? wait_ms : 1, "ZMQ_HANDSHAKE_IVL", error) ||
        set_text(socket, ZMQ_ZAP_DOMAIN, RUN_DOMAIN, "ZMQ_ZAP_DOMAIN", error);
    if (!failed && point->security == SECURITY_CURVE) {
        failed =
            set_int(socket, ZMQ_CURVE_SERVER, 1, "ZMQ_CURVE_SERVER", error) ||
            set_text(socket, ZMQ_CURVE_SECRETKEY, run.secret_key, "ZMQ_CURVE_SECRETKEY", error);
    } else if (!failed) {
        failed = set_int(socket, ZMQ_PLAIN_SERVER, 1, "ZMQ_PLAIN_SERVER", error);
    }
    return failed ? -1 : 0;
}

int security_admit(struct security_handler *handler, void *context, void *socket,
                   const struct point *point, bool binds, struct error *error)
{
    if (!run.known) {
        return error_set(error, "nobody has said who belongs to the run");
    }
    if (point->security == SECURITY_CURVE && !*run.secret_key) {
        return error_set(error, "--security curve: libzmq was built without CURVE here");
    }
    if (limit_messages(socket, point, error)) {
        return -1;
    }
    if (!binds) {
        return 0;
    }
    return set_server_options(socket, point, error) || open_handler(handler, context, error) ? -1
                                                                                             : 0;
}

int security_identify(void *socket, int32_t security, int32_t member, struct error *error)
{
    if (security != SECURITY_CURVE) {
        return set_text(socket, ZMQ_PLAIN_USERNAME, RUN_USER, "ZMQ_PLAIN_USERNAME", error) ||
                       set_text(socket, ZMQ_PLAIN_PASSWORD, run.password, "ZMQ_PLAIN_PASSWORD",
                                error)
                   ? -1
                   : 0;
    }
    if (member < 0 || member >= run.members || !*run.names[member]) {
        return error_set(error, "rank %d has no key: its libzmq was built without CURVE", member);
    }
    return set_text(socket, ZMQ_CURVE_SERVERKEY, run.names[member], "ZMQ_CURVE_SERVERKEY", error) ||
                   set_text(socket, ZMQ_CURVE_PUBLICKEY, run.public_key, "ZMQ_CURVE_PUBLICKEY",
                            error) ||
                   set_text(socket, ZMQ_CURVE_SECRETKEY, run.secret_key, "ZMQ_CURVE_SECRETKEY",
                            error)
               ? -1
               : 0;
}
