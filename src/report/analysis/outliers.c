/* outliers.c - which hosts are slow, as senders or as receivers?
 *
 * A host's figure is the median rate of its streams. Hosts are compared by the modified z-score,
 * 0.6745 (x - median) / MAD; a host with a score below -3.5 stands out. Source: Iglewicz and
 * Hoaglin, How to Detect and Handle Outliers, ASQC 1993. x is the logarithm of the rate. With the
 * rates themselves, which cannot fall below zero, no host could stand out once the MAD is a fifth
 * of the median, however slow the host is. Where links are so alike that the MAD is next to
 * nothing, a host must also be 5 % below the median.
 */
#include "outliers.h"

#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>

/* One end of the streams: all hosts as senders, or all hosts as receivers. */
struct ends {
    double *medians;    /* by host; NaN without a stream */
    double middle, mad; /* median and MAD of the logarithms of the hosts' medians */
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

static void fill_ends(const struct matrix *matrix, bool sends, struct ends *ends, double *scratch)
{
    size_t count = 0;
    for (size_t host = 0; host < matrix->hosts; host++)
        ends->medians[host] = host_median(matrix, host, sends, scratch);
    for (size_t host = 0; host < matrix->hosts; host++)
        if (!isnan(ends->medians[host]))
            scratch[count++] = log(ends->medians[host]);
    ends->mad = stats_mad(scratch, count);
    ends->middle = stats_median(scratch, count);
}

static bool is_slow(const struct ends *ends, size_t host)
{
    double below = ends->middle - log(ends->medians[host]);
    return below > -log(1 - OUTLIERS_LEAST_SHARE) &&
           0.6745 * below > OUTLIERS_SCORE_LIMIT * ends->mad;
}

static void judge_host(struct outliers *outliers, size_t host, const struct ends *senders,
                       const struct ends *receivers)
{
    struct outliers_host *judged = &outliers->hosts[host];
    judged->sender_mbit_s = senders->medians[host];
    judged->receiver_mbit_s = receivers->medians[host];
    judged->slow_sender = is_slow(senders, host);
    judged->slow_receiver = is_slow(receivers, host);
    judged->unknown = isnan(judged->sender_mbit_s) && isnan(judged->receiver_mbit_s);
    outliers->slow += judged->slow_sender || judged->slow_receiver;
    outliers->judged += !judged->unknown;
}

int outliers_find(const struct matrix *matrix, struct outliers *outliers, struct error *error)
{
    double *memory = calloc(3 * matrix->hosts + 1, sizeof *memory);
    *outliers = (struct outliers){.hosts = calloc(matrix->hosts + 1, sizeof *outliers->hosts)};
    if (!memory || !outliers->hosts) {
        free(memory);
        return error_set(error, "out of memory for %zu hosts", matrix->hosts);
    }
    struct ends senders = {.medians = memory}, receivers = {.medians = memory + matrix->hosts};
    double *scratch = memory + 2 * matrix->hosts;
    fill_ends(matrix, true, &senders, scratch);
    fill_ends(matrix, false, &receivers, scratch);
    outliers->count = matrix->hosts;
    for (size_t host = 0; host < matrix->hosts; host++) {
        outliers->hosts[host].name = matrix->names[host];
        judge_host(outliers, host, &senders, &receivers);
    }
    free(memory);
    return 0;
}

void outliers_free(struct outliers *outliers)
{
    free(outliers->hosts);
    *outliers = (struct outliers){.count = 0};
}
