#include "plot_internal.h"
int script_timeline(struct script *script, const struct loaded *file, const char *points, struct error *error)
{
    (void)script;
    (void)file;
    (void)points;
    return error_set(error, "x");
}
