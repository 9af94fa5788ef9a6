/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_PROCESSORS_H
#define NN_PROCESSORS_H

/* How many processors the calling thread may use, at least 1: those of its affinity, or fewer where
 * its control group has a quota of their time, which is rounded up. Reads files. */
int nn_count_processors(void);

#endif
