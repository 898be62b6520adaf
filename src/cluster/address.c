/* address.c - the address at which peers reach this rank. */
#include "state.h"

#include <arpa/inet.h>
#include <glob.h>
#include <ifaddrs.h>
#include <math.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What --interface asks for. */
struct interface_request {
    const char *text;
    char address[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    int family; /* AF_UNSPEC: it is a name */
    int bits;   /* length of the network's prefix; all bits for an address */
};

static const void *address_bytes(const struct sockaddr *address)
{
    return address->sa_family == AF_INET
               ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
               : (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
}

static struct interface_request parse_interface(const char *text)
{
    struct interface_request wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.text = text;
    snprintf(wanted.address, sizeof wanted.address, "%s", text);
    char *slash = strchr(wanted.address, '/'), *end = NULL;
    long bits = -1;
    if (slash) {
        *slash = '\0';
        bits = strtol(slash + 1, &end, 10);
    }
    wanted.family = inet_pton(AF_INET, wanted.address, wanted.bytes) == 1    ? AF_INET
                    : inet_pton(AF_INET6, wanted.address, wanted.bytes) == 1 ? AF_INET6
                                                                             : AF_UNSPEC;
    int all = wanted.family == AF_INET ? 32 : 128;
    wanted.bits =
        slash && end && !*end && end != slash + 1 && bits >= 0 && bits <= all ? (int)bits : all;
    return wanted;
}

static bool same_network(const unsigned char *a, const unsigned char *b, int bits)
{
    for (int bit = 0; bit < bits; bit++) {
        if ((a[bit / 8] ^ b[bit / 8]) & (0x80 >> bit % 8)) {
            return false;
        }
    }
    return true;
}

static bool usable(const struct ifaddrs *entry)
{
    return entry->ifa_addr && (entry->ifa_flags & IFF_UP) &&
           (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6);
}

static bool link_local(const struct ifaddrs *entry)
{
    return entry->ifa_addr->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LINKLOCAL(
               &((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr);
}

static bool fits(const struct ifaddrs *entry, const struct interface_request *wanted)
{
    if (!usable(entry) || link_local(entry)) {
        return false;
    }
    if (!*wanted->text) {
        return !(entry->ifa_flags & IFF_LOOPBACK);
    }
    if (wanted->family == AF_UNSPEC) {
        return strcmp(entry->ifa_name, wanted->text) == 0;
    }
    return entry->ifa_addr->sa_family == wanted->family &&
           same_network(address_bytes(entry->ifa_addr), wanted->bytes, wanted->bits);
}

/* Chooses the interface's address; IPv4 first where it has both families. */
static const struct ifaddrs *choose(const struct ifaddrs *list,
                                    const struct interface_request *wanted)
{
    const struct ifaddrs *second = NULL;
    for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        if (fits(entry, wanted)) {
            if (entry->ifa_addr->sa_family == AF_INET) {
                return entry;
            }
            second = second ? second : entry;
        }
    }
    return second;
}

/* The source address of a packet to `bytes`: connecting a UDP socket asks the routing table, and
 * sends nothing. */
static int source_address(int family, const unsigned char *bytes, char source[INET6_ADDRSTRLEN])
{
    struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    struct sockaddr_storage from = {0};
    socklen_t length = sizeof from;
    memcpy(&to4.sin_addr, bytes, sizeof to4.sin_addr);
    memcpy(&to6.sin6_addr, bytes, sizeof to6.sin6_addr);
    const struct sockaddr *to = family == AF_INET ? (const void *)&to4 : (const void *)&to6;
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = -1;
    if (fd >= 0 && connect(fd, to, family == AF_INET ? sizeof to4 : sizeof to6) == 0 &&
        getsockname(fd, (struct sockaddr *)&from, &length) == 0) {
        rc = inet_ntop(family, address_bytes((const struct sockaddr *)&from), source,
                       INET6_ADDRSTRLEN)
                 ? 0
                 : -1;
    }
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

/* Does the interface run on a device, or on another interface (as a bond or a VLAN does)?
 * Otherwise, as with veth, the speed that it reports means nothing. */
static bool has_device(const char *interface)
{
    char path[64 + IF_NAMESIZE];
    glob_t found;
    snprintf(path, sizeof path, "/sys/class/net/%s/device", interface);
    bool has = access(path, F_OK) == 0;
    snprintf(path, sizeof path, "/sys/class/net/%s/lower_*", interface);
    if (!has && glob(path, GLOB_NOSORT, NULL, &found) == 0) {
        has = true;
        globfree(&found);
    }
    return has;
}

/* The interface's speed in Mbit/s from the kernel; NaN when it is not known or means nothing. */
static double link_speed(const char *interface)
{
    char path[64 + IF_NAMESIZE];
    double speed = NAN;
    if (!has_device(interface)) {
        return speed;
    }
    snprintf(path, sizeof path, "/sys/class/net/%s/speed", interface);
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%lf", &speed) != 1 || speed <= 0) {
            speed = NAN;
        }
        fclose(file);
    }
    return speed;
}

static int not_found(const struct cluster *cluster, const char *interface,
                     const struct ifaddrs *list, struct error *error)
{
    char names[256] = "";
    for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        char address[INET6_ADDRSTRLEN] = "";
        size_t used = strlen(names);
        if (usable(entry) && !link_local(entry)) {
            inet_ntop(entry->ifa_addr->sa_family, address_bytes(entry->ifa_addr), address,
                      sizeof address);
            snprintf(names + used, sizeof names - used, "%s%s (%s)", used ? ", " : "",
                     entry->ifa_name, address);
        }
    }
    if (!*interface) {
        return error_set(
            error, "rank %d on %s has no network interface that is up but loopback; it has: %s",
            cluster->rank, cluster->host_list[cluster->self.host].name, names);
    }
    return error_set(error,
                     "--interface %s: rank %d on %s has no such interface that is up; it has: %s",
                     interface, cluster->rank, cluster->host_list[cluster->self.host].name, names);
}

/* ---- without --interface: the network that reaches the most other hosts ---- */

#define CANDIDATES_MAX 8

struct candidate {
    unsigned char bytes[16];
    int family, bits;
    char address[INET6_ADDRSTRLEN], interface[IF_NAMESIZE];
};

struct candidates {
    int count;
    struct candidate list[CANDIDATES_MAX];
};

static int prefix_bits(const struct sockaddr *mask)
{
    const unsigned char *bytes = address_bytes(mask);
    int most = mask->sa_family == AF_INET ? 32 : 128, bits = 0;
    while (bits < most && (bytes[bits / 8] & (0x80 >> bits % 8))) {
        bits++;
    }
    return bits;
}

/* Lists the candidate addresses: IPv4 before IPv6, each in the system's order. */
static void list_candidates(const struct ifaddrs *list, struct candidates *all)
{
    static const struct interface_request any = {.text = ""};
    static const int families[] = {AF_INET, AF_INET6};
    memset(all, 0, sizeof *all);
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (const struct ifaddrs *entry = list; entry && all->count < CANDIDATES_MAX;
             entry = entry->ifa_next) {
            if (!fits(entry, &any) || entry->ifa_addr->sa_family != families[f] ||
                !entry->ifa_netmask) {
                continue;
            }
            struct candidate *candidate = &all->list[all->count++];
            candidate->family = families[f];
            candidate->bits = prefix_bits(entry->ifa_netmask);
            memcpy(candidate->bytes, address_bytes(entry->ifa_addr),
                   families[f] == AF_INET ? 4 : 16);
            inet_ntop(families[f], candidate->bytes, candidate->address, sizeof candidate->address);
            snprintf(candidate->interface, sizeof candidate->interface, "%s", entry->ifa_name);
        }
    }
}

