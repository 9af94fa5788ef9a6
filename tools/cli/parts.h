/* SPDX-License-Identifier: BSD-3-Clause */
/* Work on the rows or columns of a table, divided over a few threads. */
#ifndef NNBLAS_CLI_PARTS_H
#define NNBLAS_CLI_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* At most MOST_PARTS parts [begin, end) of count items, one a thread that a call of the library may
 * use; few values, `size` an item, are one part. Each is run once, at the same time, and the call
 * returns when all have ended. */
enum { MOST_PARTS = 4 };
typedef void (*part_work)(void *context, size_t part, size_t begin, size_t end);
void run_in_parts(size_t count, size_t size, part_work work, void *context);

/* A thread beside the caller's, for one work at a time; zeros before the first. */
typedef struct {
    void (*work)(void *context);
    void *context;
    pthread_t thread;
    bool is_begun;
    atomic_bool is_done;
} side_thread;

/* False where nothing is begun: the work before is not done, a call of the library may use only one
 * thread, or no thread can be created. */
bool begin_beside(side_thread *side, void (*work)(void *context), void *context);
/* Waits for what was begun. */
void end_beside(side_thread *side);

#endif
