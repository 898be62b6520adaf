/* account.h - messages sent, received, lost and foreign. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "outcome/evidence.h"

#include "zmqsweep/results.h"

/* How many messages the senders of a group sent. */
int64_t account_published(const struct evidence *evidence, int32_t group);
/* Fills the row's sent, received, lost, foreign and strangers: sent = received + lost. */
void account_messages(const struct evidence *evidence, struct repetition_record *row);

#endif
