/* connections.c - what the kernel knows of the peers' connections. */
#include "zmqsweep/traffic_connections.h"

#include "state/state.h"

#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static double larger(double best, int value)
{
    return isnan(best) || value > best ? value : best;
}

static void read_connection(int fd, struct traffic_connections *all)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    int bytes;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0) {
        all->retransmits =
            (isnan(all->retransmits) ? 0 : all->retransmits) + info.tcpi_total_retrans;
        all->rtt_us = larger(all->rtt_us, (int)info.tcpi_rtt);
    }
    length = sizeof bytes;
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &length) == 0) {
        all->sndbuf_bytes = larger(all->sndbuf_bytes, bytes);
    }
    length = sizeof bytes;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length) == 0) {
        all->rcvbuf_bytes = larger(all->rcvbuf_bytes, bytes);
    }
}

struct traffic_connections traffic_connections(const struct traffic *traffic)
{
    struct traffic_connections all = {NAN, NAN, NAN, NAN, traffic->sndhwm, traffic->rcvhwm};
    for (int i = 0; traffic->monitor.fds && i < traffic->peers; i++) {
        if (traffic->monitor.fds[i] >= 0) {
            read_connection(traffic->monitor.fds[i], &all);
        }
    }
    return all;
}
