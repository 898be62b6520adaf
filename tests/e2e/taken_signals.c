/* taken_signals.c - preloaded: MPI_Init_thread takes the signals for itself, as libraries that it
 * loads may do. */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int take_in_init(int *argc, char ***argv, int required, int *provided) __asm__("MPI_Init_thread");

static void give_up(int number)
{
    static const char text[] = "a handler of MPI was called\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    (void)number;
    abort();
}

int take_in_init(int *argc, char ***argv, int required, int *provided)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGALRM};
    struct sigaction action;
    int (*real)(int *, char ***, int, int *);
    *(void **)&real = dlsym(RTLD_NEXT, "MPI_Init_thread");
    int rc = real(argc, argv, required, provided);
    memset(&action, 0, sizeof action);
    action.sa_handler = give_up;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
    }
    return rc;
}
