/* results.h - the record of a sweep: rows, the journal that grows while it runs, the HDF5 file at its end,
 * CSV.
 *
 * Every table is defined once, by its columns; HDF5 types, JSON, CSV and the checks of a reader come from
 * them.
 */
#ifndef ZMQSWEEP_RESULTS_H
#define ZMQSWEEP_RESULTS_H

#include "zmqsweep/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- records: one row each. Strings are NUL-terminated, the rest of the field zero. Missing: NaN, "". ----
 */

struct point_record {
    int64_t point_id;
    char settings[512]; /* as asked for, "pattern=push-pull transport=tcp size=64K ...": matches points
                           between files */
    char pattern[16];
    char transport[16];
    char security[16];
    int64_t message_size_bytes;
    char send_mode[16];
    char receive_mode[16];
    int64_t sndhwm, rcvhwm; /* read back from the sockets; messages */
    int64_t pairs, receivers_per_sender, senders_per_receiver;
    int64_t message_count; /* per sender; 0 in duration mode */
    double duration_s;     /* NaN in count mode */
    int64_t io_threads;
    double sndbuf_bytes, rcvbuf_bytes; /* of the connections, largest; NaN when there was none */
    char bind[16];
    char placement[16];
    char sender_cpus[32], receiver_cpus[32], io_cpus[32]; /* as asked for; where they ran is in /ranks */
    char sender_host[256], receiver_host[256];            /* names, group by group where they differ */
    int64_t repetitions, valid_repetitions;
    char stop_reason[16];
    double throughput_mbit_s, throughput_low_mbit_s, throughput_high_mbit_s, interval_coverage;
    double message_rate_per_s;
    int64_t sent, received, lost; /* sums over valid repetitions */
    double cpu_ns_per_message;
    char flags[256];        /* has room for all of them */
    char status[16];        /* ok, partial, failed */
    double rate_per_s;      /* messages/s that each sender was to send; NaN when unpaced */
    double sent_rate_per_s; /* of the slowest sender, median */
    char latency_kind[16];  /* "one-way", "round-trip"; "" when it was not measured */
    int64_t latency_messages;
    double latency_p50_us, latency_p90_us, latency_p99_us, latency_p999_us, latency_max_us;
    double latency_uncertainty_us; /* of the clocks' comparison; 0 where one clock does */
    /* Intervals of the median of the repetitions' percentiles; NaN where too few repetitions have one. */
    double latency_p50_low_us, latency_p50_high_us, latency_p90_low_us, latency_p90_high_us;
    double latency_p99_low_us, latency_p99_high_us, latency_p999_low_us, latency_p999_high_us;
    double latency_bound_us; /* the largest latency with ten samples beyond it */
    char order[16];          /* of the repetitions: random, listed (rounds), points (one stretch) */
    double spread_s;         /* from the first window's start to the last one's end */
    double dependence;       /* rank correlation of neighbouring repetitions; NaN for too few */
    /* What was asked for, so that the row can be made from its repetitions alone. */
    int64_t planned_repetitions; /* with a precision the most of them; 0 in files before schema 1.2 */
    int64_t least_repetitions;   /* with a precision; else 0 */
    double precision;            /* a share of the median; NaN without one */
    double loss_target;          /* of --find-rate, a share; NaN without it */
};

struct repetition_record {
    int64_t point_id, repetition;
    double start_s, window_s;
    int64_t sent, received, lost, foreign, strangers, received_bytes, window_messages, window_bytes;
    double throughput_mbit_s, message_rate_per_s, receiver_min_mbit_s, receiver_max_mbit_s;
    double overlap, dead_s, drain_s;
    char flags[256]; /* has room for all of them */
    uint8_t valid;
    double sent_rate_per_s; /* of the slowest sender; NaN when there is none */
    int64_t round;          /* of the sweep, from 0 on; -1 with --order points, which has none */
    double took_s;          /* from its order to its end */
    double cpu_ns_per_message;
    double backlog_begin_messages, backlog_end_messages; /* sent and not received nor lost, at the window's
                                                            ends; NaN when unpaced */
    double queue_messages; /* that queues, ring and kernel buffers of a connection can hold */
    int64_t latency_messages;
    double latency_p50_us, latency_p90_us, latency_p99_us, latency_p999_us, latency_max_us;
    double latency_uncertainty_us;
};

