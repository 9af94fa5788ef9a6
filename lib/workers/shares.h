/* SPDX-License-Identifier: BSD-3-Clause */
/* Passes over many elements, each of which is computed by itself. */
#ifndef NN_SHARES_H
#define NN_SHARES_H

#include <stddef.h>

/* Elements begin .. end of what the context holds. */
typedef void nn_share_task(void *context, size_t begin, size_t end);

/* As below, where it may be worth it. */
void nn_run_worthy_shares(size_t threads, size_t count, double nanoseconds, nn_share_task *task,
                          void *context);

/*
 * Runs the task over all elements below count, in as many shares as threads are worth waking for
 * them, but at most threads. One element takes so many nanoseconds. No result may depend on where
 * shares end.
 *
 * threads: as many as worked on what is read, where that is in their caches. Where one did, a
 * second would take longer to fetch it than the first to do it all: with 40000 parameters in one
 * core's cache, a step of Adam on two took 1.3 times as long.
 */
static inline void nn_run_shares(size_t threads, size_t count, double nanoseconds,
                                 nn_share_task *task, void *context) {
    /* Small calls need not ask. */
    if (threads == 1 || count < 1000)
        task(context, 0, count);
    else
        nn_run_worthy_shares(threads, count, nanoseconds, task, context);
}

#endif
