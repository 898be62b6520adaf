/* outliers.c - which hosts are slow, as senders or as receivers?
 *
 * A host's figure is the median of its streams; hosts are compared by the modified z-score, 0.6745 (x -
 * median) / MAD, and one below -3.5 stands out. Source: Iglewicz and Hoaglin, How to Detect and Handle
 * Outliers, ASQC 1993. x is the logarithm of the rate: rates cannot go below zero, so that on their own scale
 * no host could stand out once the MAD is a fifth of the median, however slow it is. Where links are so alike
 * that the MAD is next to nothing, 5 % below the median is asked for as well.
 */
#include "report_internal.h"

#include "zmqsweep/config.h"
#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_LIMIT 3.5
#define LEAST_SHARE 0.05
#define FEWEST_HOSTS 3

/* One side of the hosts: their medians as senders, or as receivers. */
struct side {
    double *medians;    /* by host; NaN without a stream */
    double middle, mad; /* of the logarithms of the medians */
};

/* The median of a host's streams: a row of the matrix for a sender, a column for a receiver. */
static double host_median(const struct matrix *matrix, size_t host, bool sends, double *scratch)
{
    size_t count = 0;
    for (size_t other = 0; other < matrix->hosts; other++) {
        size_t at = sends ? host * matrix->hosts + other : other * matrix->hosts + host;
        if (other != host && !isnan(matrix->cells[at].median))
            scratch[count++] = matrix->cells[at].median;
    }
    return stats_median(scratch, count);
}

static void fill_side(const struct matrix *matrix, bool sends, struct side *side, double *scratch)
{
    size_t count = 0;
    for (size_t host = 0; host < matrix->hosts; host++)
        side->medians[host] = host_median(matrix, host, sends, scratch);
    for (size_t host = 0; host < matrix->hosts; host++)
        if (!isnan(side->medians[host]))
            scratch[count++] = log(side->medians[host]);
    side->mad = stats_mad(scratch, count);
    side->middle = stats_median(scratch, count);
}

static bool is_slow(const struct side *side, size_t host)
{
    double below = side->middle - log(side->medians[host]);
    return below > -log(1 - LEAST_SHARE) && 0.6745 * below > SCORE_LIMIT * side->mad;
}

struct verdict {
    size_t slow, silent; /* hosts; silent: without a valid stream, so that nothing can be said of them */
};

static struct verdict print_table(const struct task *task, const struct matrix *matrix,
                                  const struct side *senders, const struct side *receivers)
{
    char sent[CELL], received[CELL];
    struct verdict verdict = {0, 0};
    fprintf(task->out, "%-20s %14s %14s\n", "host", "as sender", "as receiver");
    for (size_t host = 0; host < matrix->hosts; host++) {
        bool slow_sender = is_slow(senders, host), slow_receiver = is_slow(receivers, host);
        bool silent = isnan(senders->medians[host]) && isnan(receivers->medians[host]);
        fprintf(task->out, "%-20s %14s %14s%s%s%s%s\n", matrix->names[host],
                format_rate(senders->medians[host], sent, sizeof sent),
                format_rate(receivers->medians[host], received, sizeof received),
                slow_sender || slow_receiver ? "  slow as " : "",
                slow_sender ? (slow_receiver ? "sender and receiver" : "sender") : "",
                slow_receiver && !slow_sender ? "receiver" : "", silent ? "  no valid stream" : "");
        verdict.slow += slow_sender || slow_receiver;
        verdict.silent += silent;
    }
    return verdict;
}

static int judge_hosts(const struct task *task, const struct matrix *matrix, struct error *error)
{
    double *memory = calloc(3 * matrix->hosts + 1, sizeof *memory);
    if (!memory)
        return error_set(error, "out of memory for %zu hosts", matrix->hosts);
    struct side senders = {.medians = memory}, receivers = {.medians = memory + matrix->hosts};
    double *scratch = memory + 2 * matrix->hosts;
    fill_side(matrix, true, &senders, scratch);
    fill_side(matrix, false, &receivers, scratch);
    struct verdict verdict = print_table(task, matrix, &senders, &receivers);
    size_t judged = matrix->hosts - verdict.silent;
    if (judged < FEWEST_HOSTS)
        fprintf(task->out, "of %zu hosts none can stand out\n", judged);
    else
        fprintf(task->out, "%zu of %zu hosts slow: over %.1f scaled MADs and %.0f %% below the median host\n",
                verdict.slow, judged, SCORE_LIMIT, 100 * LEAST_SHARE);
    free(memory);
    return 0;
}

int outliers_print(const struct task *task, struct loaded *files, int file_count, struct error *error)
{
    struct matrix matrix = {0};
    int failed =
        streams_narrow(files, file_count, error) || streams_collect(&matrix, files, file_count, error);
    if (!failed) {
        fprintf(task->out, "medians of each host's streams, %s\n", files[0].points[0].settings);
        failed = judge_hosts(task, &matrix, error);
    }
    streams_free(&matrix);
    return failed ? -1 : 0;
}
