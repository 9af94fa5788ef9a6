/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread policy: how many threads a call may use. */
#ifndef NN_THREADS_H
#define NN_THREADS_H

#include <stddef.h>

/* The number that nnblas_set_threads was given. Where that is 0: the number of processors that the
 * first thread to call this could use. */
size_t nn_count_threads(void);

#endif
