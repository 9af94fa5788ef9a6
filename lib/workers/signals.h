/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SIGNALS_H
#define NN_SIGNALS_H

#include <signal.h>

/* Blocks the host's signals in the calling thread, for one that it is about to create: they go to
 * the host's threads, except those that a thread raises by its own instructions. *found is what was
 * blocked before. */
void nn_block_signals(sigset_t *found);
void nn_restore_signals(const sigset_t *found);

#endif
