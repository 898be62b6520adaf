/* layout.c - which rank is what in a point, by placement.
 *
 * The hosts are filled evenly: where there is a choice the host with the most free ranks gives the next one,
 * and of two ends the host that has sent less so far sends. For pairs across hosts, taking the two hosts with
 * the most free ranks each time makes as many pairs as can be made.
 */
#include "zmqsweep/plan.h"

#include <stdlib.h>
#include <string.h>

/* What is left while the groups are seated. */
struct hall {
    const struct point *point;
    const int32_t *hosts;
    int32_t ranks, host_count;
    int32_t *free; /* ranks left, by host */
    int32_t *sent; /* senders seated, by host */
    int32_t *next; /* by host: no rank before this one is free */
    bool *taken;   /* by rank */
    struct plan_layout *layout;
};

static int32_t host_of(const struct hall *hall, int32_t rank)
{
    return hall->hosts ? hall->hosts[rank] : 0;
}

static int open_hall(struct hall *hall)
{
    hall->host_count = 1;
    for (int32_t rank = 0; rank < hall->ranks; rank++) {
        hall->host_count =
            host_of(hall, rank) >= hall->host_count ? host_of(hall, rank) + 1 : hall->host_count;
    }
    hall->free = calloc((size_t)hall->host_count, sizeof *hall->free);
    hall->sent = calloc((size_t)hall->host_count, sizeof *hall->sent);
    hall->next = calloc((size_t)hall->host_count, sizeof *hall->next);
    hall->taken = calloc((size_t)hall->ranks, sizeof *hall->taken);
    if (!hall->free || !hall->sent || !hall->next || !hall->taken) {
        return -1;
    }
    for (int32_t rank = 1; rank < hall->ranks; rank++) {
        hall->free[host_of(hall, rank)]++;
    }
    return 0;
}

static void close_hall(struct hall *hall)
{
    free(hall->free);
    free(hall->sent);
    free(hall->next);
    free(hall->taken);
}

static void seat(struct hall *hall, int32_t rank, enum role role, int32_t group, int32_t index)
{
    struct plan_layout *layout = hall->layout;
    int32_t place = role == ROLE_SENDER ? index : layout->senders + index;
    layout->ranks[group * (layout->senders + layout->receivers) + place] = rank;
    layout->assignments[rank] = (struct plan_assignment){role, group, index};
    hall->taken[rank] = true;
    hall->free[host_of(hall, rank)]--;
    hall->sent[host_of(hall, rank)] += role == ROLE_SENDER;
}

/* The first free rank on a host gets the seat. */
static void seat_on(struct hall *hall, int32_t host, enum role role, int32_t group, int32_t index)
{
    int32_t rank = hall->next[host] ? hall->next[host] : 1;
    while (rank < hall->ranks && (hall->taken[rank] || host_of(hall, rank) != host)) {
        rank++;
    }
    hall->next[host] = rank;
    if (rank < hall->ranks) {
        seat(hall, rank, role, group, index);
    }
}

/* The host of [from, to) with the most free ranks, `but` left out; -1 when all are full. */
static int32_t freest(const struct hall *hall, int32_t from, int32_t to, int32_t but)
{
    int32_t best = -1;
    for (int32_t host = from; host < to; host++) {
        if (host != but && hall->free[host] > 0 && (best < 0 || hall->free[host] > hall->free[best])) {
            best = host;
        }
    }
    return best;
}

static int32_t free_elsewhere(const struct hall *hall, int32_t host)
{
    int32_t total = 0;
    for (int32_t other = 0; other < hall->host_count; other++) {
        total += other == host ? 0 : hall->free[other];
    }
    return total;
}

/* ---- placements: each seats one group, @return false when it cannot ---- */

static bool seat_listed(struct hall *hall, int32_t group)
{
    int32_t senders = hall->layout->senders, members = senders + hall->layout->receivers;
    for (int32_t i = 0; i < members; i++) {
        int32_t rank = 1 + group * members + i;
        if (rank >= hall->ranks) {
            return false;
        }
        seat(hall, rank, i < senders ? ROLE_SENDER : ROLE_RECEIVER, group, i < senders ? i : i - senders);
    }
    return true;
}

