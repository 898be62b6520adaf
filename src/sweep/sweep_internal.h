/* sweep_internal.h - what the files of src/sweep/ share: the repetition's protocol and its outcome. */
#ifndef SWEEP_INTERNAL_H
#define SWEEP_INTERNAL_H

#include "zmqsweep/flags.h"
#include "zmqsweep/results.h"
#include "zmqsweep/stats.h"
#include "zmqsweep/summary.h"
#include "zmqsweep/sweep.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_connections.h"
#include "zmqsweep/traffic_latency.h"
#include "zmqsweep/traffic_usage.h"

#include <stdbool.h>

/* ---- log.c ---- */

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG }; /* as --log-level orders its choices */
void log_start(int level, int32_t rank);
bool log_enabled(enum log_level level);
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

/* ---- stop.c ---- */

bool stop_asked(void);       /* a signal that ends the sweep has come to this process */
bool stop_urgent(void);      /* it was TERM or INT: the launcher kills in 2 s */
bool stop_table_asked(void); /* SIGUSR2 has come since this was asked last: the table so far is wanted */
/* Rank 0, before it finishes the file: when time runs out, `line` is written, `partial` removed, and the
 * process leaves with 4. */
void stop_arm_exit(const char *line, const char *partial);
void stop_disarm_exit(void); /* the file is finished */

/* ---- repetition.c: all ranks, in step ---- */

struct order {
    int32_t command; /* ORDER_RUN, ORDER_CLOCKS, ORDER_HEARTBEAT or ORDER_END */
    int32_t repetition;
    int32_t code; /* of all ranks, with ORDER_END */
    struct point point;
};
enum { ORDER_RUN, ORDER_CLOCKS, ORDER_HEARTBEAT, ORDER_END }; /* ORDER_HEARTBEAT: a sign of life */

/* Ranks notice the end of a wait (--timeout) this late at most; a collective is given up after that. */
#define DEADLINE_EXTRA_NS 1000000000

struct window_edge {
    struct traffic_sample sample; /* times of the coordinator's clock */
    int64_t user_ns, system_ns, voluntary, involuntary;
};

struct interval {
    int64_t start_ns, length_ns; /* start of the coordinator's clock */
    int64_t messages;
};

/* What one rank saw. No pointers: it is gathered as it is. Times are of the coordinator's clock; 0 where
 * there is none. */
struct outcome {
    int32_t role, group;
    int32_t failed, timed_out, interrupted;
    int32_t reconnects, strangers;
    int32_t interval_count, times_count;
    int64_t latency_lowest_ns; /* 0, or below what the clocks' comparison allows */
    int64_t count, foreign;
    int64_t started_ns, first_ns, last_ns;
    struct window_edge begin, end;
    struct traffic_usage usage; /* by thread, between the two */
    int64_t sync_ns;            /* of the sync to disk at the end, in receive mode write */
    int64_t late_ns;            /* the longest time by which this rank woke up too late in the window */
    struct traffic_connections connections;
    int64_t peak_rss_bytes;
    char cpus[TRAFFIC_CPUS_LENGTH], io_cpus[TRAFFIC_CPUS_LENGTH];
    char message[384]; /* why it failed */
};

/* When things happened, by the coordinator's clock; the same on every rank but for the last two. */
struct timeline {
    int64_t ordered_ns, start_ns, window_begin_ns, window_end_ns, stop_ns, drained_ns, closed_ns;
};

/* Since when the sum of a tally has not changed, in the coordinator's time. */
struct stall {
    int64_t moved_ns, last_sum;
};

struct repetition {
    struct order order;
    struct plan_layout layout; /* of the point; the same on every rank */
    struct point layout_point; /* the point that it was made for */
    struct outcome outcome;
    struct timeline timeline;
    struct stall stall; /* of messages, from the window's end on; what a drain's deadline counts from */
    struct interval *intervals; /* of this rank; grown as needed, kept from one repetition to the next */
    size_t interval_capacity;
    struct traffic_times *times; /* the latencies of this rank; room for all buckets, once there are any */
    bool ran;                    /* every rank was ready and the traffic started */
    bool stopped;
    void (*hold)(void *data,
                 const struct point *point); /* rank 0: the traffic starts when it returns; or NULL */
    void *hold_data;
};

