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

/* Limits the size of what `socket` receives. The side that binds gets a ZAP handler in `context`,
 * and admits the run's members only. Before the socket is bound. @return 0, or -1 with `error`. */
int security_admit(struct security_handler *handler, void *context, void *socket,
                   const struct point *point, bool binds, struct error *error);
/* Sets what proves to `member` that this process belongs to the run; before connecting to it.
 * @return 0, or -1 with `error`. */
int security_identify(void *socket, int32_t security, int32_t member, struct error *error);
/* Joins the handler's thread; the context has ended. */
void security_end(struct security_handler *handler);

#endif
