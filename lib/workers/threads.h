/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread policy: how many threads a call may use. */
#ifndef NN_THREADS_H
#define NN_THREADS_H

#include <stddef.h>

/* What nnblas_set_threads was given, or for 0 the processors that this process
 * could use when it first asked; 1 in a child forked
 * from a process that may have used OpenMP, whose threads do not survive a fork. */
size_t nn_count_threads(void);

/*
 * OpenBLAS ends the process when more threads call it at once than it has buffers for, so all calls
 * together use a bounded number of threads beside those of their callers. Borrow gives 1, the
 * caller's own, to wanted; what it gave goes back with return.
 */
size_t nn_borrow_threads(size_t wanted);
void nn_return_threads(size_t borrowed);

#endif
