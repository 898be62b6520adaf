/* format.c - an option's value as text. */
#include "number.h"
#include "rate.h"
#include "span.h"

#include <stdio.h>

const char *config_format(enum option_id id, int64_t value, char text[CONFIG_WORD_LENGTH])
{
    const struct option_spec *spec = &config_options[id];
    text[0] = '\0';
    if (spec->keyword && value == OPTION_KEYWORD)
        snprintf(text, CONFIG_WORD_LENGTH, "%s", spec->keyword);
    else if (spec->type == OPTION_TYPE_FLAG)
        snprintf(text, CONFIG_WORD_LENGTH, "%s", value ? "yes" : "no");
    else if (spec->type == OPTION_TYPE_CPUS || spec->type == OPTION_TYPE_PORTS)
        span_format(spec->type, value, text);
    else if (spec->type == OPTION_TYPE_RATE)
        rate_format(value, text);
    else if (spec->type == OPTION_TYPE_LOSS)
        rate_format_loss(value, text);
    else if (number_is_type(spec->type))
        number_format(spec->type, value, text);
    else if (spec->type == OPTION_TYPE_CHOICE)
        for (int64_t i = 0; spec->choices[i]; i++)
            if (i == value)
                snprintf(text, CONFIG_WORD_LENGTH, "%s", spec->choices[i]);
    return text;
}
