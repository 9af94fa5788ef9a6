/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NNBLAS_COMMANDS_DEMO_SPEED_H
#define NNBLAS_COMMANDS_DEMO_SPEED_H

#include <nnblas.h>

/*
 * Times one gradient step on the 120 training rows of iris with so many hidden units, by the
 * library and by naive loops, and prints the medians on lines that begin with "speed:". Prints
 * nothing in a build without the benchmark, which has the naive loops.
 */
nnblas_status print_speed(size_t hidden);

#endif
