/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_CLOCK_H
#define NN_CLOCK_H

/* Seconds since some fixed moment, on a clock that nobody sets. */
double nn_read_clock(void);

#endif
