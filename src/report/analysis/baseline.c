/* baseline.c - which raw TCP point belongs to a point of ZeroMQ, and what the link can carry. */
#include "baseline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Titles of the dimensions in which a baseline point and its ZeroMQ point have the same value. */
static const char *const shared[] = {
    "size", "pairs", "receivers/sender", "senders/receiver", "count",         "duration", "bind",
    "from", "to",    "placement",        "sender CPUs",      "receiver CPUs", "sndbuf",   "rcvbuf",
};

bool baseline_has_dimension(const struct dimension *dimension)
{
    bool found = false;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        found = found || strcmp(dimension->title, shared[i]) == 0;
    return found;
}

static bool has_same_settings(const struct point_record *baseline, const struct point_record *point)
{
    bool same = baseline->message_size_bytes == point->message_size_bytes &&
                baseline->pairs == point->pairs;
    for (size_t i = 0; i < dimension_count && same; i++)
        same = !baseline_has_dimension(&dimensions[i]) ||
               dimension_compare(&dimensions[i], baseline, point) == 0;
    return same;
}

const struct point_record *baseline_find(const struct loaded *file,
                                         const struct point_record *point)
{
    if (strcmp(point->transport, "tcp") != 0)
        return NULL;
    for (size_t i = 0; i < file->baseline_count; i++)
        if (file->baselines[i].valid_repetitions > 0 &&
            has_same_settings(&file->baselines[i], point))
            return &file->baselines[i];
    return NULL;
}

double baseline_share(const struct loaded *file, const struct point_record *point)
{
    const struct point_record *baseline = baseline_find(file, point);
    return baseline && point->valid_repetitions > 0
               ? point->throughput_mbit_s / baseline->throughput_mbit_s
               : NAN;
}

const char *baseline_format_share(double share, char text[CELL])
{
    if (isfinite(share))
        snprintf(text, CELL, share >= 0.0995 ? "%.0f %%" : "%.2g %%", 100 * share);
    else
        snprintf(text, CELL, "-");
    return text;
}

/* ---- the link ---- */

static double link_of(const struct loaded *file, const char *host)
{
    for (size_t i = 0; i < file->host_count; i++)
        if (strcmp(file->hosts[i].name, host) == 0)
            return file->hosts[i].link_mbit_s;
    return NAN;
}

/* Whether a list of hosts, "n1,n2", names this one. */
static bool names_host(const char *list, const char *host)
{
    size_t length = strlen(host);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, host, length) == 0)
            return true;
    return false;
}

/* The speed in Mbit/s of the link at an end that all pairs share; of two such ends, of the slower
 * link. NaN when neither end is shared. A point's row names one sender and one receiver of each
 * group, so a group with more members does not show all its hosts: NaN, too. */
static double link_under(const struct loaded *file, const struct point_record *point)
{
    bool one_sender = !strchr(point->sender_host, ','),
         one_receiver = !strchr(point->receiver_host, ',');
    if (point->receivers_per_sender != 1 || point->senders_per_receiver != 1 ||
        (one_sender && names_host(point->receiver_host, point->sender_host)) ||
        (one_receiver && names_host(point->sender_host, point->receiver_host)))
        return NAN;
    return fmin(one_sender ? link_of(file, point->sender_host) : NAN,
                one_receiver ? link_of(file, point->receiver_host) : NAN);
}

double baseline_link_mbit_s(const struct loaded *files, int file_count)
{
    double link = NAN;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++) {
            double here = link_under(&files[i], &files[i].points[k]);
            if (!(here > 0) || (!isnan(link) && here != link))
                return NAN;
            link = here;
        }
    return link;
}
