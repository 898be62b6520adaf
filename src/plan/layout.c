/* layout.c - which rank is what in a point, by placement.
 *
 * The hosts are filled evenly. Where there is a choice, the host with the most free ranks gives the
 * next rank, and of two ends, the end on the host with fewer senders so far sends. For pairs across
 * hosts, taking the two hosts with the most free ranks each time makes as many pairs as possible.
 */
#include "zmqsweep/layout.h"

#include <stdio.h>
#include <stdlib.h>

/* The ranks, and which of them are still free, while ranks are assigned to groups. */
struct slots {
    const struct point *point;
    const int32_t *hosts;
    int32_t ranks, host_count;
    int32_t *free; /* number of ranks without a role, by host */
    int32_t *sent; /* number of ranks that send, by host */
    int32_t *next; /* by host: no rank before this one is free */
    bool *taken;   /* by rank */
    struct plan_layout *layout;
};

static int32_t host_of(const struct slots *slots, int32_t rank)
{
    return slots->hosts ? slots->hosts[rank] : 0;
}

static int slots_init(struct slots *slots)
{
    slots->host_count = 1;
    for (int32_t rank = 0; rank < slots->ranks; rank++) {
        slots->host_count = host_of(slots, rank) >= slots->host_count ? host_of(slots, rank) + 1
                                                                      : slots->host_count;
    }
    slots->free = calloc((size_t)slots->host_count, sizeof *slots->free);
    slots->sent = calloc((size_t)slots->host_count, sizeof *slots->sent);
    slots->next = calloc((size_t)slots->host_count, sizeof *slots->next);
    slots->taken = calloc((size_t)slots->ranks, sizeof *slots->taken);
    if (!slots->free || !slots->sent || !slots->next || !slots->taken) {
        return -1;
    }
    for (int32_t rank = 1; rank < slots->ranks; rank++) {
        slots->free[host_of(slots, rank)]++;
    }
    return 0;
}

static void slots_free(struct slots *slots)
{
    free(slots->free);
    free(slots->sent);
    free(slots->next);
    free(slots->taken);
}

static void assign(struct slots *slots, int32_t rank, enum role role, int32_t group, int32_t index)
{
    struct plan_layout *layout = slots->layout;
    int32_t place = role == ROLE_SENDER ? index : layout->senders + index;
    layout->ranks[group * (layout->senders + layout->receivers) + place] = rank;
    layout->assignments[rank] = (struct plan_assignment){role, group, index};
    slots->taken[rank] = true;
    slots->free[host_of(slots, rank)]--;
    slots->sent[host_of(slots, rank)] += role == ROLE_SENDER;
}

/* Assigns the first free rank of a host. */
static void assign_on_host(struct slots *slots, int32_t host, enum role role, int32_t group,
                           int32_t index)
{
    int32_t rank = slots->next[host] ? slots->next[host] : 1;
    while (rank < slots->ranks && (slots->taken[rank] || host_of(slots, rank) != host)) {
        rank++;
    }
    slots->next[host] = rank;
    if (rank < slots->ranks) {
        assign(slots, rank, role, group, index);
    }
}

/* The host of [from, to), other than `but`, with the most free ranks; -1 when all are full. */
static int32_t host_with_most_free(const struct slots *slots, int32_t from, int32_t to, int32_t but)
{
    int32_t best = -1;
    for (int32_t host = from; host < to; host++) {
        if (host != but && slots->free[host] > 0 &&
            (best < 0 || slots->free[host] > slots->free[best])) {
            best = host;
        }
    }
    return best;
}

static int32_t free_on_other_hosts(const struct slots *slots, int32_t host)
{
    int32_t total = 0;
    for (int32_t other = 0; other < slots->host_count; other++) {
        total += other == host ? 0 : slots->free[other];
    }
    return total;
}

/* ---- placements: each assigns one group its ranks, @return false when it cannot ---- */

static bool assign_listed(struct slots *slots, int32_t group)
{
    int32_t senders = slots->layout->senders, members = senders + slots->layout->receivers;
    for (int32_t i = 0; i < members; i++) {
        int32_t rank = 1 + group * members + i;
        if (rank >= slots->ranks) {
            return false;
        }
        assign(slots, rank, i < senders ? ROLE_SENDER : ROLE_RECEIVER, group,
               i < senders ? i : i - senders);
    }
    return true;
}

