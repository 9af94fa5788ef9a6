/* SPDX-License-Identifier: BSD-3-Clause */
/* A thread beside the caller for one task at a time, which may wait for something else than a
 * processor: it is no worker, and no product waits for it. */
#ifndef NN_BACKGROUND_H
#define NN_BACKGROUND_H

typedef struct nn_background nn_background;
typedef void nn_background_task(void *context);

/* Creates the thread. Null, where none can be created or the system is out of memory: then the
 * caller runs its tasks itself. */
nn_background *nn_background_open(void);

/* Waits for the task that is running, and ends the thread. background may be null. */
void nn_background_close(nn_background *background);

/* Begins a task; none is running. */
void nn_background_begin(nn_background *background, nn_background_task *task, void *context);

/* Waits for the task that is running, if one is. */
void nn_background_wait(nn_background *background);

#endif
