/* advice.c - what to write as an option's value, for the error lines on values. */
#include "advice.h"

#include <stdio.h>
#include <string.h>

const char *advice_noun(const struct option_spec *spec)
{
    switch (spec->type) {
    case OPTION_TYPE_BYTES:
        return "a size";
    case OPTION_TYPE_INTEGER:
        return "a whole number";
    case OPTION_TYPE_DURATION:
        return "a time";
    case OPTION_TYPE_SHARE:
        return "a share";
    case OPTION_TYPE_FLAG:
        return "yes or no";
    default:
        return "one of the choices";
    }
}

static void format_choices(const char *const *choices, char *text, size_t length)
{
    size_t at = 0;
    for (size_t i = 0; choices[i] && at < length; i++) {
        const char *before = i == 0 ? "say " : choices[i + 1] ? ", " : " or ";
        at += (size_t)snprintf(text + at, length - at, "%s%s", before, choices[i]);
    }
}

const char *advice_format(const struct option_spec *spec, char advice[ADVICE_LENGTH])
{
    const char *numbers = "";
    switch (spec->type) {
    case OPTION_TYPE_BYTES:
        numbers = "say bytes, or with K, M, G, such as 64K";
        break;
    case OPTION_TYPE_INTEGER:
        numbers = "say a number, or with K, M, G, such as 10K";
        break;
    case OPTION_TYPE_DURATION:
        numbers = "say a number with ns, us, ms, s, min or h, such as 200ms";
        break;
    case OPTION_TYPE_SHARE:
        numbers = "say a number with %, such as 5%";
        break;
    case OPTION_TYPE_CHOICE:
        format_choices(spec->choices, advice, ADVICE_LENGTH);
        return advice;
    case OPTION_TYPE_FLAG:
        return strcpy(advice, "say yes or no");
    case OPTION_TYPE_CPUS:
        numbers = "say numa:0, core:0-3, pu:2, package:1, nic";
        break;
    case OPTION_TYPE_PORTS:
        numbers = "say 43000-43999";
        break;
    case OPTION_TYPE_RATE:
        numbers = "say messages per second, such as 10K, or bits per second, such as 500Mbit";
        break;
    case OPTION_TYPE_LOSS:
        numbers = "say loss=0.1%";
        break;
    case OPTION_TYPE_TEXT:
        break;
    }
    snprintf(advice, ADVICE_LENGTH, "%s%s%s", numbers, spec->keyword ? ", or " : "",
             spec->keyword ? spec->keyword : "");
    return advice;
}
