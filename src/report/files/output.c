/* output.c - writes a report to its file or to stdout whole, or not at all. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES ((size_t)128 * 1024)

static int cannot_write(const char *path, struct error *error)
{
    return error_set(error, "%.400s: cannot be written: %s", path ? path : "stdout",
                     strerror(errno));
}

/* Opens a temporary file without a name. The user chooses its folder (TMPDIR), which needs room for
 * the whole report. */
static FILE *open_unnamed(void)
{
#ifdef O_TMPFILE /* of Linux */
    const char *folder = getenv("TMPDIR");
    int fd = folder && *folder ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    if (fd >= 0)
        return fdopen(fd, "w+");
#endif
    return tmpfile();
}

static int open_partial(struct output *output, const char *path, struct error *error)
{
    size_t length = strlen(path) + sizeof ".partial";
    output->path = strdup(path);
    output->partial = malloc(length);
    if (!output->path || !output->partial)
        return error_set(error, "out of memory");
    snprintf(output->partial, length, "%s.partial", path);
    output->file = fopen(output->partial, "w+e");
    return output->file ? 0 : cannot_write(output->partial, error);
}

int output_open(struct output *output, const char *path, struct error *error)
{
    *output = (struct output){0};
    if (!path) {
        output->file = open_unnamed();
        return output->file ? 0
                            : error_set(error, "cannot make a temporary file: %s", strerror(errno));
    }
    if (open_partial(output, path, error)) {
        output_discard(output);
        return -1;
    }
    return 0;
}

static int copy_to_stdout(FILE *file, struct error *error)
{
    char *bytes = malloc(COPY_BYTES);
    size_t count;
    if (!bytes)
        return error_set(error, "out of memory");
    rewind(file);
    while ((count = fread(bytes, 1, COPY_BYTES, file)) > 0 &&
           fwrite(bytes, 1, count, stdout) == count)
        ;
    int failed = ferror(file) || fflush(stdout) || ferror(stdout);
    free(bytes);
    return failed ? cannot_write(NULL, error) : 0;
}

/* Publishes what the child has written, through a descriptor that it shares with this process. */
int output_publish(struct output *output, struct error *error)
{
    int failed = 0;
    if (!output->path)
        failed = copy_to_stdout(output->file, error);
    else if (rename(output->partial, output->path))
        failed = cannot_write(output->path, error);
    if (!failed) {
        free(output->partial);
        output->partial = NULL;
    }
    output_discard(output);
    return failed;
}

void output_discard(struct output *output)
{
    if (output->file)
        fclose(output->file);
    if (output->partial)
        unlink(output->partial);
    free(output->partial);
    free(output->path);
    *output = (struct output){0};
}
