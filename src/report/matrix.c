#include "plot_internal.h"
int script_matrix(struct script *script, const struct loaded *file, struct error *error)
{
    (void)script;
    (void)file;
    return error_set(error, "x");
}
