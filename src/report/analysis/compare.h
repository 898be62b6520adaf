/* compare.h - jobs side by side: which points have the same settings (compare.c), their ratios and
 * verdicts (compare_judge.c). */
#ifndef REPORT_ANALYSIS_COMPARE_H
#define REPORT_ANALYSIS_COMPARE_H

#include "reading/samples.h"

/* A file, which is one job. */
struct job {
    const struct loaded *file;
    struct samples samples; /* with a throughput over 0 */
};

struct side {
    const struct job *jobs;
    size_t count;
};

/* Why one job a side cannot show what differs from job to job. */
enum obstacle { NO_OBSTACLE, NO_ROUNDS, TOO_SHORT, OBSTACLE_COUNT };

/* The shortest time from a point's first window to its last one that can show changes that last
 * seconds. Measured on a busy machine: of points of one job a side that did not differ, 14 % got a
 * verdict over 8 s, and 4 % over 30 s. */
#define COMPARE_LEAST_SPREAD_S 20.0

enum verdict { FASTER, SLOWER, SAME, UNSURE, VERDICT_COUNT };
/* "FASTER" */
const char *compare_verdict_name(enum verdict verdict);

struct ratio {
    double ratio;     /* new / base; NaN when not known */
    double low, high; /* NaN without an interval */
    double coverage;  /* 0.95; NaN with low and high */
};

struct pair {
    const struct point_record *const
        *points; /* job by job, the base's first; NULL where a job lacks it */
    const struct point_record *base, *other; /* of the first job of the side that has it */
    size_t base_jobs, other_jobs;            /* those with a valid repetition of it */
    size_t base_valid, other_valid;          /* repetitions, of all jobs */
    double base_mbit_s, other_mbit_s; /* the point's median; of several jobs the geometric mean */
    struct ratio rate, p99;           /* p99: of the 99 % latency */
    enum obstacle obstacle;           /* of one job a side */
    enum verdict verdict;
};

struct comparison {
    struct side base, other;
    double threshold;                   /* 0.05 = 5 % */
    const struct point_record **points; /* what the pairs' `points` are part of */
    struct pair *pairs;                 /* in the order of the base's points */
    size_t count;
    size_t only_base, only_other; /* points without a partner */
    size_t incomplete;            /* points that some job has no valid repetition of */
    size_t obstacles[OBSTACLE_COUNT];
    bool has_p99;
    size_t verdicts[VERDICT_COUNT];
};

/* ---- compare.c ---- */

/* Were several jobs of one side all measured before those of the other? */
bool compare_is_apart(const struct comparison *comparison);
/* Several jobs on a side? */
bool compare_has_several(const struct comparison *comparison);
/* Finds the points of the same settings; base, other and threshold are set, the rest is zero.
 * @return 0, or -1 with `error` when there are none or memory is out; compare_free either way. */
int compare_match(struct comparison *comparison, struct error *error);
void compare_free(struct comparison *comparison);

/* ---- compare_judge.c ---- */

/* Fills ratios and verdicts. @return 0, or -1 with `error` when memory is out. */
int compare_judge(struct comparison *comparison, struct error *error);

#endif
