/* address.c - the address at which peers reach this rank. */
#include "cluster_internal.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <math.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* What --interface asks for, taken apart. */
struct wish {
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

static struct wish parse_wish(const char *text)
{
    struct wish wish;
    memset(&wish, 0, sizeof wish);
    wish.text = text;
    snprintf(wish.address, sizeof wish.address, "%s", text);
    char *slash = strchr(wish.address, '/'), *end = NULL;
    long bits = -1;
    if (slash) {
        *slash = '\0';
        bits = strtol(slash + 1, &end, 10);
    }
    wish.family = inet_pton(AF_INET, wish.address, wish.bytes) == 1    ? AF_INET
                  : inet_pton(AF_INET6, wish.address, wish.bytes) == 1 ? AF_INET6
                                                                       : AF_UNSPEC;
    int all = wish.family == AF_INET ? 32 : 128;
    wish.bits = slash && end && !*end && end != slash + 1 && bits >= 0 && bits <= all ? (int)bits : all;
    return wish;
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
           IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr);
}

static bool fits(const struct ifaddrs *entry, const struct wish *wish)
{
    if (!usable(entry) || link_local(entry)) {
        return false;
    }
    if (!*wish->text) {
        return !(entry->ifa_flags & IFF_LOOPBACK);
    }
    if (wish->family == AF_UNSPEC) {
        return strcmp(entry->ifa_name, wish->text) == 0;
    }
    return entry->ifa_addr->sa_family == wish->family &&
           same_network(address_bytes(entry->ifa_addr), wish->bytes, wish->bits);
}

/* IPv4 first where an interface has both. */
static const struct ifaddrs *choose(const struct ifaddrs *list, const struct wish *wish)
{
    const struct ifaddrs *second = NULL;
    for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        if (fits(entry, wish)) {
            if (entry->ifa_addr->sa_family == AF_INET) {
                return entry;
            }
            second = second ? second : entry;
        }
    }
    return second;
}

/* In Mbit/s, from the kernel; NaN when it does not say (loopback, virtual devices). */
static double link_speed(const char *interface)
{
    char path[64 + IF_NAMESIZE];
    double speed = NAN;
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

static int not_found(const struct cluster *cluster, const char *interface, const struct ifaddrs *list,
                     struct error *error)
{
    char names[256] = "";
    for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        char address[INET6_ADDRSTRLEN] = "";
        size_t used = strlen(names);
        if (usable(entry) && !link_local(entry)) {
            inet_ntop(entry->ifa_addr->sa_family, address_bytes(entry->ifa_addr), address, sizeof address);
            snprintf(names + used, sizeof names - used, "%s%s (%s)", used ? ", " : "", entry->ifa_name,
                     address);
        }
    }
    if (!*interface) {
        return error_set(error, "rank %d on %s has no network interface that is up but loopback; it has: %s",
                         cluster->rank, cluster->host_list[cluster->self.host].name, names);
    }
    return error_set(error, "--interface %s: rank %d on %s has no such interface that is up; it has: %s",
                     interface, cluster->rank, cluster->host_list[cluster->self.host].name, names);
}

int cluster_find_address(struct cluster *cluster, const char *interface, struct error *error)
{
    struct cluster_member *self = &cluster->self;
    struct ifaddrs *list = NULL;
    struct wish wish = parse_wish(!*interface && cluster->host_count == 1 ? "127.0.0.1" : interface);
    self->link_mbit_s = NAN;
    if (getifaddrs(&list)) {
        return error_set(error, "getifaddrs failed on rank %d", cluster->rank);
    }
    const struct ifaddrs *chosen = choose(list, &wish);
    int rc = 0;
    if (chosen) {
        inet_ntop(chosen->ifa_addr->sa_family, address_bytes(chosen->ifa_addr), self->address,
                  sizeof self->address);
        self->link_mbit_s = link_speed(chosen->ifa_name);
    } else {
        rc = not_found(cluster, interface, list, error);
    }
    freeifaddrs(list);
    return rc;
}
