/* account.c - messages sent, received, lost and foreign, group by group. */
#include "judge/account.h"

int64_t account_published(const struct evidence *evidence, int32_t group)
{
    int64_t messages = 0;
    for (int32_t i = 0; i < evidence->point->senders_per_receiver; i++) {
        messages += evidence->outcomes[plan_layout_sender(evidence->layout, group, i)].count;
    }
    return messages;
}

static int64_t received_by(const struct evidence *evidence, int32_t group, int32_t receiver)
{
    return evidence->outcomes[plan_layout_receiver(evidence->layout, group, receiver)].count;
}

/* Adds messages received to the row. Those beyond `owed` count as foreign. */
static void add_delivery(struct repetition_record *row, int64_t owed, int64_t received)
{
    int64_t excess = received > owed ? received - owed : 0;
    row->sent += owed;
    row->received += received - excess;
    row->foreign += excess;
}

/* Accounts for a group. Pub-sub owes each message to every subscriber, the other patterns to one
 * receiver of the group. */
static void account_group(const struct evidence *evidence, int32_t group,
                          struct repetition_record *row)
{
    const struct point *point = evidence->point;
    int64_t owed = account_published(evidence, group), received = 0;
    for (int32_t i = 0; i < point->receivers_per_sender; i++) {
        if (point->pattern == PATTERN_PUB_SUB) {
            add_delivery(row, owed, received_by(evidence, group, i));
        }
        received += received_by(evidence, group, i);
    }
    if (point->pattern != PATTERN_PUB_SUB) {
        add_delivery(row, owed, received);
    }
}

void account_messages(const struct evidence *evidence, struct repetition_record *row)
{
    for (int32_t group = 0; group < evidence->point->pairs; group++) {
        account_group(evidence, group, row);
    }
    row->lost = row->sent - row->received;
    row->received_bytes = row->received * evidence->point->size_bytes;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        row->foreign += evidence->outcomes[rank].foreign;
        row->strangers += evidence->outcomes[rank].strangers;
    }
}
