/* compare.h - jobs side by side: which points have the same settings (compare.c), their ratios and
 * verdicts (compare_judge.c). */
#ifndef REPORT_ANALYSIS_COMPARE_H
#define REPORT_ANALYSIS_COMPARE_H

#include "reading/samples.h"

/* A file, which is one job. */
struct job {
    const struct loaded *file;
    struct samples samples; /* only those with a throughput over 0 */
};

struct side {
    const struct job *jobs;
    size_t count;
};

/* Why a comparison of one job per side cannot show what differs from job to job. */
enum obstacle { NO_OBSTACLE, NO_ROUNDS, TOO_SHORT, OBSTACLE_COUNT };

/* The shortest time, in seconds from a point's first window to its last, that can show changes that
 * last seconds. Measured on a busy machine, with one job per side and points that did not differ:
 * 14 % of the points got a verdict over 8 s, and 4 % over 30 s. */
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
    /* One point per job, the base's jobs first; NULL where a job lacks the point. */
    const struct point_record *const *points;
    const struct point_record *base, *other; /* of the side's first job that has the point */
    size_t base_jobs, other_jobs;            /* jobs with a valid repetition of the point */
    size_t base_valid, other_valid;          /* valid repetitions, over all jobs of a side */
    double base_mbit_s, other_mbit_s; /* median of the point; geometric mean of several jobs */
    struct ratio rate, p99;           /* rate: of the throughput; p99: of the 99 % latency */
    enum obstacle obstacle;           /* with one job per side */
    enum verdict verdict;
};

struct comparison {
    struct side base, other;
    double threshold;                   /* 0.05 = 5 % */
    const struct point_record **points; /* the array of which the pairs' `points` are parts */
    struct pair *pairs;                 /* in the order of the base's points */
    size_t count;
    size_t only_base, only_other; /* points without a partner */
    size_t incomplete;            /* points without a valid repetition in some job */
    size_t obstacles[OBSTACLE_COUNT];
    bool has_p99;
    size_t verdicts[VERDICT_COUNT];
};

/* ---- compare.c ---- */

/* With several jobs on both sides: were all jobs of one side measured before those of the other? */
bool compare_is_apart(const struct comparison *comparison);
/* Does a side have several jobs? */
bool compare_has_several(const struct comparison *comparison);
/* Finds the points of the same settings. The caller sets base, other and threshold, and zeroes the
 * rest.
 * @return 0, or -1 with `error` when there are none or memory is out. Call compare_free afterwards
 * in both cases. */
int compare_match(struct comparison *comparison, struct error *error);
void compare_free(struct comparison *comparison);

/* ---- compare_judge.c ---- */

/* Fills ratios and verdicts. @return 0, or -1 with `error` when memory is out. */
int compare_judge(struct comparison *comparison, struct error *error);

#endif