/* Runs repetition->order on this rank: rendezvous, traffic, drain, close. Collective. */
void repetition_run(struct cluster *cluster, struct repetition *repetition);
void repetition_free(struct repetition *repetition);
/* Notes why this rank cannot go on with the repetition; the first reason stays. */
void repetition_fail(struct repetition *repetition, const struct error *error);
/* Ends the loop, or a sender's sending; with an error the repetition fails, and with a thread that does not
 * end the job does. */
void repetition_stop_loop(const struct cluster *cluster, struct repetition *repetition,
                          struct traffic *traffic);
void repetition_end_sending(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic);

/* ---- flow.c: the part of it in which traffic moves ---- */

/* What a tally carries: sums, then the largest. */
enum { SUM_SENT, SUM_RECEIVED, SUM_PENDING };
enum { MAX_FAILED, MAX_STOP, MAX_NOW, MAX_FEWEST_NEGATED, MAX_EXPIRED };

void flow_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic);
void drain_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic);
bool flow_stop_wanted(struct cluster *cluster);

/* ---- sample.c: this rank's counters over time ---- */

struct sampler {
    struct cluster *cluster;
    struct repetition *repetition;
    struct traffic *traffic; /* NULL on an idle rank */
    int64_t grid_ns;         /* of the next sample, coordinator's clock */
    struct traffic_sample previous;
    int64_t late_ns; /* since the window began: the longest time from when a sleep was to end to its end */
};
void sampler_start(struct sampler *sampler, int64_t first_ns);
/* Sleeps and samples every interval until `until_ns` (coordinator's clock) or until the sweep is to stop. */
void sampler_run_until(struct sampler *sampler, int64_t until_ns);
/* The counters now, in the coordinator's clock. */
struct traffic_sample sampler_read(const struct sampler *sampler);
/* The same, and the running interval ends here. */
struct traffic_sample sampler_end_interval(struct sampler *sampler);
/* The window begins: the sample, and what process and threads have used so far. */
void sampler_begin_window(struct sampler *sampler);
/* It ends here, or goes on: the last call counts. With `interval` the running interval ends as well. */
void sampler_end_window(struct sampler *sampler, bool interval);
void peak_rss_reset(void);
int64_t peak_rss_bytes(void);

/* ---- judge.c: from what the ranks saw to rows. Pure. ---- */

/* A window's messages, bytes, seconds and rate. */
struct rate {
    int64_t messages;
    double seconds, mbit_s, per_s;
};
struct rate judge_rate(const struct point *point, const struct outcome *outcome);

#define WINDOW_MESSAGES_MIN 20
/* The fewest messages in this rank's window so far, for the decision to let it grow. */
int64_t judge_window_messages(const struct traffic_sample *begin, const struct traffic_sample *end);

struct judge_input {
    const struct point *point;
    const struct plan_layout *layout;
    int32_t repetition;
    int32_t ranks;
    const struct outcome *outcomes;   /* ranks of them, by rank */
    const struct interval *intervals; /* one rank's after the other's */
    const int64_t *host_ids;          /* of the cluster's hosts, in the file */
    const size_t *first_interval;     /* where a rank's begin */
    const struct timeline *timeline;
    const struct cluster *cluster;
    double start_s;
    bool disk_busy; /* the journal was being brought to disk when the window began */
};
/* Fills the repetition's row, but for what comes of latencies, rounds and the time that it took. */
void judge_repetition(const struct judge_input *evidence, struct repetition_record *row, unsigned *flags);
/* Fills the row of a rank. @return false for one that had no part. */
bool judge_rank(const struct judge_input *evidence, int32_t rank, struct rank_record *row);
/* Fills the row of one of a rank's intervals. */
void judge_interval(const struct judge_input *evidence, int32_t rank, int32_t index,
                    struct interval_record *row);
/* ---- backlog.c: what was sent and has not come. Pure. ---- */