static bool seat_within(struct hall *hall, int32_t group)
{
    int32_t host = freest(hall, 0, hall->host_count, -1);
    if (host < 0 || hall->free[host] < hall->layout->senders + hall->layout->receivers) {
        return false;
    }
    for (int32_t i = 0; i < hall->layout->senders; i++) {
        seat_on(hall, host, ROLE_SENDER, group, i);
    }
    for (int32_t i = 0; i < hall->layout->receivers; i++) {
        seat_on(hall, host, ROLE_RECEIVER, group, i);
    }
    return true;
}

/* The host for the end that is a single rank: the freest whose others can still seat the many. */
static int32_t host_for_one(const struct hall *hall, int32_t many)
{
    int32_t best = -1;
    for (int32_t host = 0; host < hall->host_count; host++) {
        if (hall->free[host] > 0 && free_elsewhere(hall, host) >= many &&
            (best < 0 || hall->free[host] > hall->free[best])) {
            best = host;
        }
    }
    return best;
}

/* A pair: the two freest hosts; of these the one that has sent less sends. */
static bool seat_pair_across(struct hall *hall, int32_t group)
{
    int32_t first = freest(hall, 0, hall->host_count, -1);
    int32_t second = first < 0 ? -1 : freest(hall, 0, hall->host_count, first);
    if (second < 0) {
        return false;
    }
    bool swap = hall->sent[second] < hall->sent[first];
    seat_on(hall, swap ? second : first, ROLE_SENDER, group, 0);
    seat_on(hall, swap ? first : second, ROLE_RECEIVER, group, 0);
    return true;
}

static bool seat_across(struct hall *hall, int32_t group)
{
    int32_t senders = hall->layout->senders, receivers = hall->layout->receivers;
    bool one_sends = senders == 1;
    int32_t many = one_sends ? receivers : senders;
    if (many == 1) {
        return seat_pair_across(hall, group);
    }
    int32_t host = host_for_one(hall, many);
    if (host < 0) {
        return false;
    }
    seat_on(hall, host, one_sends ? ROLE_SENDER : ROLE_RECEIVER, group, 0);
    for (int32_t i = 0; i < many; i++) {
        seat_on(hall, freest(hall, 0, hall->host_count, host), one_sends ? ROLE_RECEIVER : ROLE_SENDER, group,
                i);
    }
    return true;
}

static bool seat_split(struct hall *hall, int32_t group)
{
    int32_t half = hall->host_count / 2, host;
    for (int32_t i = 0; i < hall->layout->senders; i++) {
        if ((host = freest(hall, 0, half, -1)) < 0) {
            return false;
        }
        seat_on(hall, host, ROLE_SENDER, group, i);
    }
    for (int32_t i = 0; i < hall->layout->receivers; i++) {
        if ((host = freest(hall, half, hall->host_count, -1)) < 0) {
            return false;
        }
        seat_on(hall, host, ROLE_RECEIVER, group, i);
    }
    return true;
}

/* ---- matrix ---- */

/* Numbers the hosts that have a rank besides the coordinator. @return how many. */
static int32_t matrix_hosts(const struct hall *hall, int32_t *hosts)
{
    int32_t count = 0;
    for (int32_t host = 0; host < hall->host_count; host++) {
        if (hall->free[host] > 0) {
            hosts[count++] = host;
        }
    }
    return count;
}

/* Round r: host i sends to host i + r + 1, all at once. Alone: pair p of the n(n - 1) ordered ones. */
static bool seat_matrix(struct hall *hall, const int32_t *hosts, int32_t count)
{
    const struct point *point = hall->point;
    if (count < 2) {
        return false;
    }
    for (int32_t group = 0; group < hall->layout->groups; group++) {
        int32_t from = point->matrix == MATRIX_ALONE ? point->step / (count - 1) : group;
        int32_t shift = 1 + (point->matrix == MATRIX_ALONE ? point->step % (count - 1) : point->step);
        int32_t to = (from + shift) % count;
        if (hall->free[hosts[from]] < 1) {
            return false;
        }
        seat_on(hall, hosts[from], ROLE_SENDER, group, 0);
        if (hall->free[hosts[to]] < 1) {
            return false;
        }
        seat_on(hall, hosts[to], ROLE_RECEIVER, group, 0);
    }
    return true;
}

static int seat_by_matrix(struct hall *hall, struct error *error)
{
    int32_t *hosts = calloc((size_t)hall->host_count, sizeof *hosts);
    if (!hosts) {
        return error_set(error, "no memory for %d hosts", hall->host_count);
    }
    bool layout_point = seat_matrix(hall, hosts, matrix_hosts(hall, hosts));
    free(hosts);
    return layout_point
               ? 0
               : error_set(
                     error,
                     "--matrix: every host needs two ranks besides the coordinator, to send and receive at "
                     "once; start more, or say --matrix alone, for which one will do");
}

