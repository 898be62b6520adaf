/* secrets.c - shares over MPI what only the ranks of this job may know: a password and the public
 * keys of all ranks. */
#include "process/log.h"

#include "zmqsweep/sweep.h"
#include "zmqsweep/traffic.h"

#include "zmqsweep/traffic_members.h"

#include <stdlib.h>
#include <string.h>

static int exchange_keys(struct cluster *cluster, char password[TRAFFIC_PASSWORD_LENGTH],
                         char (*keys)[TRAFFIC_KEY_LENGTH], struct error *error)
{
    char key[TRAFFIC_KEY_LENGTH];
    struct cluster_totals tally;
    memset(&tally, 0, sizeof tally);
    bool failed = (cluster_rank(cluster) == 0 && traffic_make_password(password, error)) ||
                  traffic_make_keys(key, error);
    tally.max[0] = failed;
    cluster_allreduce(cluster, &tally);
    if (tally.max[0]) {
        return -1;
    }
    cluster_broadcast(cluster, password, TRAFFIC_PASSWORD_LENGTH);
    cluster_allgather(cluster, key, keys, sizeof key);
    return traffic_admit_members(password, (const char(*)[TRAFFIC_KEY_LENGTH])keys,
                                 cluster_size(cluster), error);
}

/* The first rank without a CURVE key; the number of ranks if all have one. */
static int32_t first_without_key(const struct cluster *cluster, char (*keys)[TRAFFIC_KEY_LENGTH])
{
    int32_t rank = 0;
    while (rank < cluster_size(cluster) && *keys[rank]) {
        rank++;
    }
    return rank;
}

int sweep_share_secrets(struct cluster *cluster, const struct job *job)
{
    char password[TRAFFIC_PASSWORD_LENGTH] = "";
    char(*keys)[TRAFFIC_KEY_LENGTH] = calloc((size_t)cluster_size(cluster), sizeof *keys);
    struct error error = {""};
    if (!keys) {
        log_line(LOG_ERROR, "no memory for the keys of %d ranks", cluster_size(cluster));
        cluster_abort(EXIT_FAILED);
    }
    cluster_set_phase(cluster, "sharing keys");
    int code = exchange_keys(cluster, password, keys, &error) ? EXIT_FAILED : EXIT_OK;
    if (code != EXIT_OK && *error.text) {
        log_line(LOG_ERROR, "%s", error.text);
    }
    int32_t lacking = code == EXIT_OK ? first_without_key(cluster, keys) : 0;
    if (code == EXIT_OK && job->curve && lacking < cluster_size(cluster)) {
        if (cluster_rank(cluster) == 0) {
            log_line(LOG_ERROR, "--security curve: libzmq was built without CURVE on %s (rank %d)",
                     cluster_host(cluster, cluster_member(cluster, lacking)->host)->name, lacking);
        }
        code = EXIT_USAGE;
    }
    explicit_bzero(password, sizeof password);
    free(keys);
    return code;
}
