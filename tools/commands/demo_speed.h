/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NNBLAS_COMMANDS_DEMO_SPEED_H
#define NNBLAS_COMMANDS_DEMO_SPEED_H

#include <nnblas.h>

/*
 * Times one gradient step over the 120 rows of iris to train on by the library and by naive loops,
 * with that many hidden units, and prints the medians on lines that begin with "speed:". Prints
 * nothing in a build without the naive loops.
 */
nnblas_status print_speed(size_t hidden);

#endif
