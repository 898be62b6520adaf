/* run.c - runs gnuplot. */
#include "chart/gnuplot/run.h"
#include "chart/gnuplot/script.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __linux__ /* where no header declares it */
extern char **environ;
#endif

/* "name = 'text'" for gnuplot's -e, malloc'd. */
static char *assignment(const char *name, const char *text)
{
    char *line = NULL;
    size_t length;
    FILE *stream = open_memstream(&line, &length);
    if (!stream)
        return NULL;
    fprintf(stream, "%s = ", name);
    script_string(stream, text);
    fclose(stream);
    return line;
}

/* Reads the most telling of gnuplot's messages: the last line, apart from the arrow that gnuplot
 * draws under what it cannot read. */
static void read_message(FILE *messages, char text[256])
{
    char line[256];
    snprintf(text, 256, "no message");
    rewind(messages);
    while (fgets(line, sizeof line, messages)) {
        char *start = line + strspn(line, " \t\n");
        start[strcspn(start, "\n")] = '\0';
        if (*start && *start != '^')
            snprintf(text, 256, "%s", start);
    }
}

/* @return gnuplot's wait status, or -1 with errno. */
static int spawn(char *const *arguments, int messages)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, messages, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    errno = posix_spawnp(&child, "gnuplot", &actions, NULL, arguments, environ);
    if (errno == 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

static int check_picture(int status, const char *output, FILE *messages, struct error *error)
{
    char text[256];
    struct stat made;
    if (status == -1 && errno == ENOENT)
        return error_set(error, "gnuplot is not installed; the package is gnuplot-nox on Debian "
                                "and Ubuntu, gnuplot elsewhere");
    if (status == -1)
        return error_set(error, "gnuplot cannot be started: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && stat(output, &made) == 0 &&
        made.st_size > 0)
        return 0;
    read_message(messages, text);
    return error_set(error, "gnuplot failed: %s", text);
}

int gnuplot_run(const char *script, const char *data, const char *output, struct error *error)
{
    FILE *messages = tmpfile();
    char *set_data = assignment("data", data), *set_output = assignment("output", output);
    int failed;
    if (!messages || !set_data || !set_output) {
        failed = error_set(error, "cannot prepare to run gnuplot: %s", strerror(errno));
    } else {
        char *arguments[] = {"gnuplot", "-e", set_data, "-e", set_output, (char *)script, NULL};
        failed = check_picture(spawn(arguments, fileno(messages)), output, messages, error);
    }
    if (messages)
        fclose(messages);
    free(set_data);
    free(set_output);
    return failed;
}
