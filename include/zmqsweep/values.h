/* values.h - an option's values: from its text and back to it. */
#ifndef ZMQSWEEP_VALUES_H
#define ZMQSWEEP_VALUES_H

#include "zmqsweep/error.h"
#include "zmqsweep/options.h"

#include <stddef.h>

/* The word for a value: a choice's name, the keyword, or the number in the option's own units
 * ("64K", "1000", "200ms"), such that parsing it gives the value again. @return `text`. */
#define CONFIG_WORD_LENGTH 32
const char *config_format(enum option_id id, int64_t value, char text[CONFIG_WORD_LENGTH]);

/* Parses one option text by the rules of its table entry, lists and geometric ranges ("64:1M:x4")
 * included.
 * @return 0 and *values (malloc'd, 1 or more, no value twice) and *count, or -1. */
int config_parse(enum option_id id, const char *text, int64_t **values, size_t *count,
                 struct error *error);

/* A value of OPTION_TYPE_CPUS: objects `first` to `last` of a kind, by hwloc's logical numbers. */
enum cpus_kind { CPUS_NUMA, CPUS_CORE, CPUS_PU, CPUS_PACKAGE, CPUS_NIC };
struct config_cpus {
    enum cpus_kind kind;
    int first, last; /* 0 for CPUS_NIC: the NUMA node next to the network interface in use */
};
struct config_cpus config_cpus(int64_t value);
/* Does a list in the kernel's form, such as "0-3,8", have a single processing unit? "" does not. */
bool config_is_one_cpu(const char *list);

/* A value of OPTION_TYPE_PORTS: TCP ports `first` to `last`. */
struct config_ports {
    int first, last;
};
struct config_ports config_ports(int64_t value);

/* A value of OPTION_TYPE_RATE that is not the keyword: the rate that each sender is to keep. */
struct config_rate {
    bool bits;     /* bits of payload, else messages */
    int64_t per_s; /* 1 or more */
};
struct config_rate config_rate(int64_t value);

#endif
