/* compare.h - jobs side by side. compare_pairs.c matches their points, compare_judge.c works out ratios and
 * verdicts, drift.c looks at rounds: all of them pure. compare_table.c prints; compare.c is the subcommand.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include "report_internal.h"
#include "zmqsweep/dependence.h"

/* What a comparison needs of a valid repetition. */
struct sample {
    int64_t point_id, repetition, round; /* round: -1 where there are none */
    double throughput_mbit_s;            /* over 0 */
    double latency_p99_us;               /* NaN: not known */
};

/* A file, which is one job. */
struct job {
    const struct loaded *file;
    struct sample *samples; /* by point_id, then by repetition. Owned. */
    size_t sample_count;
};

struct side {
    const struct job *jobs;
    size_t count;
};

/* What keeps one job a side from telling what differs from job to job. */
enum obstacle { NO_OBSTACLE, NO_ROUNDS, TOO_SHORT, OBSTACLE_COUNT };

/* The shortest time from a point's first window to its last one that can have seen moods of more than
 * seconds. Measured on a busy machine: of points of one job a side that did not differ, 14 % got a verdict
 * over 8 s, and 4 % over 30 s. */
#define COMPARE_LEAST_SPREAD_S 20.0

enum verdict { FASTER, SLOWER, SAME, UNSURE, VERDICT_COUNT };

struct ratio {
    double ratio;     /* new / base; NaN when not known */
    double low, high; /* NaN without an interval */
    double coverage;  /* 0.95; NaN with low and high */
};

struct pair {
    const struct point_record *const *points; /* job by job, the base's first; NULL where a job lacks it */
    const struct point_record *base, *other;  /* of the first job of the side that has it */
    size_t base_jobs, other_jobs;             /* those with a valid repetition of it */
    size_t base_valid, other_valid;           /* repetitions, of all jobs */
    double base_mbit_s, other_mbit_s;         /* the point's median; of several jobs the geometric mean */
    struct ratio rate, p99;                   /* p99: of the 99 % latency */
    enum obstacle obstacle;                   /* of one job a side */
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

/* ---- compare_pairs.c ---- */

/* Was the point measured in rounds? */
bool compare_in_rounds(const struct point_record *point);
/* The job's samples of the point, *count of them. */
const struct sample *compare_samples(const struct job *job, int64_t point_id, size_t *count);
/* Were several jobs of one side all measured before those of the other? */
bool compare_is_apart(const struct comparison *comparison);
/* Several jobs on a side? */
bool compare_has_several(const struct comparison *comparison);
/* Finds the points of the same settings; base, other and threshold are set, the rest is zero. @return 0, or
 * -1 with `error` when there are none or memory is out; compare_free either way. */
int compare_match(struct comparison *comparison, struct error *error);
void compare_free(struct comparison *comparison);

/* ---- compare_judge.c ---- */

/* Fills ratios and verdicts. @return 0, or -1 with `error` when memory is out. */
int compare_judge(struct comparison *comparison, struct error *error);

/* ---- drift.c ---- */

/* What the rounds of a job tell of slow moods: by the series of the rounds' medians, over the points, of
 * log(rate / the point's median). */
struct round_drift {
    size_t rounds;  /* 0: none */
    double drift;   /* from the first round to the last, of the rates, 0.1 = 10 % faster; NaN for under 3 */
    double trend_p; /* see stats_trend_p */
    struct stats_dependence dependence;
};
/* The drift is Sen's slope, the median of all slopes between two rounds (J. Am. Stat. Assoc. 63 (1968) 1379).
 * @return 0, or -1 when memory is out. */
int drift_find(const struct job *job, struct round_drift *moods);
/* Do moods outlast the rounds? */
bool drift_is_slow(const struct round_drift *moods);

/* ---- compare_table.c ---- */

/* @return 0, or -1 with `error` when memory is out. */
int compare_print(const struct task *task, const struct comparison *comparison, struct error *error);
void compare_csv_header(FILE *out);
/* Labels of several jobs are joined by blanks. @return the same. */
int compare_csv(FILE *out, const struct comparison *comparison, struct error *error);

#endif
