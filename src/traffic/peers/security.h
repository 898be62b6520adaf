/* security.h - only members of the run get a connection. */
#ifndef TRAFFIC_SECURITY_H
#define TRAFFIC_SECURITY_H

#include "zmqsweep/error.h"
#include "zmqsweep/plan.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The ZAP handler of the side that binds. */
struct security_handler {
    pthread_t thread;
    bool running;
};

/* Limits the size of messages that `socket` receives. On the side that binds, opens a ZAP handler
 * in `context` that admits only members of the run. Call it before the socket is bound. @return 0,
 * or -1 with `error`. */
int security_admit(struct security_handler *handler, void *context, void *socket,
                   const struct point *point, bool binds, struct error *error);
/* Sets the password or keys that prove to `member` that this process belongs to the run. Call it
 * before connecting to `member`.
 * @return 0, or -1 with `error`. */
int security_identify(void *socket, int32_t security, int32_t member, struct error *error);
/* Joins the handler's thread. Call it after the context has ended. */
void security_end(struct security_handler *handler);

#endif
