/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread policy: how many threads a call may use. */
#ifndef NN_THREADS_H
#define NN_THREADS_H

#include <stddef.h>

/* What nnblas_set_threads was given, or the processors of this process for 0; 1 in a child forked
 * from a process that may have used OpenMP, whose threads do not survive a fork. */
size_t nn_count_threads(void);

#endif
