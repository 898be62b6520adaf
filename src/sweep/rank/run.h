/* run.h - runs a repetition on one rank, from the order to the closed sockets. */
#ifndef RUN_H
#define RUN_H

#include "rank/repetition.h"

/* Runs repetition->order on this rank: rendezvous, traffic, drain, close. Collective. */
void run_repetition(struct cluster *cluster, struct repetition *repetition);

#endif
