/* flags.c - the words of the flags. */
#include "zmqsweep/flags.h"

#include <stdio.h>
#include <string.h>

static const char *const names[FLAGS] = {
    "foreign_messages", "timed_out",  "interrupted",   "few_messages",     "reconnected",
    "short_overlap",    "late_start", "lost_messages", "failed",           "shared_core",
    "unsteady",         "stalled",    "rate_missed",   "loss_over_target", "strangers",
    "backlog",          "queued",     "dependent",     "disk_busy"};

const char *flags_word(int index)
{
    return names[index];
}

const char *flags_text(unsigned flags, char *text, size_t length)
{
    size_t used = 0;
    memset(text, 0, length);
    for (size_t i = 0; i < FLAGS; i++) {
        if (flags & (1U << i)) {
            int wrote = snprintf(text + used, length - used, "%s%s", used ? "," : "", names[i]);
            used += (size_t)wrote < length - used ? (size_t)wrote : length - used - 1;
        }
    }
    return text;
}

unsigned flags_read(const char *text)
{
    unsigned flags = 0;
    while (*text) {
        size_t length = strcspn(text, ",");
        for (size_t i = 0; i < FLAGS; i++) {
            if (strlen(names[i]) == length && strncmp(text, names[i], length) == 0) {
                flags |= 1U << i;
            }
        }
        text += length + (text[length] == ',');
    }
    return flags;
}
