/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_PROCESSORS_H
#define NN_PROCESSORS_H

#include <pthread.h>

/* How many processors the calling thread may use, at least 1: those of its affinity, or fewer where
 * its control group has a quota of their time, which is rounded up. Reads files. */
int nn_count_processors(void);

/* The processor that runs the calling thread; -1 where it is unknown. */
int nn_get_processor(void);

/* Moves the calling thread away from a processor, and another thread to one. The affinity of the
 * thread is afterwards what it was, and where it forbids the move there is none. */
void nn_leave_processor(int processor);
void nn_move_thread(pthread_t thread, int processor);

#endif
