/* plan.h - from settings to the points of a sweep. Pure: no I/O, no MPI, no sockets. */
#ifndef ZMQSWEEP_PLAN_H
#define ZMQSWEEP_PLAN_H

#include "zmqsweep/config.h"
#include "zmqsweep/error.h"
#include "zmqsweep/estimate.h"
#include "zmqsweep/layout.h"
#include "zmqsweep/point.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan {
    const struct settings *settings; /* borrowed */
    int32_t ranks;                   /* of the job, coordinator included */
    const int32_t *hosts; /* borrowed: hosts[rank], numbered from 0; NULL: all ranks on one */
    int32_t host_count;
    bool unplaced;        /* made before the job starts: the hosts are not known */
    int32_t matrix_hosts; /* hosts that take part in the matrix; 0 without one */
    int32_t steps;        /* steps of the matrix; 1 without one */
    uint64_t seed;        /* seed of the random orders */
    int64_t points;
    int64_t listed; /* points made from the dimensions; the others are the baseline's */
    uint32_t
        *models; /* models[n]: the point that the baseline's point `listed` + n is modelled on */
};

extern const struct preset plan_presets[]; /* ended by a NULL name */

/* Expands the settings for a job of `ranks` ranks on `hosts` (hosts[rank], from 0 on; NULL: all on
 * one host); ranks 0: as many as the plan needs at least. `seed` shuffles the order when it is
 * random. @return 0, or -1: a group shape that cannot be, a count past 2^63 bytes, too few ranks
 * (with the number that would do) or too few on a host for the placement (with the arithmetic), too
 * many points, a baseline of tcp without tcp. */
int plan_make(const struct settings *settings, int32_t ranks, const int32_t *hosts, uint64_t seed,
              struct plan *plan, struct error *error);
void plan_free(struct plan *plan);

/* The order in which the points run in round `round`, counted from 0: order[n], n = 0 ... points -
 * 1, is the id of the point that runs as number n. --order points has round 0 only. */
void plan_order(const struct plan *plan, uint64_t seed, int64_t round, uint32_t *order);
/* Is each point measured once per round? Not with --order points. */
bool plan_has_rounds(const struct plan *plan);

/* Point `id`, 0 to points - 1; the baseline's come last. */
struct point plan_point(const struct plan *plan, int64_t id);

/* Ranks that the largest point needs, coordinator included. */
int32_t plan_ranks_needed(const struct plan *plan);
/* busy[rank] becomes true where a rank takes part in some point. */
void plan_mark_ranks_in_use(const struct plan *plan, bool *busy);
/* writes[rank] becomes true where a rank is a receiver in mode write in some point. */
void plan_mark_writers(const struct plan *plan, bool *writes);
/* The fewest ranks that settings can run on, coordinator included. */
int32_t plan_fewest_ranks(const struct settings *settings);

/* HWM for `auto`: 1000, fewer when a queue would hold over 64 MiB, 4 at least. */
int64_t plan_auto_hwm(int64_t size_bytes);

/* The point's settings as asked for: "pattern=push-pull transport=tcp size=64K ..."; equal points
 * of two files have equal texts. */
#define PLAN_KEY_LENGTH 512
const char *plan_key(const struct plan *plan, int64_t id, char key[PLAN_KEY_LENGTH]);

#endif
