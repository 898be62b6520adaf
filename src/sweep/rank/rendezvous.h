/* rendezvous.h - before the traffic: opens and connects sockets, waits for all peers, and agrees on
 * the start. */
#ifndef RENDEZVOUS_H
#define RENDEZVOUS_H

#include "rank/repetition.h"

/* Opens this rank's end of the traffic. @return NULL on an idle rank, or when it failed. */
struct traffic *rendezvous_open(struct cluster *cluster, struct repetition *repetition);
/* The ranks of each group exchange their endpoints and connect. Collective. */
void rendezvous_connect(struct cluster *cluster, struct repetition *repetition,
                        struct traffic *traffic);
/* Waits until all peers are connected and proven. Gives up after the timeout. */
void rendezvous_await_ready(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic);
/* All ranks learn whether all are ready (repetition->ran), and when to start. Collective. */
void rendezvous_agree_start(struct cluster *cluster, struct repetition *repetition);

#endif
