/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread policy: how many threads a call may use. */
#ifndef NN_THREADS_H
#define NN_THREADS_H

#include <stddef.h>

/* What nnblas_set_threads was given, or for 0 the processors that the thread which first asked
 * could use. */
size_t nn_count_threads(void);

#endif
