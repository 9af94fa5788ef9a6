/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread policy: how many threads a call may use, and how many are worth it. */
#ifndef NN_THREADS_H
#define NN_THREADS_H

#include <stddef.h>

/* What nnblas_set_local_threads was given in this thread, else what nnblas_set_threads was given.
 * Where both are 0: the number of processors that the first thread to call this could use. */
size_t nn_count_threads(void);

/* Nanoseconds that a number of threads takes for what one thread does in nanoseconds, in so many
 * equal parts. */
double nn_estimate_threads(double nanoseconds, size_t parts, size_t threads);

/* As many threads as are worth waking, at most one a part: each doubling has to bring the time down
 * to three quarters, since in a busy process the processors have other work. */
size_t nn_count_worthy_threads(double nanoseconds, size_t parts);

#endif
