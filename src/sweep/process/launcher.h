/* launcher.h - the stderr of the launcher itself. */
#ifndef LAUNCHER_H
#define LAUNCHER_H

/* Finds out whether this process's parent is a launcher that shows nothing of its ranks' output
 * once it was told to end. */
void launcher_find(void);
/* If so, makes the launcher's stderr this process's own from now on, if that can be done. Safe in a
 * signal handler. */
void launcher_take_stderr(void);

#endif