/* Fills the backlog at the window's ends. @return FLAG_BACKLOG where less came than was sent, FLAG_QUEUED or,
 * for less of it, FLAG_UNSTEADY where receivers lived on what was queued before the window. */
unsigned backlog_judge(const struct judge_input *evidence, struct repetition_record *row);

/* ---- queued.c: what queues can hide. Pure. ---- */

/* Messages that the queues of a connection hold: its HWMs and a zero-copy sender's ring. */
double queued_hwm_messages(const struct point *point);
/* The same and the kernel's buffers, as in force. */
double queued_messages(const struct judge_input *evidence);
/* The least --count that queues of a connection that hold so many cannot hide. */
int64_t queued_count_wanted(const struct point *point, double queue_messages);
/* The --count to say instead, after a repetition that is FLAG_QUEUED: for the queues and for the stretch. */
int64_t queued_count_advised(const struct point *point, const struct repetition_record *row);
/* When the first sender of a group began, by the coordinator's clock. */
int64_t queued_group_began_ns(const struct judge_input *evidence, int32_t group);
/* In count mode a receiver that took its first message late had the more of them in its queues. Two messages
 * may be on their way before: a large one takes its time. */
bool queued_late_first(const struct judge_input *evidence, const struct outcome *receiver);
/* Fills queue_messages. @return FLAG_QUEUED where the stretch was too short. */
unsigned queued_judge(const struct judge_input *evidence, struct repetition_record *row);

/* CPU time of all busy ranks per delivered message of the window, in ns; NaN without one. */
double judge_cpu_ns_per_message(const struct judge_input *evidence);

/* ---- completion.c: has a point been measured often enough? Pure. ---- */

enum stop_reason { STOP_REPETITIONS, STOP_PRECISION, STOP_TIME, STOP_INTERRUPTED, STOP_UNREACHABLE };
const char *completion_word(enum stop_reason stop);
/* The reason of that word; a word that is none is the last one. */
enum stop_reason completion_of_word(const char *word);

/* A point's repetitions so far. */
struct tally_of_point {
    const struct point *point;
    const struct stats_schedule *schedule; /* NULL without a precision */
    const struct summary_sample *samples;
    size_t count;
    double elapsed_s;   /* that its turns took */
    double repeating_s; /* the same without the search of --find-rate */
};
/* @return true when no more repetitions are to be run, and *why. */
bool completion_reached(const struct tally_of_point *tally, enum stop_reason *why);
/* How many repetitions the point may take in all, by the width of the interval so far: for the time left. */
double completion_expected(const struct tally_of_point *tally);

/* ---- latency.c: from the ranks' times to rows and percentiles ---- */

/* What rank 0 gathers of a repetition. */
struct latencies {
    struct traffic_times *times; /* one rank's after the other's */
    size_t times_capacity;
    size_t *bytes;                /* of them, by rank */
    struct cluster_clock *clocks; /* by host, as they are in use */
    struct histogram *all;        /* of all ranks together */
};
void latencies_free(struct latencies *latencies);
/* All ranks, after a repetition of a point that times messages: `latencies` and `outcomes` on rank 0 only. */
void latencies_gather(struct cluster *cluster, const struct repetition *repetition,
                      struct latencies *latencies, const struct outcome *outcomes);
/* Do messages of the point go to other hosts and are timed one way? Then clocks are compared before and after
 * each repetition. */
bool latency_needs_clocks(const struct cluster *cluster, const struct point *point);
/* Rank 0: notes the clocks that the repetition will use. */
void latencies_note_clocks(const struct cluster *cluster, struct latencies *latencies);
/* Rank 0, after the clocks have been compared again: fills the latencies of the repetition's row. */
void latencies_judge(const struct cluster *cluster, const struct repetition *repetition,
                     struct latencies *latencies, const struct outcome *outcomes,
                     struct repetition_record *row);
/* The row of one of the repetition's buckets; they are those of rank 0, then rank 1 ... */
struct latency_record latency_row(const struct repetition *repetition, int32_t rank,
                                  const struct traffic_times *times);