struct rank_record {
    int64_t point_id, repetition, rank;
    char role[16];
    int64_t group, host_id, messages, bytes;
    double lost; /* NaN for push-pull */
    int64_t window_messages, window_bytes;
    double window_s, throughput_mbit_s, cpu_user_s, cpu_system_s;
    int64_t voluntary_switches, involuntary_switches;
    double blocked_s, ring_wait_s;
    double tcp_retransmits, tcp_rtt_us; /* NaN without a TCP connection */
    int64_t peak_rss_bytes;
    char cpus[48], io_cpus[48]; /* of the loop and of the I/O threads, read back from the kernel */
    /* By thread, over usage_s; NaN where the system does not tell. */
    double usage_s;
    double app_cpu_s, app_runqueue_s, app_voluntary_switches, app_involuntary_switches, app_page_faults;
    double io_cpu_s, io_runqueue_s, io_voluntary_switches, io_involuntary_switches, io_page_faults;
    /* Of the I/O thread that was busy the longest. */
    double io_cpu_max_s, io_runqueue_max_s, io_page_faults_max;
    double sync_s; /* NaN but for --receive-mode write */
    char io_cpu_each_s[80];
};

struct interval_record {
    int64_t point_id, repetition, rank;
    double start_us, length_us; /* start counted from the window's start: negative in the warm-up */
    int64_t messages, bytes;
};

/* A bucket of a rank's latencies that is not empty. */
struct latency_record {
    int64_t point_id, repetition, rank;
    double low_us, high_us; /* from low up to high, which is not in it */
    int64_t count;
};

struct host_record {
    int64_t host_id;
    char name[64];
    char address[64];
    char cpu_model[96];
    char kernel[96];
    int64_t cores, numa_nodes, memory_bytes;
    double link_mbit_s; /* NaN when the system does not say */
    int64_t page_bytes; /* 0: not known */
};

struct environment_record {
    char name[64];
    char value[512];
};

/* ---- tables ---- */

enum table_id {
    TABLE_POINTS,
    TABLE_REPETITIONS,
    TABLE_RANKS,
    TABLE_INTERVALS,
    TABLE_LATENCY, /* the last of those whose rows belong to a point */
    TABLE_HOSTS,
    TABLE_ENVIRONMENT,
    TABLE_TOTAL
};

enum column_kind { COLUMN_INT64, COLUMN_FLOAT64, COLUMN_UINT8, COLUMN_STRING };

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset; /* in the record */
    size_t width;  /* in bytes; of a string with its NUL */
    const char *unit;
    const char *long_name;
    int64_t missing; /* of an integer: what stands for a value that is not known */
};

struct table_spec {
    const char *name; /* of the dataset, without "/" */
    const char *description;
    const struct column *columns;
    size_t column_count;
    size_t record_bytes; /* sizeof the record */
};

extern const struct table_spec result_tables[TABLE_TOTAL];

/* A row of which nothing is known: NaN, 0 (or what a column has instead), "". */
void results_set_missing(enum table_id table, void *record);
/* Index of the table of that name, or -1. */
int results_table_named(const char *name);

/* What is known when the sweep starts. Root attributes of the file, plus hosts and environment. */
struct run_record {
    char title[128], creator[32], creator_version[32], created[32], uuid[40];
    char command_line[4096];
    int64_t order_seed;
    int64_t points_planned;
    struct host_record *hosts;
    size_t host_count;
    struct environment_record *environment; /* "option.NAME" rows hold the plan that --resume compares */
    size_t environment_count;
};
void results_free_run(struct run_record *run); /* frees the arrays, zeroes the record */

/* ---- journal: lines of JSON with a CRC, and blocks of packed rows; docs/journal.md ---- */

