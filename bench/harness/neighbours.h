/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes that compute beside this one. */
#ifndef NEIGHBOURS_H
#define NEIGHBOURS_H

#include <stddef.h>

/* Starts so many processes, each of which repeats run(context) until it is stopped, or until this
 * process is gone. Ends the program with a message where one cannot be started. */
void start_neighbours(size_t count, void (*run)(void *context), void *context);
void stop_neighbours(void);

/* For start_neighbours: arithmetic, and nothing of memory. */
void keep_busy(void *unused);

#endif
