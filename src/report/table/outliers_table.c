/* outliers_table.c - hosts that are slow as senders or as receivers, as a table. */
#include "outliers_table.h"

#include "reading/columns.h"

static void print_host(FILE *out, const struct outliers_host *host)
{
    char sent[CELL], received[CELL];
    bool both = host->slow_sender && host->slow_receiver;
    const char *slow = both                ? "  slow as sender and receiver"
                       : host->slow_sender ? "  slow as sender"
                                           : "";
    if (host->slow_receiver && !both)
        slow = "  slow as receiver";
    fprintf(out, "%-20s %14s %14s%s%s\n", host->name,
            format_rate(host->sender_mbit_s, sent, sizeof sent),
            format_rate(host->receiver_mbit_s, received, sizeof received), slow,
            host->unknown ? "  no valid stream" : "");
}

void outliers_table_print(FILE *out, const struct outliers *outliers, const char *settings)
{
    fprintf(out, "medians of each host's streams, %s\n", settings);
    fprintf(out, "%-20s %14s %14s\n", "host", "as sender", "as receiver");
    for (size_t i = 0; i < outliers->count; i++)
        print_host(out, &outliers->hosts[i]);
    if (outliers->judged < OUTLIERS_FEWEST_HOSTS)
        fprintf(out, "of %zu hosts none can stand out\n", outliers->judged);
    else
        fprintf(out,
                "%zu of %zu hosts slow: over %.1f scaled MADs and %.0f %% below the median host\n",
                outliers->slow, outliers->judged, OUTLIERS_SCORE_LIMIT, 100 * OUTLIERS_LEAST_SHARE);
}