struct journal;

/* "results.h5" -> "results.h5.journal" in `path`. @return -1 when too long. */
int journal_path(const char *output, char *path, size_t length);

/* What the functions that write return when storage would not (full, read-only, failing): exit code 1, where
 * -1 is a refusal, exit code 2. */
#define JOURNAL_FAILED (-2)

/* Makes OUTPUT.journal (mode 0666 less umask, O_EXCL unless `replace`), locks it (flock; a lock held by
 * another process is an error that names its host and process, which the holder wrote into the first line),
 * writes and syncs the line of `run`, then the folder. @return 0, or -1 or JOURNAL_FAILED with `error`. */
int journal_create(const char *output, const struct run_record *run, bool replace, struct journal **journal,
                   struct error *error);

/* What a journal has, in the order in which it was written. Each may be NULL. The pointers hold during the
 * call.
 */
struct journal_visitor {
    void *data;
    void (*settings)(void *data, const struct point_record *row);
    void (*repetition)(void *data, const struct repetition_record *row); /* with all its rows */
    /* No more than so many repetitions were to be run. Where there are fewer by now, some were damaged. */
    void (*stop)(void *data, int64_t point_id, const char *reason, int64_t repetitions);
    void (*drop)(void *data, int64_t point_id); /* what came of this point before does not count */
};

/* Opens OUTPUT.journal to go on: checks every line and block, cuts off what was not committed, locks, and
 * tells `visitor` what there is. `run` gets the first session's record with all sessions' hosts and
 * environment (caller frees; names of later sessions start with "session-2/", "session-3/" ...). @return 0; 1
 * when it held nothing, as a kill at its start leaves it: then it is removed, and there is no journal; -1 or
 * JOURNAL_FAILED with `error`. */
int journal_reopen(const char *output, struct run_record *run, const struct journal_visitor *visitor,
                   struct journal **journal, struct error *error);

/* Does another process hold the journal `path`? Then `error` names its host and process. */
bool journal_in_use(const char *path, struct error *error);

/* Locks the journal `path` for a reader, so that no sweep goes on with it meanwhile; close(*fd) unlocks.
 * *fd is -1 where that cannot be. @return 0, or -1 with `error` when another process holds it. */
int journal_lock_for_reading(const char *path, int *fd, struct error *error);

/* Is OUTPUT.journal still the file that is being written, with all that was written? If it was moved or
 * removed, it is written again under its name, *again becomes true. @return 0, or -1 with `error`: it was
 * changed, or another file has its name (then OUTPUT.PID.journal holds the lines), or it cannot be written.
 */
int journal_ensure(struct journal *journal, bool *again, struct error *error);

/* Removes temporary files of OUTPUT that a killed program left. For the holder of the journal's lock. */
void results_remove_leftovers(const char *output);

/* Adds a later session's hosts and environment rows (only those two of `run` are used). */
int journal_append_session(struct journal *journal, const struct run_record *run, struct error *error);
/* Adds environment rows that the running session has learned since it began. */
int journal_append_notes(struct journal *journal, const struct run_record *run, struct error *error);

/* ---- what is measured: added, then committed ---- */

/* From here on rows of this repetition are added. Forgets rows that were added and not ended by
 * journal_add_repetition. */
void journal_begin_repetition(struct journal *journal, int64_t point_id, int64_t repetition);
/* Rows of TABLE_RANKS, TABLE_INTERVALS or TABLE_LATENCY. Memory does not grow with their number: long before
 * a commit they go into the file, where they count for nothing without one.
 * @return 0, or -1 or JOURNAL_FAILED with `error`: then the file ends where the last commit ended. */
int journal_add_rows(struct journal *journal, enum table_id table, const void *records, size_t count,
                     struct error *error);
/* The repetition itself, which ends its rows. */
int journal_add_repetition(struct journal *journal, const struct repetition_record *row, struct error *error);
/* What is asked for in a point: before its first repetition, and again when it changes. */
int journal_add_settings(struct journal *journal, const struct point_record *row, struct error *error);
/* The point has all its repetitions, so many. */
int journal_add_stop(struct journal *journal, int64_t point_id, const char *reason, int64_t repetitions,
                     struct error *error);
