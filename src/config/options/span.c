/* span.c - values that are a range of numbers: CPUs, after a kind of object in hwloc's words, and
 * TCP ports. */
#include "span.h"

#include "zmqsweep/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OBJECTS 65535
#define PART_BITS 20
#define PART_MASK ((1 << PART_BITS) - 1)

static const char *const kinds[] = {"numa", "core", "pu", "package", "nic"};

static int64_t encode(int kind, long first, long last)
{
    return ((int64_t)kind << (2 * PART_BITS)) | ((int64_t)first << PART_BITS) | last;
}

bool config_is_one_cpu(const char *list)
{
    return *list && !strpbrk(list, ",-");
}

struct config_cpus config_cpus(int64_t value)
{
    struct config_cpus cpus = {(enum cpus_kind)(value >> (2 * PART_BITS)),
                               (int)(value >> PART_BITS & PART_MASK), (int)(value & PART_MASK)};
    return cpus;
}

struct config_ports config_ports(int64_t value)
{
    struct config_ports ports = {(int)(value >> PART_BITS & PART_MASK), (int)(value & PART_MASK)};
    return ports;
}

/* Reads "3" or "0-3". @return false when it is neither, or runs backwards, or is over `most`. */
static bool read_span(const char *text, long most, bool single_allowed, long *first, long *last)
{
    char *end;
    if (!isdigit((unsigned char)*text)) {
        return false;
    }
    *first = *last = strtol(text, &end, 10);
    if (*end == '-' && isdigit((unsigned char)end[1])) {
        *last = strtol(end + 1, &end, 10);
    } else if (!single_allowed) {
        return false;
    }
    return *end == '\0' && *first <= *last && *last <= most;
}

int span_read_cpus(const char *word, int64_t *value, struct error *error)
{
    char quoted[TEXT_QUOTE_LENGTH];
    size_t length = strcspn(word, ":");
    long first = 0, last = 0;
    for (int kind = 0; kind <= CPUS_NIC; kind++) {
        if (strlen(kinds[kind]) != length || strncmp(word, kinds[kind], length) != 0) {
            continue;
        }
        bool numbered = word[length] == ':';
        if (numbered == (kind != CPUS_NIC) &&
            (!numbered || read_span(word + length + 1, MOST_OBJECTS, true, &first, &last))) {
            *value = encode(kind, first, last);
            return 0;
        }
    }
    return error_set(error, "%s names no CPUs; say numa:0, core:0-3, pu:2, package:1, nic or none",
                     text_quote(word, quoted));
}

int span_read_ports(const char *word, int64_t *value, struct error *error)
{
    char quoted[TEXT_QUOTE_LENGTH];
    long first, last;
    if (!read_span(word, 65535, false, &first, &last) || first == 0) {
        return error_set(error, "%s is not a range of ports; say 43000-43999, within 1-65535",
                         text_quote(word, quoted));
    }
    *value = encode(0, first, last);
    return 0;
}

void span_format(enum option_type type, int64_t value, char text[CONFIG_WORD_LENGTH])
{
    struct config_cpus cpus = config_cpus(value);
    char span[CONFIG_WORD_LENGTH / 2];
    if (type == OPTION_TYPE_PORTS || cpus.first != cpus.last) {
        snprintf(span, sizeof span, "%d-%d", cpus.first, cpus.last);
    } else {
        snprintf(span, sizeof span, "%d", cpus.first);
    }
    if (type == OPTION_TYPE_PORTS) {
        snprintf(text, CONFIG_WORD_LENGTH, "%s", span);
    } else if (cpus.kind == CPUS_NIC) {
        snprintf(text, CONFIG_WORD_LENGTH, "nic");
    } else {
        snprintf(text, CONFIG_WORD_LENGTH, "%s:%s", kinds[cpus.kind], span);
    }
}