/* How far off an offset that was found at `before` may have been at any time until `after`. */
int64_t latency_clock_error_ns(struct cluster_clock before, struct cluster_clock after);

/* ---- search.c: the highest rate that loses no more than a share. Pure. ---- */

#define SEARCH_RATES_MAX 40
struct search {
    double good_per_s, bad_per_s;  /* the highest good rate and the lowest bad one so far; 0: none */
    double next_per_s;             /* to be tried next */
    double step;                   /* factor to the next one, while there is no bracket */
    int32_t good_tries, bad_tries; /* of that */
    int32_t rates;                 /* tried */
};
/* Begins at a rate (messages/s per sender, from 1 to 10^9; else the nearer of these). */
void search_begin(struct search *search, double first_per_s);
bool search_done(const struct search *search);
/* How the try at search->next_per_s went. */
void search_take(struct search *search, bool good);
/* The highest good rate; without one the lowest rate tried. */
double search_found_per_s(const struct search *search);
/* The rate to take when measurements at that one did not hold after all. */
double search_lower_per_s(double per_s);
/* Is `lost` of `sent` over the target (in 1e-9)? */
bool search_loss_over(int64_t target_ppb, int64_t lost, int64_t sent);

/* ---- progress.c: the lines of a sweep that goes on. Nothing is told that is not on disk. ---- */

void progress_start(const struct settings *settings, int64_t points);
/* The live line of a terminal: what was measured last. */
void progress_repetition(int64_t done, const struct point *point, const struct repetition_record *row,
                         double seconds_left);
/* What came of a round. */
struct round_summary {
    int64_t round, rounds;  /* from 0 on; of so many, with a precision at least */
    int64_t measured, open; /* points in this round; points that go on */
    int64_t invalid;        /* repetitions */
    int64_t flagged[FLAGS]; /* of those, by flag */
    double seconds_left;
};
void progress_round(const struct round_summary *summary);
/* A point's line, number `done` of all. */
void progress_point(int64_t done, const struct point_record *row);

/* ---- record.c: the first line of the journal ---- */

int record_run(const struct cluster *cluster, const struct settings *settings, const struct plan *plan,
               int argc, char **argv, struct run_record *run, struct error *error);
/* Adds a row of the environment. @return 0, or -1 when memory is out. */
int record_add(struct run_record *run, const char *name, const char *value);
/* How the ranks' clocks stood to rank 0's, before and after the sweep, as rows of `run`. */
void record_clocks(const struct cluster *cluster, const int64_t *offsets_before_ns, double elapsed_s,
                   struct run_record *run);
/* The first difference between the plan that `run` was made with and this one. @return 0 when there is none.
 */
int record_compare(const struct run_record *run, const struct run_record *now, const char *output,
                   struct error *error);

/* ---- resume.c ---- */

struct ledger;
/* Opens the journal that --output, --force and --resume ask for. The ledger gets what is there already;
 * points without a valid repetition are to be measured again. *seed becomes that of the sweep that is gone on
 * with. *journal stays NULL when a complete file leaves nothing to do. On an error nothing that was measured
 * is lost.
 * @return 0, or -1 (refused) or JOURNAL_FAILED (storage would not) with `error`. */
int resume_open(const struct settings *settings, struct run_record *now, struct ledger *ledger,
                uint64_t *seed, struct journal **journal, struct error *error);

/* ---- describe.c ---- */

/* The settings part of a point's row; what comes of its repetitions is missing. `layout` NULL: without the
 * hosts' names. */
void describe_point(const struct plan *plan, const struct point *point,
                    const struct traffic_connections *connections, const struct cluster *cluster,
                    const struct plan_layout *layout, struct point_record *row);

/* ---- warn.c ---- */

/* What would mislead, as rows of `run`: ranks on one core, more busy threads than cores. */
void warn_placement(const struct cluster *cluster, const struct plan *plan, struct run_record *run);
/* Says those, and which ranks are left over. */
void warn_print(const struct cluster *cluster, const struct plan *plan, const struct run_record *run);
/* A buffer that the kernel did not grant. Once per kind. */
void warn_buffers(const struct point *point, const struct traffic_connections *connections);

#endif