static bool assign_within(struct slots *slots, int32_t group)
{
    int32_t host = host_with_most_free(slots, 0, slots->host_count, -1);
    if (host < 0 || slots->free[host] < slots->layout->senders + slots->layout->receivers) {
        return false;
    }
    for (int32_t i = 0; i < slots->layout->senders; i++) {
        assign_on_host(slots, host, ROLE_SENDER, group, i);
    }
    for (int32_t i = 0; i < slots->layout->receivers; i++) {
        assign_on_host(slots, host, ROLE_RECEIVER, group, i);
    }
    return true;
}

/* The host for the end of a group that is a single rank: the host with the most free ranks, if the
 * other hosts have room for the other end, which is `many` ranks. */
static int32_t host_for_single_rank(const struct slots *slots, int32_t many)
{
    int32_t best = -1;
    for (int32_t host = 0; host < slots->host_count; host++) {
        if (slots->free[host] > 0 && free_on_other_hosts(slots, host) >= many &&
            (best < 0 || slots->free[host] > slots->free[best])) {
            best = host;
        }
    }
    return best;
}

/* Assigns a pair to the two hosts with the most free ranks. Of these two, the host with fewer
 * senders so far sends. */
static bool assign_pair_across(struct slots *slots, int32_t group)
{
    int32_t first = host_with_most_free(slots, 0, slots->host_count, -1);
    int32_t second = first < 0 ? -1 : host_with_most_free(slots, 0, slots->host_count, first);
    if (second < 0) {
        return false;
    }
    bool swap = slots->sent[second] < slots->sent[first];
    assign_on_host(slots, swap ? second : first, ROLE_SENDER, group, 0);
    assign_on_host(slots, swap ? first : second, ROLE_RECEIVER, group, 0);
    return true;
}

static bool assign_across(struct slots *slots, int32_t group)
{
    int32_t senders = slots->layout->senders, receivers = slots->layout->receivers;
    bool one_sends = senders == 1;
    int32_t many = one_sends ? receivers : senders;
    if (many == 1) {
        return assign_pair_across(slots, group);
    }
    int32_t host = host_for_single_rank(slots, many);
    if (host < 0) {
        return false;
    }
    assign_on_host(slots, host, one_sends ? ROLE_SENDER : ROLE_RECEIVER, group, 0);
    for (int32_t i = 0; i < many; i++) {
        assign_on_host(slots, host_with_most_free(slots, 0, slots->host_count, host),
                       one_sends ? ROLE_RECEIVER : ROLE_SENDER, group, i);
    }
    return true;
}

static bool assign_split(struct slots *slots, int32_t group)
{
    int32_t half = slots->host_count / 2, host;
    for (int32_t i = 0; i < slots->layout->senders; i++) {
        if ((host = host_with_most_free(slots, 0, half, -1)) < 0) {
            return false;
        }
        assign_on_host(slots, host, ROLE_SENDER, group, i);
    }
    for (int32_t i = 0; i < slots->layout->receivers; i++) {
        if ((host = host_with_most_free(slots, half, slots->host_count, -1)) < 0) {
            return false;
        }
        assign_on_host(slots, host, ROLE_RECEIVER, group, i);
    }
    return true;
}

/* ---- matrix ---- */

/* Lists the hosts that have a rank besides the coordinator. @return how many. */
static int32_t list_hosts_with_ranks(const struct slots *slots, int32_t *hosts)
{
    int32_t count = 0;
    for (int32_t host = 0; host < slots->host_count; host++) {
        if (slots->free[host] > 0) {
            hosts[count++] = host;
        }
    }
    return count;
}

/* --matrix rounds: in step r, every host i sends to host i + r + 1, all at once. --matrix alone:
 * step p measures number p of the n(n - 1) ordered pairs of hosts. @return false when ranks are too
 * few. */
static bool assign_matrix_pairs(struct slots *slots, const int32_t *hosts, int32_t count)
{
    const struct point *point = slots->point;
    if (count < 2) {
        return false;
    }
    for (int32_t group = 0; group < slots->layout->groups; group++) {
        int32_t from = point->matrix == MATRIX_ALONE ? point->step / (count - 1) : group;
        int32_t shift =
            1 + (point->matrix == MATRIX_ALONE ? point->step % (count - 1) : point->step);
        int32_t to = (from + shift) % count;
        if (slots->free[hosts[from]] < 1) {
            return false;
        }
        assign_on_host(slots, hosts[from], ROLE_SENDER, group, 0);
        if (slots->free[hosts[to]] < 1) {
            return false;
        }
        assign_on_host(slots, hosts[to], ROLE_RECEIVER, group, 0);
    }
    return true;
}

