/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_CLOCK_H
#define NN_CLOCK_H

/* Seconds since a fixed moment. Setting the system time does not change this clock. */
double nn_read_clock(void);

#endif