/* Does the other host have an address on the network of `mine`? Hosts with the same address, as
 * container bridges have, do not reach each other. */
static bool reaches(const struct candidate *mine, const struct candidates *other)
{
    bool found = false;
    for (int i = 0; i < other->count; i++) {
        const struct candidate *theirs = &other->list[i];
        if (theirs->family == mine->family &&
            same_network(mine->bytes, theirs->bytes, mine->bits)) {
            if (strcmp(mine->address, theirs->address) == 0) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

/* Counts the hosts that `mine` reaches without a router. */
static int hosts_reached(const struct cluster *cluster, const struct candidate *mine,
                         const struct candidates *all)
{
    int reached = 0;
    for (int rank = 0, host = 0; rank < cluster->size; rank++) {
        bool leader = cluster->hosts[rank] == host;
        host += leader;
        reached +=
            leader && cluster->hosts[rank] != cluster->self.host && reaches(mine, &all[rank]);
    }
    return reached;
}

/* Finds the address from which the kernel would send to the other hosts through a router. Sends
 * nothing. */
static int address_by_route(const struct cluster *cluster, const struct candidates *mine,
                            const struct candidates *all)
{
    for (int rank = 0; rank < cluster->size; rank++) {
        if (cluster->hosts[rank] == cluster->self.host) {
            continue;
        }
        for (int i = 0; i < all[rank].count; i++) {
            char source[INET6_ADDRSTRLEN];
            if (source_address(all[rank].list[i].family, all[rank].list[i].bytes, source)) {
                continue;
            }
            for (int k = 0; k < mine->count; k++) {
                if (strcmp(mine->list[k].address, source) == 0) {
                    return k;
                }
            }
        }
    }
    return -1;
}

static int choose_network(struct cluster *cluster, const struct candidates *mine)
{
    struct candidates *all = calloc((size_t)cluster->size, sizeof *all);
    int best = -1, most = 0;
    if (!all) {
        return -1;
    }
    cluster_allgather(cluster, mine, all, sizeof *mine);
    for (int i = 0; i < mine->count; i++) {
        int reached = hosts_reached(cluster, &mine->list[i], all);
        if (reached > most) {
            most = reached;
            best = i;
        }
    }
    best = best < 0 ? address_by_route(cluster, mine, all) : best;
    free(all);
    return best;
}

static void take_address(struct cluster_member *self, const char *address, const char *interface)
{
    snprintf(self->address, sizeof self->address, "%s", address);
    snprintf(self->interface, sizeof self->interface, "%s", interface);
    self->link_mbit_s = link_speed(interface);
}

int cluster_find_address(struct cluster *cluster, const char *interface, struct error *error)
{
    struct ifaddrs *list = NULL;
    char address[INET6_ADDRSTRLEN];
    cluster->self.link_mbit_s = NAN;
    if (getifaddrs(&list)) {
        list = NULL;
    }
    int rc = 0;
    if (!*interface && cluster->host_count > 1) {
        struct candidates mine;
        list_candidates(list, &mine);
        int best = choose_network(cluster, &mine);
        if (best >= 0) {
            take_address(&cluster->self, mine.list[best].address, mine.list[best].interface);
        } else {
            rc = not_found(cluster, interface, list, error);
        }
    } else {
        struct interface_request wanted = parse_interface(*interface ? interface : "127.0.0.1");
        const struct ifaddrs *chosen = choose(list, &wanted);
        if (chosen) {
            inet_ntop(chosen->ifa_addr->sa_family, address_bytes(chosen->ifa_addr), address,
                      sizeof address);
            take_address(&cluster->self, address, chosen->ifa_name);
        } else {
            rc = not_found(cluster, interface, list, error);
        }
    }
    freeifaddrs(list);
    return rc;
}
