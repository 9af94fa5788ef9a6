/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_PROCESSORS_H
#define NN_PROCESSORS_H

/* How many processors the calling thread may run on, at least 1. A system call. */
int nn_count_processors(void);

#endif
