/* sweepfile.c - fuzz target: the sweep file that --config names. */
#include "fuzz.h"

#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"

#include <sys/mman.h>
#include <unistd.h>

/* A file without a name, filled anew by every input. @return its descriptor. */
static int fill_file(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("sweep.ini", MFD_CLOEXEC);
    require(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size,
            "a file", "memfd");
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    char *argv[] = {(char[]){"zmqsweep"}, (char[]){"--config"}, path, NULL},
         *environment[] = {NULL};
    struct settings settings;
    struct error error = {""};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fill_file(data, size));
    if (config_read(3, argv, environment, plan_presets, &settings, &error)) {
        require(strstr(error.text, path) && !strpbrk(error.text, "\n\r"),
                "a refusal is one line that names the file", error.text);
        return 0;
    }
    for (int id = 0; id < OPTION_TOTAL; id++)
        require(settings.items[id].text != NULL, "every option is set", config_options[id].name);
    config_free(&settings);
    return 0;
}
