/* write_dir.c - --write-dir: checks that every rank that is a receiver in mode write can write
 * there. */
#include "process/log.h"

#include "zmqsweep/sweep.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_write.h"

#include <stdlib.h>
#include <unistd.h>

int sweep_check_write_dir(struct cluster *cluster, const struct job *job, const struct plan *plan,
                          struct error *error)
{
    struct error cause = {""};
    bool *writes = calloc((size_t)cluster_size(cluster), sizeof *writes);
    int failed = 0;
    if (!*job->write_dir) {
        free(writes);
        return 0;
    }
    if (!writes) {
        log_line(LOG_ERROR, "no memory for the roles of %d ranks", cluster_size(cluster));
        cluster_abort(EXIT_FAILED);
    }
    if (cluster_rank(cluster) == 0) {
        plan_mark_writers(plan, writes);
    }
    cluster_broadcast(cluster, writes, (size_t)cluster_size(cluster) * sizeof *writes);
    if (writes[cluster_rank(cluster)] && traffic_check_write_dir(job->write_dir, &cause)) {
        char host[64] = "";
        gethostname(host, sizeof host - 1);
        failed = error_set(error, "rank %d on %s: %.400s", cluster_rank(cluster), host, cause.text);
    }
    free(writes);
    return failed;
}
