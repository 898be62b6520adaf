/* stop.h - the signals that end a sweep, and the one that asks for the table so far. */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

bool stop_requested(void);       /* a signal that ends the sweep has come to this process */
bool stop_urgent(void);          /* it was SIGTERM or SIGINT: the launcher kills soon */
bool stop_table_requested(void); /* SIGUSR2 has come since the last call: print the table so far */

/* Rank 0: what SIGTERM and SIGINT say from now on of where the results are: in the journal of
 * `output`, or, finished, in `output` itself. Before, they say nothing of that. */
void stop_results_in_journal(const char *output);
void stop_results_in_file(const char *output);
/* Any other rank: rank 0 has told it to stop, so it lives and says itself what is kept. */
void stop_note_coordinator(void);

/* Rank 0 calls it before it finishes the file. If time then runs out, the process writes `line` to
 * stderr, removes the file `partial` and exits with 4. */
void stop_arm_exit(const char *line, const char *partial);
void stop_disarm_exit(void); /* the file is finished */

#endif