static int assign_matrix(struct slots *slots, struct error *error)
{
    int32_t *hosts = calloc((size_t)slots->host_count, sizeof *hosts);
    if (!hosts) {
        return error_set(error, "no memory for %d hosts", slots->host_count);
    }
    bool assigned = assign_matrix_pairs(slots, hosts, list_hosts_with_ranks(slots, hosts));
    free(hosts);
    return assigned
               ? 0
               : error_set(
                     error,
                     "--matrix: every host needs two ranks besides the coordinator, to send and "
                     "receive at once; start more, or say --matrix alone, for which one will do");
}

/* ---- all ---- */

static int too_few_slots(const struct slots *slots, int32_t assigned, struct error *error)
{
    static const char *const names[] = {"auto", "across", "within", "listed", "split"};
    const struct point *point = slots->point;
    char list[256] = "";
    size_t used = 0;
    for (int32_t host = 0; host < slots->host_count && used < sizeof list; host++) {
        int32_t here = 0;
        for (int32_t rank = 1; rank < slots->ranks; rank++) {
            here += host_of(slots, rank) == host;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%d", host ? ", " : "", here);
    }
    char advice[64];
    snprintf(advice, sizeof advice,
             assigned > 0 ? "say --pairs %d, or another placement" : "say another placement",
             assigned);
    return error_set(error,
                     "--placement %s: of %d groups of %d + %d only %d can be seated on %d host%s "
                     "with %s ranks besides the coordinator; %s",
                     names[point->placement], point->pairs, point->senders_per_receiver,
                     point->receivers_per_sender, assigned, slots->host_count,
                     slots->host_count == 1 ? "" : "s", list, advice);
}

static int assign_groups(struct slots *slots, struct error *error)
{
    static bool (*const placements[])(struct slots *, int32_t) = {
        [PLACEMENT_AUTO] = assign_listed,   [PLACEMENT_ACROSS] = assign_across,
        [PLACEMENT_WITHIN] = assign_within, [PLACEMENT_LISTED] = assign_listed,
        [PLACEMENT_SPLIT] = assign_split,
    };
    for (int32_t group = 0; group < slots->layout->groups; group++) {
        if (!placements[slots->point->placement](slots, group)) {
            return too_few_slots(slots, group, error);
        }
    }
    return 0;
}

int plan_layout_make(const struct point *point, const int32_t *hosts, int32_t ranks,
                     struct plan_layout *layout, struct error *error)
{
    struct plan_layout made = {point->pairs, point->senders_per_receiver,
                               point->receivers_per_sender, NULL, NULL};
    struct slots slots = {.point = point, .hosts = hosts, .ranks = ranks, .layout = &made};
    made.ranks = calloc((size_t)plan_ranks_in_use(point), sizeof *made.ranks);
    made.assignments = calloc((size_t)ranks, sizeof *made.assignments);
    int rc;
    if (!made.ranks || !made.assignments || slots_init(&slots)) {
        rc = error_set(error, "no memory to seat %d ranks", ranks);
    } else {
        for (int32_t rank = 0; rank < ranks; rank++) {
            made.assignments[rank] = (struct plan_assignment){ROLE_IDLE, -1, -1};
        }
        rc = point->matrix == MATRIX_OFF ? assign_groups(&slots, error)
                                         : assign_matrix(&slots, error);
    }
    slots_free(&slots);
    if (rc) {
        plan_layout_free(&made);
        return -1;
    }
    *layout = made;
    return 0;
}

void plan_layout_free(struct plan_layout *layout)
{
    free(layout->ranks);
    free(layout->assignments);
    layout->ranks = NULL;
    layout->assignments = NULL;
}

int32_t plan_layout_sender(const struct plan_layout *layout, int32_t group, int32_t index)
{
    return layout->ranks[group * (layout->senders + layout->receivers) + index];
}

int32_t plan_layout_receiver(const struct plan_layout *layout, int32_t group, int32_t index)
{
    return plan_layout_sender(layout, group, layout->senders + index);
}

int32_t plan_ranks_in_use(const struct point *point)
{
    return point->pairs * (point->senders_per_receiver + point->receivers_per_sender);
}

bool plan_same_layout(const struct point *a, const struct point *b)
{
    return a->pairs == b->pairs && a->step == b->step &&
           a->senders_per_receiver == b->senders_per_receiver &&
           a->receivers_per_sender == b->receivers_per_sender && a->placement == b->placement &&
           a->matrix == b->matrix;
}
