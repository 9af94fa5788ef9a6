/* SPDX-License-Identifier: BSD-3-Clause */
/* One iteration of backpropagation as text, and the weights that it begins with. */
#ifndef NNBLAS_COMMANDS_EXPLAIN_TEXT_H
#define NNBLAS_COMMANDS_EXPLAIN_TEXT_H

#include <stddef.h>
#include <stdint.h>

extern const uint64_t EXPLAINED_SEED;
extern const double EXPLAINED_RATE;

/* Small, so that inputs in centimetres do not saturate the sigmoid, and with two decimals, to
 * compute with by hand. */
void shorten_weights(double *shortened, const double *weights, size_t count);

/* EXIT_FAILURE if two computations of one derivative differ. */
int print_iteration(void);

#endif
