/* key.c - a point's settings as text. Two files have a point in common when its text is equal. */
#include "expand.h"

#include <stdio.h>

static const char *key_word(const struct point *point, int option, int64_t value,
                            char word[CONFIG_WORD_LENGTH])
{
    switch (option) {
    case OPTION_PATTERN:
        return plan_pattern_word(point->pattern);
    case OPTION_TRANSPORT:
        return plan_transport_word(point->transport);
    default:
        return config_format((enum option_id)option, value, word);
    }
}

const char *plan_key(const struct plan *plan, int64_t id, char key[PLAN_KEY_LENGTH])
{
    int64_t value[OPTION_TOTAL] = {0};
    char word[CONFIG_WORD_LENGTH];
    struct point point = plan_point(plan, id);
    size_t used = 0;
    expand_values(plan, expand_source_point(plan, id), value);
    value[OPTION_SEND_MODE] = point.send_mode;
    value[OPTION_RECEIVE_MODE] = point.receive_mode;
    value[OPTION_IO_THREADS] = point.io_threads;
    value[OPTION_SNDHWM] = point.sndhwm;
    value[OPTION_RCVHWM] = point.rcvhwm;
    value[OPTION_PAIRS] = point.pairs;
    for (int option = 0; option <= OPTION_RECEIVER_CPUS && used < PLAN_KEY_LENGTH; option++) {
        if (option == (point.count ? OPTION_DURATION : OPTION_COUNT) ||
            (option == OPTION_RATE && value[option] == OPTION_KEYWORD) ||
            (option == OPTION_SECURITY && point.security == SECURITY_NONE)) {
            continue; /* leaves out what older files, without this choice, do not have */
        }
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, "%s=%s ",
                                 config_options[option].name,
                                 key_word(&point, option, value[option], word));
    }
    if (used < PLAN_KEY_LENGTH) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, "bind=%s",
                                 config_format(OPTION_BIND, point.bind, word));
    }
    if (used < PLAN_KEY_LENGTH && point.receive_mode == RECEIVE_WRITE) {
        used +=
            (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, " write-buffer=%s",
                             config_format(OPTION_WRITE_BUFFER, point.write_buffer_bytes, word));
    }
    if (used < PLAN_KEY_LENGTH && point.find_loss_ppb != OPTION_KEYWORD) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, " find-rate=%s",
                                 config_format(OPTION_FIND_RATE, point.find_loss_ppb, word));
    }
    if (used < PLAN_KEY_LENGTH && point.latency_every) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, " latency=%s",
                                 config_format(OPTION_LATENCY, point.latency_every, word));
    }
    if (used < PLAN_KEY_LENGTH && point.matrix != MATRIX_OFF) {
        snprintf(key + used, PLAN_KEY_LENGTH - used, " matrix=%s step=%d",
                 config_format(OPTION_MATRIX, point.matrix, word), point.step);
    }
    return key;
}