int journal_add_drop(struct journal *journal, int64_t point_id, struct error *error);

/* Writes what was added, and begins to bring it to disk in a thread of its own. Waits for the sync before, if
 * that still goes on. @return as journal_add_rows; an error may be that of an earlier sync. */
int journal_commit(struct journal *journal, struct error *error);
/* Waits until what was committed is on disk: only then may it be told. @return 0 or JOURNAL_FAILED. */
int journal_wait(struct journal *journal, struct error *error);
/* When the last sync ended (CLOCK_MONOTONIC), INT64_MAX while one goes on. */
int64_t journal_synced_ns(struct journal *journal);
/* The longest that one took so far. */
int64_t journal_slowest_sync_ns(struct journal *journal);

/* Closes and unlocks; the file stays. */
void journal_close(struct journal **journal);

/* ---- the HDF5 file ---- */

struct finish_report {
    int64_t points;        /* written */
    int64_t repetitions;   /* written */
    int64_t settled;       /* points with all their repetitions */
    int64_t damaged_lines; /* left out: bad CRC, not JSON, unknown */
    int64_t first_damaged; /* line number from 1, 0 if none */
    bool torn_tail;        /* what was being written last was cut short and was left out */
    bool complete;         /* every planned point is there, none interrupted */
};

/* For a caller that has others wait: `tick` is called after every point. */
struct finish_watch {
    void (*tick)(void *data);
    void *data;
};

/* Builds OUTPUT from OUTPUT.journal (or from the journal named `journal_file`): written whole to a temporary
 * file in OUTPUT's folder, synced, renamed, folder synced. Points in the order of point_id, each summed up
 * from its repetitions. Memory does not grow with the number of rows (32 bytes a repetition apart). The
 * journal is left in place. Mode 0666 less umask. The temporary file's name is OUTPUT.partial; it is removed
 * on error. `watch` and `report` may be NULL. @return 0 or -1. */
int results_finish(const char *output, const char *journal_file, const struct finish_watch *watch,
                   struct finish_report *report, struct error *error);

/* Gives a file that is on disk its name, and brings the name to disk. @return 0 or -1 with `error`. */
int results_rename(const char *from, const char *to, struct error *error);

/* Writes an incomplete file's points back into a new OUTPUT.journal, so that a sweep can go on. The file's
 * checksums are compared first. @return 0, or -1 or JOURNAL_FAILED with `error`. */
int results_to_journal(const char *output, struct error *error);

/* ---- reading ---- */

struct results;

/* Opens and checks: an HDF5 file of our format and schema major, all tables there, each column of the right
 * type. Extra columns and tables are ignored. @return 0 or -1 with one line that names the file and the
 * cause. */
int results_open(const char *path, struct results **results, struct error *error);
void results_close(struct results **results);

/* Attributes; hosts and environment are not filled in. */
const struct run_record *results_run(const struct results *results);
bool results_complete(const struct results *results);
int64_t results_row_count(const struct results *results, enum table_id table);

/* Reads rows [first, first + count) as records into `records` (count x record_bytes). */
int results_read(struct results *results, enum table_id table, int64_t first, int64_t count, void *records,
                 struct error *error);

/* Reads the table whole, streaming, and compares it with its crc32 attribute. */
int results_verify(struct results *results, enum table_id table, struct error *error);
/* The same once all rows have been read in order by results_read: then the table is not read again. */
int results_verify_read(struct results *results, enum table_id table, struct error *error);

/* ---- CSV (RFC 4180: CRLF, quotes where needed, doubles in the fewest digits that read back the same, NaN
 * empty) ---- */

void results_csv_header(FILE *out, enum table_id table);
void results_csv_row(FILE *out, enum table_id table, const void *record);
/* The whole table. @return 0 or -1. */
int results_csv_table(FILE *out, struct results *results, enum table_id table, struct error *error);

#endif
