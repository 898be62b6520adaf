/* settings.c - the settings, once they are read. */
#include "zmqsweep/settings.h"

#include <stdlib.h>
#include <string.h>

void config_free(struct settings *settings)
{
    for (int id = 0; id < OPTION_TOTAL; id++) {
        free(settings->items[id].text);
        free(settings->items[id].values);
    }
    memset(settings, 0, sizeof *settings);
}

int64_t config_value(const struct settings *settings, enum option_id id)
{
    const struct setting *setting = &settings->items[id];
    return setting->values ? setting->values[0] : 0;
}

bool config_flag(const struct settings *settings, enum option_id id)
{
    return config_value(settings, id) != 0;
}

const char *config_text(const struct settings *settings, enum option_id id)
{
    const char *text = settings->items[id].text;
    return text ? text : "";
}

int config_set_text(struct settings *settings, enum option_id id, const char *text)
{
    char *copy = strdup(text);
    if (!copy) {
        return -1;
    }
    free(settings->items[id].text);
    settings->items[id].text = copy;
    return 0;
}

bool config_given(const struct settings *settings, enum option_id id)
{
    return settings->items[id].source != SOURCE_DEFAULT;
}