/* ---- all ---- */

static int refuse(const struct hall *hall, int32_t layout_point, struct error *error)
{
    static const char *const names[] = {"auto", "across", "within", "listed", "split"};
    const struct point *point = hall->point;
    char list[256] = "";
    size_t used = 0;
    for (int32_t host = 0; host < hall->host_count && used < sizeof list; host++) {
        int32_t here = 0;
        for (int32_t rank = 1; rank < hall->ranks; rank++) {
            here += host_of(hall, rank) == host;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%d", host ? ", " : "", here);
    }
    char advice[64];
    snprintf(advice, sizeof advice,
             layout_point > 0 ? "say --pairs %d, or another placement" : "say another placement",
             layout_point);
    return error_set(error,
                     "--placement %s: of %d groups of %d + %d only %d can be seated on %d host%s with %s "
                     "ranks besides the "
                     "coordinator; %s",
                     names[point->placement], point->pairs, point->senders_per_receiver,
                     point->receivers_per_sender, layout_point, hall->host_count,
                     hall->host_count == 1 ? "" : "s", list, advice);
}

static int seat_groups(struct hall *hall, struct error *error)
{
    static bool (*const placements[])(struct hall *, int32_t) = {
        [PLACEMENT_AUTO] = seat_listed,   [PLACEMENT_ACROSS] = seat_across, [PLACEMENT_WITHIN] = seat_within,
        [PLACEMENT_LISTED] = seat_listed, [PLACEMENT_SPLIT] = seat_split,
    };
    for (int32_t group = 0; group < hall->layout->groups; group++) {
        if (!placements[hall->point->placement](hall, group)) {
            return refuse(hall, group, error);
        }
    }
    return 0;
}

int plan_layout_make(const struct point *point, const int32_t *hosts, int32_t ranks,
                     struct plan_layout *layout, struct error *error)
{
    struct plan_layout made = {point->pairs, point->senders_per_receiver, point->receivers_per_sender, NULL,
                               NULL};
    struct hall hall = {.point = point, .hosts = hosts, .ranks = ranks, .layout = &made};
    made.ranks = calloc((size_t)plan_ranks_in_use(point), sizeof *made.ranks);
    made.assignments = calloc((size_t)ranks, sizeof *made.assignments);
    int rc;
    if (!made.ranks || !made.assignments || open_hall(&hall)) {
        rc = error_set(error, "no memory to seat %d ranks", ranks);
    } else {
        for (int32_t rank = 0; rank < ranks; rank++) {
            made.assignments[rank] = (struct plan_assignment){ROLE_IDLE, -1, -1};
        }
        rc = point->matrix == MATRIX_OFF ? seat_groups(&hall, error) : seat_by_matrix(&hall, error);
    }
    close_hall(&hall);
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
    return a->pairs == b->pairs && a->step == b->step && a->senders_per_receiver == b->senders_per_receiver &&
           a->receivers_per_sender == b->receivers_per_sender && a->placement == b->placement &&
           a->matrix == b->matrix;
}

void plan_mark_ranks_in_use(const struct plan *plan, bool *busy)
{
    struct point before = {.pairs = 0};
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        struct plan_layout layout;
        if (plan_same_layout(&point, &before) ||
            plan_layout_make(&point, plan->hosts, plan->ranks, &layout, NULL)) {
            continue;
        }
        for (int32_t i = 0; i < plan_ranks_in_use(&point); i++) {
            busy[layout.ranks[i]] = true;
        }
        plan_layout_free(&layout);
        before = point;
    }
}

void plan_mark_writers(const struct plan *plan, bool *writes)
{
    struct point before = {.pairs = 0};
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        struct plan_layout layout;
        if (point.receive_mode != RECEIVE_WRITE || plan_same_layout(&point, &before) ||
            plan_layout_make(&point, plan->hosts, plan->ranks, &layout, NULL)) {
            continue;
        }
        for (int32_t rank = 1; rank < plan->ranks; rank++) {
            writes[rank] = writes[rank] || layout.assignments[rank].role == ROLE_RECEIVER;
        }
        plan_layout_free(&layout);
        before = point;
    }
}
